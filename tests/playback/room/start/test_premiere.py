from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from playback.models import Playback
from playback.room.settings import change_settings
from rooms.forms import RoomChanges
from rooms.models import Room
from tests.playback.room.fixtures import NOW_MS, SONG
from tests.playback.room.start.fixtures import StartCase
from watchium import server_clock
from watchium.maintenance.work import expired_rows
from watchium.protocol.errors import BadMessage, NotAllowed
from watchium.services import update_room as updating

AT_MS = NOW_MS + 3_600_000


class Premieres(StartCase):
    def set(self, at_ms: float | None, by=None, now_ms: float = NOW_MS) -> None:
        self.replace(server_clock, "now_ms", lambda: now_ms)
        with self.committing():
            updating.update_room(by or self.alice, RoomChanges(premiere_at=at_ms))

    def comments(self) -> list[str]:
        return [comment.text for comment in self.room.comments.order_by("pk")]

    def test_it_starts_by_itself_at_its_instant_announced_to_players_before(self):
        self.set(AT_MS)
        assert self.room_event()["premiere_at"] == AT_MS
        self.room.members.update(present=False)
        assert self.due(AT_MS - 15_001) == 0
        assert self.due(AT_MS - 14_500) == 1
        event = self.published.last("play")
        assert (event["timestamp"], event["payload"]["cause"]) == (AT_MS, "premiere")
        assert event["payload"]["user_id"] is None
        assert self.timeline().position_at(AT_MS + 1500) == 1.5
        assert self.due(AT_MS - 4000) == 0, "several processes tick, and it starts once"
        assert self.state.premiere_at == AT_MS

    def test_without_a_server_at_that_instant_it_starts_when_there_is_one(self):
        self.set(AT_MS)
        self.due(AT_MS + 60_000)
        assert self.timeline().at_ms == AT_MS + 60_250
        assert self.timeline().position_s == 0

    def test_it_starts_from_the_beginning_also_after_a_look_whether_it_plays(self):
        self.set(AT_MS)
        self.does(self.alice, "play")
        self.does(self.alice, "pause", now_ms=NOW_MS + 20_000)
        assert self.state.premiere_at == AT_MS
        self.due(AT_MS - 14_000)
        assert (self.timeline().position_s, self.timeline().at_ms) == (0, AT_MS)

    def test_a_room_that_plays_goes_on_unless_it_is_paused_in_time(self):
        self.set(AT_MS)
        self.does(self.alice, "play")
        self.due(AT_MS - 14_000)
        self.due(AT_MS)
        assert self.published.last("play")["payload"]["cause"] is None
        assert self.playback.start_due_ms is None
        self.set(AT_MS + 60_000, now_ms=AT_MS)
        self.due(AT_MS + 50_000)
        self.does(self.alice, "pause", now_ms=AT_MS + 51_000)
        self.due(AT_MS + 52_000)
        assert self.published.last("play")["payload"]["cause"] == "premiere"
        assert self.timeline().at_ms == AT_MS + 60_000

    def test_a_play_after_the_announcement_takes_its_place(self):
        self.set(AT_MS)
        self.due(AT_MS - 14_000)
        self.does(self.alice, "play", current_time=0, now_ms=AT_MS - 10_000)
        assert (self.state.premiere_at, self.playback.start_due_ms) == (None, None)
        assert self.timeline().at_ms == AT_MS - 9750

    def test_it_is_moved_to_now(self):
        self.set(AT_MS)
        self.set(NOW_MS, now_ms=NOW_MS + 300)
        assert self.due(NOW_MS + 900) == 1
        assert self.timeline().at_ms == NOW_MS + 1150

    def test_a_room_without_media_has_no_premiere_unless_some_come_in_time(self):
        Playback.objects.filter(room=self.room).update(media=None, phase="idle")
        self.set(AT_MS)
        self.due(AT_MS - 14_000)
        assert self.playback.start_due_ms == AT_MS - 15_000, "it stays due"
        assert self.due(AT_MS) == 1
        assert self.playback.start_due_ms is None
        assert self.timeline().phase == "idle"

    def test_moving_it_is_announced_and_takes_back_a_start_that_was_scheduled(self):
        self.set(AT_MS)
        self.due(AT_MS - 4000)
        self.set(AT_MS + 60_000, now_ms=AT_MS - 3000)
        assert (self.timeline().phase, self.timeline().position_s) == ("paused", 0)
        assert self.room_event()["premiere_at"] == AT_MS + 60_000
        self.due(AT_MS + 46_000)
        assert self.timeline().at_ms == AT_MS + 60_000
        assert self.comments()[-2:] == ["The time of the premiere is set", "The time of the premiere is set"]

    def test_a_pause_after_the_announcement_cancels_it_and_a_seek_keeps_the_instant(self):
        self.set(AT_MS)
        self.due(AT_MS - 14_000)
        self.does(self.alice, "seek", current_time=2, now_ms=AT_MS - 10_000)
        timeline = self.timeline()
        assert (timeline.phase, timeline.position_s, timeline.at_ms) == ("playing", 2, AT_MS)
        self.does(self.alice, "pause", now_ms=AT_MS - 5000)
        assert (self.timeline().phase, self.timeline().position_s) == ("paused", 2)
        assert self.state.premiere_at is None
        event = self.published.last("room_changed")["payload"]
        assert (event["cause"], event["room"]["premiere_at"]) == ("cancelled", None)
        assert self.due(AT_MS) == 0

    def test_media_that_are_loaded_after_the_announcement_start_instead(self):
        self.set(AT_MS)
        self.due(AT_MS - 14_000)
        self.does(self.alice, "load", media_url=SONG, now_ms=AT_MS - 8000)
        assert self.timeline().phase == "paused"
        assert self.due(AT_MS - 7000) == 1
        assert (self.timeline().phase, self.timeline().at_ms) == ("playing", AT_MS)

    def test_a_load_before_the_announcement_changes_nothing_about_it(self):
        self.set(AT_MS)
        self.does(self.alice, "load", media_url=SONG)
        assert self.playback.start_due_ms == AT_MS - 15_000
        self.does(self.alice, "pause")
        assert self.state.premiere_at == AT_MS

    def test_cancelling_it_is_announced(self):
        self.set(AT_MS)
        self.set(None)
        assert self.room_event()["premiere_at"] is None
        assert self.playback.start is None
        assert self.due(AT_MS) == 0
        assert self.comments()[-1] == "The premiere was cancelled"

    def test_only_host_and_owner_set_it_and_it_is_in_the_future(self):
        with pytest.raises(NotAllowed):
            self.set(AT_MS, by=self.bob)
        for at_ms in (NOW_MS - 61_000, NOW_MS + 401 * 86_400_000):
            with pytest.raises(BadMessage):
                change_settings(self.room, {"premiere_at": at_ms}, now_ms=NOW_MS)
        assert self.playback.start is None

    def test_it_ends_an_open_ready_check(self):
        self.set(AT_MS)
        self.does(self.alice, "ready_check", on=True)
        self.due(AT_MS - 4000)
        assert self.state.ready_check is None
        assert self.room_event()["ready_check"] is None
        assert self.timeline().at_ms == AT_MS

    def test_the_countdown_does_not_delay_it(self):
        self.set(AT_MS)
        with self.committing():
            updating.update_room(self.alice, RoomChanges(countdown=True))
        self.due(AT_MS - 4500)
        assert self.timeline().at_ms == AT_MS

    def test_maintenance_leaves_a_room_that_waits_for_its_premiere(self):
        self.set(AT_MS)
        long_ago = timezone.now() - timedelta(days=60)
        Playback.objects.filter(room=self.room).update(position=3)
        Room.objects.filter(pk=self.room.pk).update(revision=0, last_active_at=long_ago)
        self.room.members.update(present=False)
        assert not Playback.objects.idle(timezone.now()).exists()
        unused = next(rows for label, rows, _ in expired_rows(timezone.now()) if "never used" in label)
        assert not unused.filter(pk=self.room.pk).exists()
