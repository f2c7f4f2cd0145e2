"""Checking media before it is put on."""

from __future__ import annotations

from playback.models import MediaItem, Playback
from tests.watchium.api.callers import ApiCase

DTS = "Not every browser plays its sound (DTS)."


class CheckingMedia(ApiCase):
    def check(self, **media: object) -> dict:
        response = self.as_alice.post(self.url("media/check/"), media)
        assert response.status_code == 200, response.content
        return response.json()

    def add(self, **facts: object) -> MediaItem:
        defaults = {"title": "Film", "kind": "video", "mime": "video/x-matroska", "path": "film.mkv"}
        return MediaItem.objects.create(**(defaults | facts))

    def test_an_item_is_judged_by_what_is_in_its_file(self):
        streams = [
            {"index": 0, "type": "video", "codec": "h264"},
            {"index": 1, "type": "audio", "codec": "dts"},
        ]
        item = self.add(
            plays="audio",
            why=DTS,
            starts_directly=False,
            duration=60.5,
            facts={"container": "matroska", "streams": streams},
        )
        found = self.check(media_url=item.url)
        assert found == self.check(item_id=item.pk)
        assert found == {
            "source": "library", "kind": "video", "title": "Film", "mime": "video/x-matroska", "plays": "audio",
            "why": DTS, "playable": False, "item_id": item.pk, "duration": 60.5, "chapters": [],
            "conversion": None,
            "tracks": [
                {"index": 0, "type": "video", "codec": "h264", "language": "", "title": "", "default": False},
                {"index": 1, "type": "audio", "codec": "dts", "language": "", "title": "", "default": False}
            ],
        }  # fmt: skip

    def test_an_address_is_judged_by_itself_and_never_fetched(self):
        found = self.check(media_url="https://example.org/a/film.mp4", title="Ours")
        assert (found["source"], found["kind"], found["title"]) == ("file", "video", "Ours")
        assert (found["plays"], found["playable"], found["why"]) == ("direct", True, "")
        unknown = self.check(media_url="https://example.org/watch?v=5")
        assert (unknown["plays"], unknown["playable"]) == ("", True)

    def test_an_address_that_cannot_be_played_says_why(self):
        for address in (
            "ftp://example.org/film.mp4",
            "https://user:pw@example.org/film.mp4",
            "film",
            "/etc/passwd",
        ):
            found = self.check(media_url=address)
            assert (found["plays"], found["playable"], found["source"]) == ("no", False, ""), address
            assert found["why"].endswith("."), found

    def test_items_that_are_gone_or_never_were(self):
        gone = self.add(missing=True)
        for media in ({"item_id": gone.pk}, {"item_id": gone.pk + 1}, {"media_url": "/media/library/999"}):
            found = self.check(**media)
            assert (found["plays"], found["why"]) == ("no", "There is no such medium on this server.")

    def test_it_changes_nothing(self):
        before = Playback.objects.filter(room=self.room).values().get()
        self.check(media_url="https://example.org/film.mp4")
        assert Playback.objects.filter(room=self.room).values().get() == before

    def test_it_is_for_members_who_may_change_the_media(self):
        media = {"media_url": "https://example.org/film.mp4"}
        self.refused(self.as_bob.post(self.url("media/check/"), media), 403, "not_host")
        self.refused(self.as_carol.post(self.url("media/check/"), media), 404, "not_member")
        self.refused(self.anonymous.post(self.url("media/check/"), media), 404, "not_member")

    def test_odd_requests_are_refused(self):
        for body in (
            {},
            {"media_url": "https://example.org/a.mp4", "item_id": 5},
            {"media_url": ""},
            {"item_id": 0},
            {"item_id": "5"},
            {"media_url": "https://example.org/a.mp4", "more": 1},
        ):
            self.refused(self.as_alice.post(self.url("media/check/"), body), 400, "bad_message")
        self.refused(self.as_alice.post(self.url("media/check/"), {"media_url": "x" * 8001}), 400, "too_long")
