from __future__ import annotations

from playback.models import Playback, PlaybackEvent
from rooms.models import Room
from tests.watchium.api.callers import ApiCase


class StallSettings(ApiCase):
    def test_the_host_changes_room_and_stall_settings_in_one_request(self):
        wanted = {"sync_tolerance_ms": 250, "stall_policy": "wait", "stall_wait_s": 12}
        with self.committing():
            response = self.as_alice.patch(self.url(), {"title": "Late night", **wanted})
        assert response.status_code == 200, response.content
        assert {name: response.json()[name] for name in wanted} == wanted
        event = self.published.last("room_changed")["payload"]["room"]
        assert event == response.json()
        assert event["title"] == "Late night"
        assert self.published.types().count("room_changed") == 1
        assert PlaybackEvent.objects.count() == 1

    def test_the_host_switches_sync_off(self):
        assert self.as_alice.patch(self.url(), {"sync_enabled": False}).json()["sync_enabled"] is False
        assert not Playback.objects.get(room=self.room).sync_enabled

    def test_fields_that_are_left_out_do_not_change(self):
        self.as_alice.patch(self.url(), {"stall_wait_s": 3})
        state = self.as_bob.get(self.url("state/")).json()["room"]
        assert (state["stall_policy"], state["stall_wait_s"], state["title"]) == (
            "carry_on",
            3,
            "movie-night",
        )

    def test_a_member_may_not_change_them(self):
        before = Room.objects.get(pk=self.room.pk).revision
        self.refused(self.as_bob.patch(self.url(), {"stall_policy": "wait"}), 403, "not_allowed")
        assert Playback.objects.get(room=self.room).stall_policy == "carry_on"
        assert Room.objects.get(pk=self.room.pk).revision == before

    def test_invalid_values_are_refused(self):
        for bad in (
            {"stall_policy": "hope"},
            {"stall_wait_s": 31},
            {"stall_wait_s": 0},
            {"sync_tolerance_ms": 1},
        ):
            self.refused(self.as_alice.patch(self.url(), bad), 400, "bad_message")

    def test_a_host_program_may_end_waits_repeatedly(self):
        body = {"action": "continue_without", "event_id": "go"}
        response = self.as_alice.post(self.url("sync/control/"), body)
        assert (response.status_code, response.json()["revision"]) == (200, None)
        self.refused(self.as_bob.post(self.url("sync/control/"), {**body, "event_id": "b"}), 403, "not_host")
