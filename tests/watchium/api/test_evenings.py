from __future__ import annotations

import json
from unittest.mock import patch

from django.test import Client, override_settings

from chat.actions import post
from playback.models import KeptEvening, Playback
from playback.room import actions
from rooms.models import Room, Visibility
from tests.playback.room.fixtures import load, pause, play
from tests.watchium.api.callers import ApiCase, Caller
from watchium import server_clock
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.commands import CommentDraft, PostComment

FILM = "https://example.org/film.mp4"
NASTY = '</script><script>alert("x")</script><img src=x onerror=alert(1)>'
MINUTE_MS = 60_000.0


class Evenings(ApiCase):
    """An hour ago the room played ten minutes of a film, and bob wrote a comment."""

    def setUp(self) -> None:
        super().setUp()
        start_ms = server_clock.now_ms() - 60 * MINUTE_MS
        self.ended_ms = start_ms + 10 * MINUTE_MS
        Playback.objects.filter(room=self.room).update(at_ms=start_ms - 1)
        actions.load(self.alice, load(FILM, title=NASTY), now_ms=start_ms - 1000)
        actions.play(self.alice, play(), now_ms=start_ms - 250)
        said = PostComment(event_id="c", payload=CommentDraft(text=NASTY))
        post(self.bob, said, position=0, now_ms=start_ms + 5 * MINUTE_MS)
        actions.pause(self.alice, pause(), now_ms=self.ended_ms)

    @property
    def number(self) -> int:
        return self.as_bob.get(self.url("evenings/")).json()["evenings"][0]["id"]

    def page(self, number: int, suffix: str = "") -> str:
        return f"/rooms/{self.room.room_id}/evenings/{number}/{suffix}"

    def test_members_read_an_evening(self):
        listed = self.as_bob.get(self.url("evenings/")).json()
        (summary,) = listed["evenings"]
        assert (summary["lasts"], summary["kept"], listed["may_keep"]) == (600.0, False, False)
        evening = self.as_bob.get(self.url(f"evenings/{summary['id']}/")).json()
        assert [line["text"] for line in evening["comments"]] == [NASTY]
        assert evening["sources"][0]["url"] == FILM
        assert evening["comments"][0]["at"] == 300.0

    def test_the_host_keeps_and_deletes_it(self):
        number = self.number
        for caller, status in ((self.as_bob, 403), (self.as_alice, 200), (self.as_alice, 200)):
            response = caller.post(self.url("evenings/"), {"id": number})
            assert response.status_code == status, response.content
        assert self.as_bob.get(self.url("evenings/")).json()["evenings"][0]["kept"]
        assert self.as_bob.delete(self.url(f"evenings/{number}/")).status_code == 403
        assert self.as_alice.delete(self.url(f"evenings/{number}/")).status_code == 204
        assert self.as_alice.get(self.url(f"evenings/{number}/")).status_code == 404
        assert KeptEvening.objects.get().document == ""

    def test_bad_requests_are_refused(self):
        for body in ({}, {"id": "x"}, {"id": 1.5}, {"id": 1, "more": 2}):
            response = self.as_alice.post(self.url("evenings/"), body)
            assert (response.status_code, response.json()["code"]) == (400, "bad_message")
        for number in (0, 5, 999_999_999_999_999):
            assert self.as_alice.post(self.url("evenings/"), {"id": number}).status_code == 404
            assert self.as_alice.get(self.url(f"evenings/{number}/")).status_code == 404
            assert self.as_alice.delete(self.url(f"evenings/{number}/")).status_code == 404

    def test_outsiders_get_nothing_whatever_the_room_shows(self):
        number = self.number
        self.as_alice.post(self.url("evenings/"), {"id": number})
        carol = self.browser_of(self.carol)
        for visibility in Visibility.values:
            Room.objects.update(visibility=visibility)
            for caller in (self.as_carol, self.anonymous, Caller(carol)):
                for path in ("evenings/", f"evenings/{number}/", f"evenings/{number}/?download"):
                    refused = caller.get(self.url(path))
                    unknown = caller.get(f"/api/rooms/nowhere/{path}")
                    assert (refused.status_code, refused.content) == (404, unknown.content)
                assert caller.delete(self.url(f"evenings/{number}/")).status_code in (403, 404)
            for visitor in (carol, Client()):
                for suffix in ("", "export.html"):
                    assert_not_found(visitor, self.page(number, suffix), self.room.title)
        assert KeptEvening.objects.filter(deleted=False).exists()

    def test_who_left_gets_nothing_any_more(self):
        number = self.number
        assert self.as_bob.post(self.url("leave/"), {}).status_code == 204
        assert self.as_bob.get(self.url(f"evenings/{number}/")).status_code == 404
        assert_not_found(self.browser_of(self.bob.person), self.page(number), self.room.title)

    def test_the_page_shows_text_as_it_was_typed(self):
        response = self.browser_of(self.bob.person).get(self.page(self.number))
        assert response.status_code == 200
        assert NASTY not in response.content.decode()
        assert "&lt;script&gt;alert" in response.content.decode()
        assert "Keep this evening" not in response.content.decode()
        assert (
            "Keep this evening"
            in self.browser_of(self.alice.person).get(self.page(self.number)).content.decode()
        )

    def test_the_page_explains_that_a_full_room_keeps_no_more(self):
        Room.objects.update(keep_evenings=True)
        with patch("watchium.services.evening.evenings.MAX_KEPT", 0):
            text = self.browser_of(self.bob.person).get(self.page(self.number)).content.decode()
        assert "The room has 50 kept evenings, and no more" in text
        assert "this one too, within a day" not in text

    def test_the_html_file_needs_and_runs_nothing(self):
        response = self.browser_of(self.bob.person).get(self.page(self.number, "export.html"))
        text = response.content.decode()
        assert response["Content-Disposition"].startswith('attachment; filename="evening-')
        assert "<script" not in text
        assert "default-src &#x27;none&#x27;" in text
        assert not [word for word in ("src=", "href=", "url(") if word in text.replace("img src=x", "")]
        assert text.count("&lt;script&gt;alert") == 2, "the title and the comment"
        assert "5:00" in text
        assert "Bob" in text

    def test_the_json_file_is_the_response_of_the_api(self):
        number = self.number
        shown = self.as_bob.get(self.url(f"evenings/{number}/"))
        file = self.as_bob.get(self.url(f"evenings/{number}/?download"))
        assert file["Content-Disposition"].endswith('.json"')
        assert json.loads(file.content) == shown.json()

    def test_the_setting_is_the_hosts(self):
        assert self.as_bob.patch(self.url(""), {"keep_evenings": True}).status_code == 403
        assert self.as_alice.patch(self.url(""), {"keep_evenings": True}).status_code == 200
        assert self.as_bob.get(self.url("state/")).json()["room"]["keep_evenings"] is True
        assert self.as_bob.get(self.url("evenings/")).json()["keeps"] is True
        comments = self.as_bob.get(self.url("comments/")).json()["comments"]
        assert comments[-1]["text"] == "Evenings are kept now, with reactions", "members know it"

    def test_a_visitor_of_the_demo_room_reads_keeps_and_deletes_nothing(self):
        number = self.number
        Room.objects.update(is_demo=True)
        assert self.as_alice.post(self.url("evenings/"), {"id": number}).status_code == 403
        assert self.as_alice.delete(self.url(f"evenings/{number}/")).status_code == 403
        listed = self.as_alice.get(self.url("evenings/")).json()
        assert (listed["evenings"], listed["may_keep"]) == ([], False)
        assert self.as_alice.get(self.url(f"evenings/{number}/")).status_code == 404
        assert_not_found(self.browser_of(self.alice.person), self.page(number), self.room.title)

    def test_reading_them_in_a_loop_is_limited(self):
        number = self.number
        statuses = [self.as_bob.get(self.url(f"evenings/{number}/")).status_code for _ in range(31)]
        assert statuses[-1] == 429
        assert self.browser_of(self.bob.person).get(self.page(number)).status_code == 429
        assert self.as_alice.get(self.url("evenings/")).status_code == 200

    @override_settings(LIMITS={**DEFAULTS, "evening": (1, 60)})
    def test_who_has_read_as_often_as_they_may_still_keeps(self):
        number = self.number
        assert self.as_alice.get(self.url("evenings/")).status_code == 200
        assert self.as_alice.get(self.url("evenings/")).status_code == 429
        response = self.as_alice.post(self.url("evenings/"), {"id": number})
        assert (response.status_code, response.json()["evenings"][0]["kept"]) == (200, True)

    @override_settings(LIMITS={**DEFAULTS, "room_evening": (2, 60)})
    def test_all_members_together_are_limited(self):
        assert [self.as_bob.get(self.url("evenings/")).status_code for _ in range(2)] == [200, 200]
        assert self.as_alice.get(self.url("evenings/")).status_code == 429

    def test_a_line_is_listed_with_the_media_that_played(self):
        actions.load(self.alice, load("https://example.org/next.mp4", "next", "Next"), now_ms=self.ended_ms)
        actions.play(self.alice, play("next2"), now_ms=self.ended_ms + MINUTE_MS)
        for name, after_ms in (("second", 61_000.0), ("third", 90_000.0)):
            said = PostComment(event_id=name, payload=CommentDraft(text=name))
            post(self.bob, said, position=0, now_ms=self.ended_ms + after_ms)
        text = self.browser_of(self.bob.person).get(self.page(self.number, "export.html")).content.decode()
        film, following = text.split("</ol>")[:2]
        assert film.count("<li>") == 1
        assert "Next" in following
        assert following.index("second") < following.index("third")


def assert_not_found(visitor: Client, path: str, secret: str) -> None:
    response = visitor.get(path)
    unknown = visitor.get(path.replace("/rooms/", "/rooms/x"))
    assert (response.status_code, unknown.status_code) == (404, 404)
    assert secret not in response.content.decode()
