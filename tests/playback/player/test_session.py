from __future__ import annotations

from unittest.mock import patch

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec import structs

from playback.models import DevicePlayer
from playback.player import liveness, queries, session
from playback.player.liveness import TIMEOUT_MS
from tests.playback.player.fixtures import LAPTOP, LENGTH_S, PlayerCase
from watchium import server_clock
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.player_commands import PositionReport
from watchium.services.room_snapshot import limits


class Broadcasting(PlayerCase):
    def test_only_changed_fields_are_sent_with_their_revision(self):
        self.add(0)
        event = self.published.last("player")
        assert set(event["payload"]["changed"]) == {"entries", "can_undo"}
        assert [item["title"] for item in event["payload"]["items"]] == ["Track 00"]
        self.say("resume")
        event = self.published.last("player")
        assert set(event["payload"]["changed"]) == {"current", "is_playing", "position", "at"}
        assert (event["revision"], event["payload"]["items"], event["payload"]["cause"]) == (2, [], "resume")

    def test_a_rejected_command_broadcasts_nothing(self):
        with pytest.raises(UnknownMedia):
            self.say("queue_add", item_ids=[10**6])
        assert self.event_types() == []


class Sessions(PlayerCase):
    """The position survives closed tabs and browsers."""

    def report_at(self, second: float, position: float, *, leaving: bool = False) -> bool:
        with self.captureOnCommitCallbacks(execute=True):
            heard = PositionReport(entry_id=self.entry(0), position=position, tab="t1", leaving=leaving)
            return session.report_position(LAPTOP, heard, self.at(second))

    def test_a_position_is_saved_and_broadcast_without_a_revision(self):
        self.say("play_track", item_id=self.items[0].pk)
        assert self.report_at(1, 1.02)
        assert (self.state().position, self.state().revision) == (1.02, 1)
        assert self.published.last("position")["payload"]["position"] == 1.02

    def test_the_playing_tab_reports_the_duration(self):
        self.say("play_track", item_id=self.items[0].pk)
        heard = PositionReport(entry_id=self.entry(0), position=9, tab="t1", duration=3 * LENGTH_S)
        with self.captureOnCommitCallbacks(execute=True):
            session.report_position(LAPTOP, heard, self.at(1))
        assert self.published.last("position")["payload"]["duration"] == 3 * LENGTH_S

    def test_positions_of_another_track_or_while_paused_are_ignored(self):
        self.say("play_track", item_id=self.items[0].pk)
        assert not session.report_position(LAPTOP, PositionReport(entry_id="0.0", position=9, tab="t1"))
        self.say("pause")
        assert not self.report_at(1, 9)
        assert self.state().position == 0

    def test_after_the_browser_was_closed_it_is_paused_where_it_was_last(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.report_at(5, 5)
        later_ms = self.at(5) + TIMEOUT_MS + 1
        stored = DevicePlayer.objects.values().get()
        whole = queries.snapshot(LAPTOP, now_ms=later_ms)
        assert (whole.state.is_playing, whole.state.position, whole.state.revision) == (False, 5, 1)
        assert DevicePlayer.objects.values().get() == stored
        with patch.object(server_clock, "now_ms", lambda: later_ms):
            greeting = session.welcome(LAPTOP, None, "Firefox", limits(1))
        assert (greeting.state.is_playing, greeting.state.position, greeting.state.revision) == (False, 5, 2)
        assert self.state() == greeting.state

    def test_a_position_report_that_crosses_a_seek_is_ignored(self):
        base = self.say("play_track", item_id=self.items[0].pk).revision
        self.say("seek", position=40, base_revision=base)
        late = PositionReport(entry_id=self.entry(0), position=10, tab="t1", revision=base)
        assert not session.report_position(LAPTOP, late, self.at(1))
        assert self.state().position == 40
        assert session.report_position(LAPTOP, structs.replace(late, position=41, revision=2), self.at(1))

    def test_a_database_that_was_away_is_no_silence(self):
        self.say("play_track", item_id=self.items[0].pk)
        liveness.record_report(LAPTOP, self.at(9))
        self.addCleanup(liveness.record_leaving, LAPTOP)
        assert queries.snapshot(LAPTOP, now_ms=self.at(10)).state.is_playing

    def test_after_seconds_of_downtime_the_server_waits_for_the_playing_tab(self):
        self.say("play_track", item_id=self.items[0].pk)
        with patch.object(liveness._state, "listening_since_ms", self.at(20)):
            assert queries.snapshot(LAPTOP, now_ms=self.at(25)).state.is_playing
            assert not queries.snapshot(LAPTOP, now_ms=self.at(27)).state.is_playing

    def test_a_pause_does_not_write_the_undo_history(self):
        self.add(0)
        self.say("resume")
        with CaptureQueriesContext(connection) as queries:
            self.say("pause")
        assert not [query for query in queries if '"done" =' in query["sql"]]

    def test_a_browser_that_is_opened_again_at_once_finds_it_paused_where_it_was(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.report_at(5, 5, leaving=True)
        assert queries.snapshot(LAPTOP, now_ms=self.at(6)).state.is_playing  # another tab may take over
        state = queries.snapshot(LAPTOP, now_ms=self.at(7)).state
        assert (state.is_playing, state.position) == (False, 5)

    def test_a_tab_that_takes_over_from_a_closed_one(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.report_at(5, 5, leaving=True)
        self.report_at(6, 6)
        assert queries.snapshot(LAPTOP, now_ms=self.at(10)).state.is_playing

    def test_a_tab_that_is_opened_while_another_one_plays_changes_nothing(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.report_at(5, 5)
        assert queries.snapshot(LAPTOP, now_ms=self.at(6)).state.is_playing

    def test_the_playing_tab_finds_it_playing_after_a_reconnect(self):
        self.say("play_track", item_id=self.items[0].pk)
        assert queries.snapshot(LAPTOP, is_playing_tab=True, now_ms=self.at(60)).state.is_playing

    def test_a_command_after_the_browser_was_closed_begins_where_it_was_last(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.report_at(5, 5)
        self.say("resume", at_s=3600)
        state = self.state()
        assert (state.position, state.at, state.is_playing) == (5, self.at(3600), True)

    def test_one_row_however_often(self):
        for number in range(5):
            self.add(number)
        assert DevicePlayer.objects.count() == 1
