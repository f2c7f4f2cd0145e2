from __future__ import annotations

from playback.models import MediaItem
from playback.sources.own_copy import UNTITLED, sha256_of
from rooms.models import Room
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import wav
from tests.watchium.api.callers import ApiCase

DIGEST = "ab" * 32
OWN = {"size": 700_000_000, "duration": 5400.5, "sha256": DIGEST, "title": "Our film"}


class Loading(ApiCase):
    def load(self, event_id: str = "e1", caller=None, **media):
        body = {"action": "load", "event_id": event_id, **media}
        return (caller or self.as_alice).post(self.url("sync/control/"), body)

    def timeline(self):
        return self.as_bob.get(self.url("state/")).json()["timeline"]

    def test_a_room_plays_a_file_that_everyone_brings(self):
        assert self.load(own=OWN).status_code == 200
        timeline = self.timeline()
        assert timeline["media"] | {"mime": None, "item_id": None} == {
            "url": f"own:{DIGEST}",
            "kind": "video",
            "title": "Our film",
            "source": "own",
            "mime": None,
            "item_id": None,
            "size": 700_000_000,
            "duration": 5400.5,
            "sha256": DIGEST,
        }
        assert (timeline["duration"], timeline["duration_source"]) == (5400.5, "metadata")

    def test_title_and_duration_may_be_missing_and_it_may_be_audio(self):
        assert self.load(own={"size": 1, "sha256": DIGEST, "kind": "audio"}).status_code == 200
        timeline = self.timeline()
        assert (timeline["media"]["title"], timeline["media"]["kind"]) == (UNTITLED, "audio")
        assert timeline["duration"] is None

    def test_a_repeated_command_is_done_once_and_another_file_is_a_conflict(self):
        assert self.load(own=OWN).content == self.load(own=OWN).content
        self.refused(self.load(own={**OWN, "size": 5}), 409, "event_id_conflict")

    def test_bad_fields_are_named(self):
        for bad, path in (
            ({"size": 0}, "$.own.size"),
            ({"size": -5}, "$.own.size"),
            ({"size": 2**60}, "$.own.size"),
            ({"size": 1.5}, "$.own.size"),
            ({"duration": -1}, "$.own.duration"),
            ({"duration": 7 * 86400 + 1}, "$.own.duration"),
            ({"duration": "long"}, "$.own.duration"),
            ({"sha256": "AB" * 32}, "$.own.sha256"),
            ({"sha256": DIGEST[:-1]}, "$.own.sha256"),
            ({"sha256": DIGEST + "\n"}, "$.own.sha256"),
            ({"sha256": "x" * 64}, "$.own.sha256"),
            ({"kind": "page"}, "$.own.kind"),
            ({"name": "film.mkv"}, "name"),
        ):
            problem = self.refused(self.load(own={**OWN, **bad}), 400, "bad_message")
            assert path in problem["detail"], (bad, problem)
        for missing in ({"size"}, {"sha256", "title"}):
            own = {name: value for name, value in OWN.items() if name not in missing}
            self.refused(self.load(own=own), 400, "bad_message")
        self.refused(self.load(own={**OWN, "title": "x" * 201}), 400, "too_long")
        assert Room.objects.get(pk=self.room.pk).revision == 0

    def test_there_is_one_way_to_say_what_to_load(self):
        for media in (
            {},
            {"own": OWN, "media_url": "https://x.org/a.mp4"},
            {"item_id": 1, "media_url": "/media/x"},
        ):
            assert "media_url" in self.refused(self.load(**media), 400, "bad_message")["detail"]
        envelope = {"type": "load", "event_id": "e2", "payload": {"own": OWN, "media_url": "https://x.org/a"}}
        self.refused(self.as_alice.post(self.url("commands/"), envelope), 400, "bad_message")

    def test_over_the_socket_it_is_the_same_command(self):
        envelope = {"type": "load", "event_id": "e1", "payload": {"own": OWN}}
        by_socket = self.as_alice.post(self.url("commands/"), envelope)
        assert by_socket.content == self.load(own=OWN).content

    def test_members_and_strangers_load_nothing(self):
        self.refused(self.load(own=OWN, caller=self.as_bob), 403, "not_host")
        self.refused(self.load(own=OWN, caller=self.as_carol), 404, "not_member")

    def test_titles_are_cleaned(self):
        assert self.load(own={**OWN, "title": "a\u202eb\x00 <b>"}).status_code == 200
        assert self.timeline()["media"]["title"] == "ab <b>"

    def test_a_room_is_created_with_a_file_that_everyone_brings(self):
        created = self.as_alice.post("/api/rooms/", {"own": OWN})
        assert created.status_code == 201, created.content
        state = self.as_alice.get(f"/api/rooms/{created.json()['room_id']}/state/").json()
        assert (state["timeline"]["media"]["source"], state["timeline"]["duration"]) == ("own", 5400.5)
        both = self.as_alice.post("/api/rooms/", {"own": OWN, "media_url": "/media/samples/clip.webm"})
        self.refused(both, 400, "bad_message")
        self.refused(self.as_alice.post("/api/rooms/", {"own": {"size": 5}}), 400, "bad_message")


class BesideTheLibrary(LibraryCase, ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.song = wav(3)
        for name, data in (("a.wav", self.song), ("b.wav", wav(4)), ("c.wav", wav(30))):
            self.put(name, data)
        self.scan()

    def own(self, data: bytes, duration: float | None):
        digest = sha256_of(lambda at, size: data[at : at + size], len(data))
        return {"size": len(data), "sha256": digest, "duration": duration, "kind": "audio"}

    def matches(self, own, caller=None):
        return (caller or self.as_alice).post(self.url("own/matches/"), own)

    def test_the_same_file_comes_first_and_then_what_is_as_long(self):
        found = self.matches(self.own(self.song, 3)).json()["matches"]
        assert [(each["title"], each["same"]) for each in found] == [("a", True), ("b", False)]
        found = self.matches(self.own(wav(3) + b"x", 3.6)).json()["matches"]
        assert [each["title"] for each in found] == ["b", "a"]
        assert self.matches(self.own(b"x", None)).json()["matches"] == []

    def test_a_file_that_changed_or_went_since_the_scan_is_not_the_same(self):
        own = self.own(self.song, None)
        self.put("a.wav", self.song[:-1] + b"x")
        assert self.matches(own).json()["matches"] == []
        (self.folder / "a.wav").unlink()
        assert self.matches(own).json()["matches"] == []

    def test_only_members_who_control_the_room_ask(self):
        own = self.own(self.song, 3)
        self.refused(self.matches(own, self.as_bob), 403, "not_host")
        self.refused(self.matches(own, self.as_carol), 404, "not_member")

    def test_the_item_plays_for_members_without_a_copy(self):
        item = MediaItem.objects.get(title="a")
        body = {"action": "load", "event_id": "e1", "own": self.own(self.song, 3), "item_id": item.pk}
        assert self.as_alice.post(self.url("sync/control/"), body).status_code == 200
        media = self.as_bob.get(self.url("state/")).json()["timeline"]["media"]
        assert (media["source"], media["url"], media["item_id"]) == ("library", item.url, item.pk)
        assert (media["size"], media["sha256"]) == (len(self.song), body["own"]["sha256"])
        missing = {**body, "event_id": "e2", "item_id": 10**9}
        self.refused(self.as_alice.post(self.url("sync/control/"), missing), 400, "unknown_media")

    def test_an_item_is_loaded_by_its_id(self):
        item = MediaItem.objects.get(title="b")
        body = {"action": "load", "event_id": "e1", "item_id": item.pk, "title": "Second"}
        assert self.as_alice.post(self.url("sync/control/"), body).status_code == 200
        media = self.as_bob.get(self.url("state/")).json()["timeline"]["media"]
        assert (media["url"], media["title"], media["sha256"]) == (item.url, "Second", None)

    def test_the_fingerprint_of_an_item_is_for_those_who_may_read_it(self):
        item = MediaItem.objects.get(title="a")
        address = f"/api/library/{item.pk}/fingerprint/"
        own = self.own(self.song, None)
        assert self.as_bob.get(address).json() == {"size": own["size"], "sha256": own["sha256"]}
        self.refused(self.anonymous.get(address), 404, "not_found")
        self.refused(self.as_bob.get("/api/library/999999/fingerprint/"), 404, "not_found")
