from __future__ import annotations

from playback.models import PlaybackEvent
from rooms.models import Room
from tests.watchium.api.callers import ApiCase


class PlaybackCase(ApiCase):
    def revision(self) -> int:
        return Room.objects.get(pk=self.room.pk).revision


class PlaybackControl(PlaybackCase):
    def control(self, caller, action: str, event_id: str = "e1", **fields):
        return caller.post(self.url("sync/control/"), {"action": action, "event_id": event_id, **fields})

    def test_each_command_performs_its_action(self):
        for number, (action, fields) in enumerate(
            [
                ("play", {}),
                ("pause", {"current_time": 12.5}),
                ("seek", {"current_time": 40}),
                ("set_rate", {"rate": 1.5}),
                ("load", {"media_url": "https://example.org/a.webm", "title": "Film"}),
            ]
        ):
            with self.committing():
                response = self.control(self.as_alice, action, f"e{number}", **fields)
            assert response.status_code == 200, response.content
            event = self.published.last(action)
            accepted = {
                "event_id": f"e{number}",
                "revision": event["revision"],
                "timestamp": event["timestamp"],
            }
            assert response.json() == accepted
        state = self.as_bob.get(self.url("state/")).json()
        assert state["timeline"]["media"]["title"] == "Film"
        assert state["revision"] == state["timeline"]["revision"]

    def test_the_captions_of_everyone_are_shifted(self):
        with self.committing():
            response = self.control(self.as_alice, "shift_captions", ms=-250)
        event = self.published.last("room_changed")
        assert (response.status_code, response.json()["revision"]) == (200, event["revision"])
        assert self.as_bob.get(self.url("state/")).json()["room"]["caption_shift_ms"] == -250
        self.refused(self.control(self.as_bob, "shift_captions", "e2", ms=0), 403, "not_host")
        self.refused(self.control(self.as_alice, "shift_captions", "e3", ms=600_001), 400, "bad_message")

    def test_chapters_are_typed_for_everyone(self):
        chapters = [{"start": 90.5, "title": "The harbour"}]
        assert self.control(self.as_alice, "set_chapters", chapters=chapters).status_code == 200
        assert self.as_bob.get(self.url("state/")).json()["room"]["chapters"] == chapters
        self.refused(self.control(self.as_bob, "set_chapters", "e2", chapters=[]), 403, "not_host")
        many = [{"start": n} for n in range(101)]
        self.refused(self.control(self.as_alice, "set_chapters", "e3", chapters=many), 400, "bad_message")

    def test_a_repeated_event_id_gets_the_stored_response(self):
        first = self.control(self.as_alice, "pause", current_time=3)
        again = self.control(self.as_alice, "pause", current_time=3)
        assert first.content == again.content
        assert self.revision() == first.json()["revision"]
        conflict = self.control(self.as_alice, "pause", current_time=4)
        assert self.refused(conflict, 409, "event_id_conflict")["event_id"] == "e1"

    def test_members_and_outsiders_are_refused(self):
        before = self.revision()
        problem = self.refused(self.control(self.as_bob, "seek", current_time=1), 403, "not_host")
        assert (problem["message"], problem["event_id"]) == ("Only the host can control playback", "e1")
        self.refused(self.control(self.as_carol, "seek", current_time=1), 404, "not_member")
        self.refused(self.control(self.anonymous, "seek", current_time=1), 404, "not_member")
        assert self.revision() == before

    def test_missing_and_invalid_fields_are_named(self):
        for fields, path in [
            ({"action": "seek"}, "current_time"),
            ({"action": "set_rate"}, "rate"),
            ({"action": "load"}, "media_url"),
            ({"action": "shift_captions"}, "ms"),
            ({"action": "shift_captions", "ms": 1.5}, "$.ms"),
            ({"action": "set_chapters"}, "chapters"),
            ({"action": "seek", "current_time": -1}, "$.current_time"),
            ({"action": "set_rate", "rate": 9}, "$.rate"),
            ({"action": "explode"}, "$.action"),
            ({"action": "play", "event_id": ""}, "$.event_id"),
            ({"action": "play", "volume": 1}, "volume"),
        ]:
            response = self.as_alice.post(self.url("sync/control/"), {"event_id": "e1", **fields})  # type: ignore[dict-item]
            assert path in self.refused(response, 400, "bad_message")["detail"], fields
        assert not PlaybackEvent.objects.filter(event_id="e1").exists()

    def test_unsupported_media_urls_are_refused(self):
        response = self.control(self.as_alice, "load", media_url="file:///etc/passwd")
        self.refused(response, 400, "unknown_media")


class EventLog(PlaybackCase):
    def test_members_get_all_events_after_a_revision(self):
        for number in range(3):
            body = {"action": "seek", "current_time": number, "event_id": f"e{number}"}
            self.as_alice.post(self.url("sync/control/"), body)
        log = self.as_bob.get(self.url("events/")).json()
        assert [event["revision"] for event in log["events"]] == list(range(1, log["revision"] + 1))
        assert [event["payload"]["event_id"] for event in log["events"]][-3:] == ["e0", "e1", "e2"]
        later = self.as_bob.get(self.url(f"events/?since={log['revision'] - 1}")).json()
        assert [event["payload"]["event_id"] for event in later["events"]] == ["e2"]
        assert not log["more"]

    def test_a_log_with_a_gap_is_answered_as_stale(self):
        for number in range(3):
            body = {"action": "seek", "current_time": number, "event_id": f"e{number}"}
            self.as_alice.post(self.url("sync/control/"), body)
        head = self.revision()
        self.refused(self.as_bob.get(self.url(f"events/?since={head + 1}")), 409, "stale")
        PlaybackEvent.objects.filter(revision=head - 2).delete()
        self.refused(self.as_bob.get(self.url(f"events/?since={head - 3}")), 409, "stale")
        assert len(self.as_bob.get(self.url(f"events/?since={head - 2}")).json()["events"]) == 2
        PlaybackEvent.objects.all().delete()
        self.refused(self.as_bob.get(self.url(f"events/?since={head - 1}")), 409, "stale")
        assert self.as_bob.get(self.url(f"events/?since={head}")).json()["events"] == []

    def test_the_log_is_for_members_only(self):
        self.update_room(visibility="public")
        self.refused(self.as_carol.get(self.url("events/")), 404, "not_member")

    def test_since_must_be_a_number(self):
        for since in ("-1", "x", "1e3", "\u0663", "9" * 30):
            self.refused(self.as_bob.get(self.url(f"events/?since={since}")), 400, "bad_message")

    def test_the_state_of_a_public_room_is_readable_without_membership(self):
        self.refused(self.anonymous.get(self.url("state/")), 404, "not_member")
        self.update_room(visibility="public")
        state = self.anonymous.get(self.url("state/"))
        assert state["Cache-Control"] == "no-store"
        assert state.json()["room"]["title"] == "movie-night"

    def test_requesting_the_state_with_a_token_marks_the_member_present(self):
        dana = self.anonymous.post(self.url("join/"), {"username": "Dana"}).json()
        names = {member["username"] for member in self.as_bob.get(self.url("state/")).json()["members"]}
        assert names == {"Alice", "Bob"}
        self.program_with(dana["token"]).get(self.url("state/"))
        names = {member["username"] for member in self.as_bob.get(self.url("state/")).json()["members"]}
        assert names == {"Alice", "Bob", "Dana"}
