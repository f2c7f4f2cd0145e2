from __future__ import annotations

import pytest
from django.utils import timezone

from chat.models import Comment
from playback.models import PlaybackEvent
from rooms.models import Ban, Member, Room
from tests.watchium.api.callers import ApiCase

REPORT = {"current_time": 3.0, "is_playing": False, "is_synced": True, "state": "ready"}
NUMBERED = {"revision", "event_id", "comment_seq", "epoch"}


class HttpOnly(ApiCase):
    def say(self, caller, type: str, event_id: str = "e1", **payload):
        with self.committing():
            return caller.post(
                self.url("commands/"), {"type": type, "event_id": event_id, "payload": payload}
            )


class Poll(HttpOnly):
    def poll(self, caller, **fields):
        response = caller.post(self.url("state/"), fields)
        assert response.status_code == 200, response.content
        return response.json()

    def welcome(self, caller, **fields) -> dict:
        return self.poll(caller, **fields)["events"][0]["payload"]

    def applied(self, welcome: dict) -> dict:
        epoch = welcome["room"]["epoch"]
        return {name: value for name, value in (welcome | {"epoch": epoch}).items() if name in NUMBERED}

    def test_the_first_poll_returns_a_snapshot(self):
        body = self.poll(self.as_alice)
        first = body["events"][0]
        assert first["type"] == "welcome"
        you = first["payload"]["you"]
        assert (you["role"], you["may_control"], you["is_owner"]) == ("host", True, True)
        assert first["payload"]["timeline"]["media"]["url"].endswith("clip.webm")
        assert {member["username"] for member in first["payload"]["members"]} == {"Alice", "Bob"}
        assert first["payload"]["comments"] == []
        assert body["received"] <= body["timestamp"]
        assert body["clock_id"] == first["payload"]["clock_id"]

    def test_the_next_poll_returns_only_new_events(self):
        known = self.applied(self.welcome(self.as_bob))
        self.say(self.as_alice, "seek", "s", current_time=40)
        self.say(self.as_alice, "comment", "c", text="there")
        welcome, missed, *_ = self.poll(self.as_bob, **known)["events"]
        assert welcome["payload"]["resumed"]
        assert [event["type"] for event in missed["payload"]["events"]] == ["seek"]
        assert [comment["text"] for comment in missed["payload"]["comments"]] == ["there"]
        known |= {
            "revision": missed["payload"]["revision"],
            "event_id": missed["payload"]["events"][-1]["payload"]["event_id"],
            "comment_seq": missed["payload"]["comment_seq"],
        }
        _, missed, *_ = self.poll(self.as_bob, **known)["events"]
        assert (missed["payload"]["events"], missed["payload"]["comments"]) == ([], [])

    def test_edits_and_reactions_to_messages_are_made_and_read_by_polls(self):
        self.say(self.as_bob, "comment", "c", text="teh end")
        known = self.applied(self.welcome(self.as_alice))
        comment = Comment.objects.get(event_id="c")
        self.say(self.as_bob, "edit_comment", "e", id=comment.pk, text="the end")
        self.say(self.as_alice, "react_to_comment", "r", id=comment.pk, emoji="🎉", on=True)
        _, missed, *_ = self.poll(self.as_alice, **known)["events"]
        (changed,) = missed["payload"]["changed"]
        assert (changed["text"], changed["edited"]) == ("the end", True)
        assert changed["reactions"] == [{"emoji": "🎉", "user_ids": [self.alice.person.user_id]}]

    def test_an_unknown_log_position_gets_a_snapshot(self):
        self.say(self.as_alice, "seek", "s", current_time=40)
        for claim in ({"revision": 1, "event_id": "other"}, {"revision": 99, "event_id": "s"}):
            assert not self.welcome(self.as_bob, **claim)["resumed"]

    def test_a_changed_role_is_in_the_next_poll(self):
        assert self.welcome(self.as_bob)["you"]["role"] == "member"
        self.say(self.as_alice, "set_moderator", user_id=self.bob.person.user_id, moderator=True)
        you = self.welcome(self.as_bob)["you"]
        assert (you["role"], you["may_moderate"]) == ("moderator", True)

    def test_a_report_is_published_like_a_heartbeat(self):
        self.say(self.as_alice, "seek", current_time=3)
        self.poll(self.as_bob, report=REPORT)
        presence = self.poll(self.as_alice)["events"][-1]
        assert presence["type"] == "presence"
        assert [one["user_id"] for one in presence["payload"]["members"]] == [self.bob.person.user_id]

    def test_polling_marks_the_member_present(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        self.poll(self.as_bob)
        assert Member.objects.get(pk=self.bob.pk).present

    def test_reading_the_state_marks_the_member_present_with_a_token_but_not_with_cookies(self):
        for origin in ("https://evil.example", "http://testserver"):
            Member.objects.filter(pk=self.bob.pk).update(present=False)
            response = self.browser_of(self.bob.person).get(self.url("state/"), headers={"Origin": origin})
            assert response.status_code == 200
            assert not Member.objects.get(pk=self.bob.pk).present
        self.as_bob.get(self.url("state/"))
        assert Member.objects.get(pk=self.bob.pk).present

    def test_polls_and_commands_from_another_site_are_refused(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        browser = self.browser_of(self.bob.person, enforce_csrf_checks=True)
        play = {"type": "play", "event_id": "e", "payload": {}}
        for path, body in (("state/", {}), ("commands/", play)):
            assert browser.post(self.url(path), body, "application/json").status_code == 403
        assert not Member.objects.get(pk=self.bob.pk).present

    def test_outsiders_banned_members_and_closed_rooms_get_the_codes_of_the_socket(self):
        self.refused(self.as_carol.post(self.url("state/"), {}), 404, "not_member")
        self.refused(self.anonymous.post(self.url("state/"), {}), 404, "not_member")
        self.say(self.as_alice, "ban_member", user_id=self.bob.person.user_id, minutes=5)
        assert Ban.objects.exists()
        self.refused(self.as_bob.post(self.url("state/"), {}), 403, "banned")
        Room.objects.filter(pk=self.room.pk).update(closed_at=timezone.now())
        self.refused(self.as_alice.post(self.url("state/"), {}), 404, "room_closed")

    @pytest.mark.usefixtures("frozen_clock")
    def test_polling_too_often_is_rate_limited(self):
        answers = [self.as_bob.post(self.url("state/"), {}) for _ in range(45)]
        problem = self.refused(answers[-1], 429, "rate_limited")
        assert problem["retry_after_ms"] > 0

    def test_invalid_fields_are_named(self):
        for fields in (
            {"revision": -1},
            {"revision": "x"},
            {"comment_seq": -1},
            {"since": 3},
            {"report": {}},
        ):
            self.refused(self.as_bob.post(self.url("state/"), fields), 400, "bad_message")


class Command(HttpOnly):
    def test_one_event_id_is_one_command_over_socket_and_http(self):
        first = self.say(self.as_alice, "pause", "p", current_time=3)
        again = self.say(self.as_alice, "pause", "p", current_time=3)
        other = self.as_alice.post(
            self.url("sync/control/"), {"action": "pause", "event_id": "p", "current_time": 3}
        )
        assert first.status_code == 200
        assert first.json() == again.json() == other.json()
        assert PlaybackEvent.objects.filter(room=self.room, event_id="p").count() == 1
        conflict = self.say(self.as_alice, "pause", "p", current_time=4)
        assert self.refused(conflict, 409, "event_id_conflict")["event_id"] == "p"

    def test_every_command_of_a_page_is_accepted(self):
        bob = self.bob.person.user_id
        self.say(self.as_bob, "comment", "c1", text="hello")
        comment = Comment.objects.get(text="hello")
        for number, (type, payload, status) in enumerate(
            [
                ("play", {}, 200),
                ("pause", {}, 200),
                ("seek", {"current_time": 5}, 200),
                ("set_rate", {"rate": 1.5}, 200),
                ("load", {"media_url": "https://example.org/a.webm"}, 200),
                ("continue_without", {}, 200),
                ("comment", {"text": "again", "reply_to": comment.pk}, 200),
                ("delete_comment", {"id": comment.pk}, 204),
                ("reaction", {"emoji": "🎉"}, 204),
                ("typing", {}, 204),
                ("buffer_start", {"current_time": 5}, 204),
                ("buffer_end", {"current_time": 5}, 204),
                ("set_moderator", {"user_id": bob, "moderator": True}, 200),
                ("transfer_host", {"user_id": bob}, 200),
                ("ask_control", {}, 204),
                ("claim_host", {}, 200),
                ("remove_member", {"user_id": bob}, 200),
                ("leave", {}, 204),
            ]
        ):
            response = self.say(self.as_alice, type, f"n{number}", **payload)
            assert response.status_code == status, (type, response.content)
        assert Comment.objects.get(pk=comment.pk).deleted_at is not None
        assert Member.objects.get(pk=self.bob.pk).left_at is not None
        assert Member.objects.get(pk=self.alice.pk).left_at is not None

    def test_permissions_and_errors_equal_those_of_the_socket(self):
        problem = self.refused(self.say(self.as_bob, "play"), 403, "not_host")
        assert problem["event_id"] == "e1"
        self.refused(self.say(self.as_carol, "play"), 404, "not_member")
        self.refused(self.say(self.as_alice, "comment", text=""), 400, "bad_message")
        self.refused(self.say(self.as_alice, "nonsense"), 400, "bad_message")
        self.refused(self.say(self.as_alice, "ping", t0=1), 404, "not_found")
        self.refused(
            self.as_alice.post(self.url("commands/"), {"type": "play", "payload": {}}), 400, "bad_message"
        )
