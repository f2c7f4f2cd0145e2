from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

import playback.room.settings
from playback.room import actions
from rooms.forms import RoomChanges
from tests.playback.room.fixtures import NOW_MS, pause, play, seek
from tests.playback.room.start.fixtures import StartCase
from watchium.services.update_room import update_room


class Countdowns(StartCase):
    def setUp(self) -> None:
        super().setUp()
        with self.committing():
            update_room(self.alice, RoomChanges(countdown=True))

    def test_it_is_a_setting_of_the_room(self):
        assert self.room_event()["countdown"] is True
        with self.committing():
            update_room(self.alice, RoomChanges(countdown=False))
        assert self.room_event()["countdown"] is False
        assert self.playback.start is None

    def test_a_start_is_three_seconds_later_than_otherwise(self):
        accepted = actions.play(self.alice, play(current_time=2), now_ms=NOW_MS)
        assert accepted.timestamp == NOW_MS + 3250
        timeline = self.timeline()
        assert (timeline.phase, timeline.position_at(NOW_MS + 3250)) == ("playing", 2)
        assert timeline.position_at(NOW_MS + 4250) == 3

    def test_a_pause_during_it_keeps_the_position(self):
        actions.play(self.alice, play(current_time=2), now_ms=NOW_MS)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 1500)
        assert (self.timeline().phase, self.timeline().position_s) == ("paused", 2)

    def test_a_seek_during_it_starts_there_as_any_seek_does(self):
        actions.play(self.alice, play(), now_ms=NOW_MS)
        actions.seek(self.alice, seek(3), now_ms=NOW_MS + 1000)
        assert (self.timeline().position_s, self.timeline().at_ms) == (3, NOW_MS + 1500)

    def test_another_press_during_it_starts_no_other_one(self):
        actions.play(self.alice, play(), now_ms=NOW_MS)
        assert actions.play(self.alice, play("again"), now_ms=NOW_MS + 1000).timestamp == NOW_MS + 3250

    def test_a_room_that_waits_for_members_counts_instead(self):
        playback.room.settings.change_settings(self.room, {"stall_policy": "wait"}, now_ms=NOW_MS)
        actions.play(self.alice, play(), now_ms=NOW_MS)
        assert self.timeline().phase == "playing"


class WithoutCountdown(StartCase):
    def test_a_room_that_uses_nothing_of_it_writes_nothing_of_it(self):
        actions.play(self.alice, play("warm"), now_ms=NOW_MS)
        actions.pause(self.alice, pause("warmed"), now_ms=NOW_MS)
        with CaptureQueriesContext(connection) as used:
            actions.play(self.alice, play(), now_ms=NOW_MS)
        assert not any('"start"' in query["sql"] and "UPDATE" in query["sql"] for query in used)
