from __future__ import annotations

import msgspec
import pytest
from django.db import IntegrityError, transaction

from playback.models import Playback, PlaybackEvent
from playback.room import actions, queries
from rooms import actions as room_deeds
from rooms.models import Room
from tests.playback.room.fixtures import NOW_MS, ActionCase, load, pause, play, seek, set_rate


class Constraints(ActionCase):
    def violates(self, action) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            action()

    def row(self, **facts) -> PlaybackEvent:
        whole = {"type": "play", "at_ms": NOW_MS, "position": 0, "rate": 1, "phase": "playing", **facts}
        return PlaybackEvent.objects.create(room=self.room, **whole)

    def test_no_revision_is_taken_twice(self):
        self.row(revision=7)
        self.violates(lambda: self.row(revision=7))

    def test_an_event_id_is_not_used_for_two_commands(self):
        self.row(person=self.alice.person, event_id="x")
        self.violates(lambda: self.row(person=self.alice.person, event_id="x"))

    def test_rows_without_either_may_be_many(self):
        self.row()
        self.row()

    def test_phase_and_rate_are_what_they_can_be(self):
        mine = Playback.objects.filter(room=self.room)
        self.violates(lambda: mine.update(phase="flying"))
        self.violates(lambda: mine.update(rate=0))


class Resending(ActionCase):
    def test_resent_events_equal_the_original_ones(self):
        with self.committing():
            actions.play(self.alice, play(), now_ms=NOW_MS)
            actions.set_rate(self.alice, set_rate(1.5), now_ms=NOW_MS + 3000)
            room_deeds.transfer_host(self.alice, self.bob.person.user_id)
            room_deeds.update_room(self.room, actor=None, title="Late night")
            actions.load(self.bob, load(title="Song"), now_ms=NOW_MS + 4000)
        events = [frame for _, frame in self.published.frames if frame["revision"] is not None]
        room = Room.objects.get(pk=self.room.pk)
        again = [msgspec.json.decode(frame) for frame in queries.missed(room, 0)]
        self.assertEqual(again, events)
        self.assertEqual([frame["revision"] for frame in again], [1, 2, 3, 4, 5])

    def test_a_member_who_followed_has_the_snapshot_of_a_new_one(self):
        with self.committing():
            actions.play(self.alice, play(), now_ms=NOW_MS)
            actions.seek(self.alice, seek(30), now_ms=NOW_MS + 3000)
        event, state = self.published.frames[-1][1], msgspec.to_builtins(queries.snapshot(self.room_now()))
        self.assertEqual((state["revision"], state["timestamp"]), (event["revision"], event["timestamp"]))
        for name in ("current_time", "is_playing", "rate", "phase", "duration", "media"):
            self.assertEqual(state[name], event["payload"][name], name)

    def test_a_client_resumes_if_the_log_has_the_change_it_applied_last(self):
        actions.play(self.alice, play(), now_ms=NOW_MS)
        actions.pause(self.alice, pause(), now_ms=NOW_MS + 1000)
        room = self.room_now()
        for revision, event_id, resumed in (
            (2, "pause", True),
            (1, "play", True),
            (0, "", True),
            (0, "play", False),
            (1, "pause", False),
            (1, "", False),
            (3, "later", False),
        ):
            with self.subTest(revision=revision, event_id=event_id):
                self.assertEqual(queries.resumes(room, revision, event_id), resumed)

    def test_a_client_resumes_after_a_change_without_a_command_with_an_empty_event_id(self):
        room_deeds.transfer_host(self.alice, self.bob.person.user_id)
        self.assertTrue(queries.resumes(self.room_now(), 1, ""))

    def test_a_trimmed_log_or_one_too_long_does_not_resume(self):
        for n in range(3):
            actions.seek(self.alice, seek(n, f"{n}"), now_ms=NOW_MS)
        PlaybackEvent.objects.filter(revision=2).delete()
        room = self.room_now()
        self.assertFalse(queries.resumes(room, 1, "0"))
        room.revision = 700
        self.assertFalse(queries.reaches_back(room, 3))

    def test_an_untouched_room_resumes(self):
        self.assertTrue(queries.resumes(self.room_now(), 0, ""))

    def room_now(self) -> Room:
        return Room.objects.get(pk=self.room.pk)
