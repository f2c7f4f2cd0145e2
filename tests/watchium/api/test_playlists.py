from __future__ import annotations

from unicodedata import normalize

from django.contrib.auth import get_user_model

from playback.models import MediaItem, Playlist
from rooms.models import Person
from tests.cases import CLIP
from tests.playback.room.queue.fixtures import FILMS
from tests.watchium.api.callers import ApiCase
from watchium.services.playlists import MAX_PLAYLISTS


class PlaylistsCase(ApiCase):
    """Alice and Carol have accounts, Bob is a guest. The room plays the clip; two films and an item follow."""

    def setUp(self) -> None:
        super().setUp()
        for person in (self.alice.person, self.carol):
            person.account = get_user_model().objects.create_user(person.username)
            person.save()
        self.item = MediaItem.objects.create(
            title="Item", kind="video", mime="video/mp4", path="i.mp4", duration=60.0
        )
        items = [{"media_url": FILMS[0]}, {"media_url": FILMS[1], "title": "Two"}, {"item_id": self.item.pk}]
        added = self.as_alice.post(self.url("queue/"), {"event_id": "add", "items": items})
        assert added.status_code == 200, added.content

    def keep(self, client=None, **body):
        return (client or self.as_alice).post("/api/playlists/", body)

    def names(self, client=None) -> list[str]:
        found = (client or self.as_alice).get("/api/playlists/").json()
        return [each["name"] for each in found["playlists"]]


class Keeping(PlaylistsCase):
    def test_a_rooms_queue_is_kept_under_a_name_and_comes_back_as_it_was_added(self):
        kept = self.keep(name=" Friday\u202e ", room_id=self.room.room_id)
        assert kept.status_code == 200, kept.content
        assert (kept.json()["name"], kept.json()["count"], kept.json()["duration"]) == ("Friday", 4, None)
        whole = self.as_alice.get(f"/api/playlists/{kept.json()['id']}/").json()
        assert [each.get("media_url") or each["item_id"] for each in whole["items"]] == [
            CLIP,
            *FILMS[:2],
            self.item.pk,
        ]
        again = self.as_alice.post(self.url("queue/"), {"event_id": "again", "items": whole["items"]})
        assert again.status_code == 200, again.content

    def test_a_long_name_is_cut_without_a_space_at_its_end(self):
        name = "a" * 77 + "\u0958"  # becomes two characters
        assert self.keep(name=f"{name} b", room_id=self.room.room_id).json()["name"] == normalize("NFC", name)

    def test_a_playlist_of_the_same_name_is_replaced(self):
        first = self.keep(name="Friday", room_id=self.room.room_id).json()
        self.as_alice.post(self.url("queue/"), {"event_id": "more", "items": [{"media_url": FILMS[2]}]})
        second = self.keep(name="Friday", room_id=self.room.room_id).json()
        assert (second["id"], second["count"]) == (first["id"], 5)
        assert self.names() == ["Friday"]

    def test_the_players_queue_is_kept_too(self):
        for number in range(2):
            command = {"type": "queue_add", "event_id": f"p{number}", "payload": {"item_ids": [self.item.pk]}}
            assert self.as_alice.post("/api/player/control/", command).status_code == 200
        kept = self.keep(name="Mine")
        assert kept.status_code == 200, kept.content
        assert (kept.json()["count"], kept.json()["duration"]) == (2, 120.0)

    def test_own_copies_are_left_out_because_others_cannot_open_them(self):
        own = {"own": {"size": 100, "sha256": "a" * 64, "title": "Film"}}
        self.as_alice.post(self.url("queue/"), {"event_id": "own", "items": [own]})
        assert self.keep(name="Friday", room_id=self.room.room_id).json()["count"] == 4

    def test_a_name_and_entries_are_needed_and_their_number_is_bounded(self):
        assert self.keep(name="\u202e", room_id=self.room.room_id).json()["code"] == "bad_message"
        assert self.keep(name="Empty").json()["code"] == "bad_message"
        rows = [Playlist(person=self.alice.person, name=f"{n}") for n in range(MAX_PLAYLISTS)]
        Playlist.objects.bulk_create(rows)
        assert self.keep(name="More", room_id=self.room.room_id).json()["code"] == "too_long"
        assert self.keep(name="7", room_id=self.room.room_id).status_code == 200

    def test_delete_twice_is_harmless(self):
        kept = self.keep(name="Friday", room_id=self.room.room_id).json()
        for _ in range(2):
            assert self.as_alice.delete(f"/api/playlists/{kept['id']}/").status_code == 204
        assert self.names() == []


class Rights(PlaylistsCase):
    def test_a_guest_keeps_none_here(self):
        assert self.as_bob.get("/api/playlists/").json() == {"kept": False, "playlists": []}
        refused = self.keep(self.as_bob, name="Friday", room_id=self.room.room_id)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
        assert self.as_bob.get("/api/playlists/1/").status_code == 403

    def test_nobody_reads_or_deletes_those_of_others(self):
        kept = self.keep(name="Friday", room_id=self.room.room_id).json()
        assert self.as_carol.get(f"/api/playlists/{kept['id']}/").json()["code"] == "not_found"
        self.as_carol.delete(f"/api/playlists/{kept['id']}/")
        assert self.names() == ["Friday"]

    def test_the_queue_of_a_room_is_kept_by_its_members_only(self):
        refused = self.keep(self.as_carol, name="Friday", room_id=self.room.room_id)
        assert (refused.status_code, refused.json()["code"]) == (404, "not_member")

    def test_playlists_go_with_their_person(self):
        self.keep(name="Friday", room_id=self.room.room_id)
        Person.objects.filter(pk=self.alice.person.pk).delete()
        assert not Playlist.objects.exists()
