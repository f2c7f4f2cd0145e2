from __future__ import annotations

import pytest
from django.db import IntegrityError

from playback.models import Playback, PlaybackEvent
from playback.room import actions, end_of_media
from rooms.models import ControlPolicy, Member, Room
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, load, play
from watchium.protocol.commands import CaptionShift, ShiftCaptions
from watchium.protocol.errors import EventIdConflict, NotHost, NotMember


def shift(ms: int, event_id="shift") -> ShiftCaptions:
    return ShiftCaptions(event_id=event_id, payload=CaptionShift(ms=ms))


class CaptionShiftCase(ActionCase):
    def stored_ms(self) -> int:
        return Playback.objects.get(room=self.room).caption_shift_ms

    def revision(self) -> int:
        return Room.objects.get(pk=self.room.pk).revision

    def test_everyone_gets_the_shift_and_the_players_are_not_moved(self):
        self.started(NOW_MS - 10_000)
        with self.committing():
            accepted = actions.shift_captions(self.alice, shift(-1500), now_ms=NOW_MS)
        event = self.published.last("room_changed")
        assert accepted.revision == event["revision"] == self.revision()
        assert event["payload"]["room"]["caption_shift_ms"] == self.stored_ms() == -1500
        assert event["payload"]["username"] == "Alice"
        assert event["payload"]["room"]["title"] == "movie-night"
        assert self.timeline().position_at(NOW_MS) == 10

    def test_the_event_is_the_same_when_it_is_sent_again(self):
        with self.committing():
            actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS)
        row = self.last_row()
        assert row.metadata["room"] == self.published.last("room_changed")["payload"]["room"]

    def test_the_same_command_twice_is_one_change(self):
        first = actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS)
        again = actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS + 5000)
        assert first == again
        with pytest.raises(EventIdConflict):
            actions.shift_captions(self.alice, shift(400), now_ms=NOW_MS + 5000)
        assert self.stored_ms() == 300

    def test_the_shift_that_the_room_has_changes_nothing(self):
        actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS)
        before = self.revision()
        accepted = actions.shift_captions(self.alice, shift(300, "other"), now_ms=NOW_MS)
        assert (accepted.revision, self.revision()) == (None, before)

    def test_members_without_control_and_outsiders_are_refused(self):
        with pytest.raises(NotHost):
            actions.shift_captions(self.bob, shift(300), now_ms=NOW_MS)
        outsider = Member(room=self.room, person=self.carol, username="carol", pk=10**9)
        with pytest.raises(NotMember):
            actions.shift_captions(outsider, shift(300), now_ms=NOW_MS)
        assert self.stored_ms() == 0
        assert not PlaybackEvent.objects.filter(event_id="shift").exists()

    def test_whoever_controls_the_room_may_shift(self):
        Room.objects.filter(pk=self.room.pk).update(control_policy=ControlPolicy.EVERYONE)
        actions.shift_captions(self.bob, shift(300), now_ms=NOW_MS)
        assert self.stored_ms() == 300

    def test_other_media_begin_without_a_shift(self):
        actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS)
        actions.play(self.alice, play(), now_ms=NOW_MS)
        assert self.stored_ms() == 300
        actions.load(self.alice, load(SONG), now_ms=NOW_MS)
        assert self.stored_ms() == 0

    def test_a_room_that_is_reset_has_no_shift(self):
        actions.shift_captions(self.alice, shift(300), now_ms=NOW_MS)
        self.room.members.update(present=False)
        assert end_of_media.reset(self.room.pk, NOW_MS)
        assert self.stored_ms() == 0

    def test_the_database_refuses_a_shift_of_more_than_ten_minutes(self):
        with pytest.raises(IntegrityError):
            Playback.objects.filter(room=self.room).update(caption_shift_ms=600_001)
