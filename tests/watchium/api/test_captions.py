from __future__ import annotations

from playback.room.captions.actions import MAX_BYTES
from playback.room.captions.api import MAX_BODY_BYTES
from tests.watchium.api.callers import ApiCase

SRT = "1\n00:00:01,000 --> 00:00:02,000\nH\u00e9llo\n"


class RoomCaptions(ApiCase):
    def share(self, caller, **fields):
        return caller.post(
            self.url("captions/"), {"label": "film.srt", "language": "fr", "text": SRT, **fields}
        )

    def test_members_read_what_the_host_shared_and_others_do_not(self):
        shared = self.share(self.as_alice)
        assert shared.status_code == 201, shared.content
        url = shared.json()["url"]
        assert self.as_bob.get(self.url("state/")).json()["room"]["captions"] == [shared.json()]
        read = self.as_bob.get(url)
        assert (read.content.decode(), read["Content-Type"]) == (SRT, "text/plain; charset=utf-8")
        assert read["X-Content-Type-Options"] == "nosniff"
        assert read["Cache-Control"].startswith("private")
        self.update_room(visibility="public")  # anybody may read its state, but not this
        for stranger in (self.as_carol, self.anonymous):
            self.refused(stranger.get(url), 404, "not_member")
        self.refused(self.as_bob.get(self.url("captions/nothing/")), 404, "not_found")

    def test_only_who_controls_the_room_shares_and_withdraws(self):
        self.refused(self.share(self.as_bob), 403, "not_host")
        self.refused(self.share(self.as_carol), 404, "not_member")
        url = self.share(self.as_alice).json()["url"]
        self.refused(self.as_bob.delete(url), 403, "not_host")
        assert self.as_alice.delete(url).status_code == 204
        assert self.as_alice.delete(url).status_code == 204
        self.refused(self.as_bob.get(url), 404, "not_found")

    def test_a_page_of_another_site_cannot_share(self):
        browser = self.browser_of(self.alice.person, enforce_csrf_checks=True)
        response = browser.post(self.url("captions/"), {"text": SRT}, content_type="application/json")
        self.refused(response, 403, "bad_message")

    def test_bodies_are_checked(self):
        for fields in (
            {"url": "https://example.org/x.srt"},
            {"text": None},
            {"text": 1},
            {"label": 5},
            {"more": 1},
        ):
            self.refused(self.share(self.as_alice, **fields), 400, "bad_message")
        self.refused(self.share(self.as_alice, text=SRT + "x" * MAX_BYTES), 400, "too_long")
        response = self.as_alice.raw("POST", self.url("captions/"), b"x" * (MAX_BODY_BYTES + 1))
        self.refused(response, 400, "too_long")
        large = self.share(self.as_alice, text=SRT + "\n" * (MAX_BYTES - len(SRT.encode())))
        assert large.status_code == 201
