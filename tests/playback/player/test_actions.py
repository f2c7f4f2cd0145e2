from __future__ import annotations

import pytest

from playback.models import MediaItem
from tests.playback.player.fixtures import LENGTH_S, NOW_MS, PlayerCase
from watchium.protocol.errors import EventIdConflict, RateLimited, Stale, TooLong, UnknownMedia


class Playing(PlayerCase):
    def test_a_track_of_the_library_is_added_after_the_current_one_and_plays(self):
        self.add(0, 1)
        self.say("play_track", entry_id=self.entry(0))
        self.say("play_track", item_id=self.items[4].pk, at_s=5)
        assert (self.queue_order(), self.current()) == ([0, 4, 1], 4)
        state = self.state()
        assert (state.is_playing, state.position, state.at) == (True, 0, self.at(5))

    def test_an_entry_that_follows_anyway_is_played_without_a_duplicate(self):
        self.add(0, 1, 2)
        self.say("play_track", entry_id=self.entry(0))
        for number in (1, 2):
            self.say("play_track", item_id=self.items[number].pk)
            assert (self.queue_order(), self.current(), self.state().is_playing) == ([0, 1, 2], number, True)

    def test_several_tracks_are_added_and_played_in_one_change_that_can_be_undone(self):
        self.add(0, 1)
        before = self.say("play_track", entry_id=self.entry(0)).revision
        items = [self.items[number].pk for number in (4, 3, 5)]
        after = self.say("play_track", item_ids=items, at_s=4).revision
        assert (after, self.queue_order(), self.current()) == (before + 1, [0, 4, 3, 5, 1], 4)
        self.say("undo", base_revision=after, at_s=5)
        assert (self.queue_order(), self.current(), self.state().position) == ([0, 1], 0, 4)

    def test_several_are_as_many_as_fit_or_none(self):
        self.add(*[0] * 100)
        for number in (1, 2, 1, 2):
            self.say("play_track", item_ids=[self.items[number].pk] * 100)
        with pytest.raises(TooLong):
            self.say("play_track", item_ids=[self.items[3].pk])
        assert (len(self.queue_order()), self.current()) == (500, 2)

    def test_pausing_keeps_the_position_and_resuming_continues_from_there(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.say("pause", at_s=4)
        assert (self.state().is_playing, self.state().position) == (False, 4)
        self.say("resume", at_s=60)
        state = self.state()
        assert (state.is_playing, state.position, state.at) == (True, 4, self.at(60))

    def test_a_pause_takes_the_position_of_the_playing_tab(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.say("pause", at_s=4, entry_id=self.entry(0), position=3.9)
        assert self.state().position == 3.9
        self.say("resume", at_s=5)
        self.say("pause", at_s=6, entry_id="0.0", position=50)
        assert self.state().position == pytest.approx(4.9)

    def test_a_position_beyond_an_exact_end_is_the_end(self):
        MediaItem.objects.filter(pk=self.items[0].pk).update(path="/media/samples/00.ogg")
        self.say("play_track", item_id=self.items[0].pk)
        self.say("seek", position=1000, base_revision=1)
        assert self.state().position == LENGTH_S

    def test_the_duration_in_a_files_tags_bounds_nothing(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.say("seek", position=LENGTH_S + 60, base_revision=1)
        assert self.state().position == LENGTH_S + 60
        self.say("pause", at_s=2, entry_id=self.entry(0), position=LENGTH_S + 62)
        self.say("resume", at_s=3)
        assert self.state().position == LENGTH_S + 62

    def test_resuming_at_the_end_starts_from_the_beginning(self):
        self.say("play_track", item_id=self.items[0].pk, position=LENGTH_S)
        self.say("pause")
        self.say("resume")
        assert self.state().position == 0

    def test_resuming_without_a_current_track_plays_the_first(self):
        self.add(2, 3)
        self.say("resume")
        assert (self.current(), self.state().is_playing) == (2, True)

    def test_another_speed_does_not_move_it(self):
        self.say("play_track", item_id=self.items[0].pk)
        self.say("set_rate", rate=2, at_s=4)
        self.say("pause", at_s=6)
        assert self.state().position == 8

    def test_items_outside_the_library_cannot_be_played(self):
        with pytest.raises(UnknownMedia):
            self.say("play_track", item_id=10**6)
        MediaItem.objects.filter(pk=self.items[0].pk).update(missing=True)
        with pytest.raises(UnknownMedia):
            self.say("play_track", item_id=self.items[0].pk)


class Stepping(PlayerCase):
    def setUp(self):
        super().setUp()
        self.add(0, 1, 2)
        self.say("play_track", entry_id=self.entry(0))

    def test_forty_tabs_that_see_the_end_move_on_once(self):
        first = self.entry(0)
        revisions = {self.say("next", entry_id=first, ended=True, at_s=1).revision for _ in range(40)}
        assert len(revisions) == 1
        assert (self.current(), self.state().is_playing) == (1, True)

    def test_a_track_that_is_repeated_ends_once(self):
        self.say("set_repeat", repeat="one")
        base = self.state().revision
        for _ in range(2):
            self.say("next", entry_id=self.entry(0), ended=True, base_revision=base, at_s=1)
        assert (self.current(), self.state().revision) == (0, base + 1)

    def test_next_of_a_repeated_track_is_the_next(self):
        self.say("set_repeat", repeat="one")
        self.say("next", entry_id=self.entry(0))
        assert self.current() == 1

    def test_at_the_end_of_the_queue_it_stops(self):
        self.say("play_track", entry_id=self.entry(2))
        self.say("next", entry_id=self.entry(2), ended=True, at_s=3)
        state = self.state()
        assert (self.current(), state.is_playing, state.position) == (2, False, 0)

    def test_repeating_all_starts_from_the_first(self):
        self.say("set_repeat", repeat="all")
        self.say("play_track", entry_id=self.entry(2))
        self.say("next", entry_id=self.entry(2), ended=True)
        assert (self.current(), self.state().is_playing) == (0, True)

    def test_missing_files_are_skipped(self):
        MediaItem.objects.filter(pk=self.items[1].pk).update(missing=True)
        self.say("next", entry_id=self.entry(0))
        assert self.current() == 2
        self.say("previous", entry_id=self.entry(2))
        assert self.current() == 0

    def test_paused_it_stays_paused(self):
        self.say("pause")
        self.say("next", entry_id=self.entry(0))
        assert (self.current(), self.state().is_playing) == (1, False)


class Queueing(PlayerCase):
    def test_two_tabs_that_add_at_once_lose_nothing(self):
        self.add(0)
        self.add(1)
        self.add(2, next=True)
        assert sorted(self.queue_order()) == [0, 1, 2]

    def test_the_same_track_twice_is_two_entries(self):
        self.add(0, 0)
        self.say("queue_remove", entry_id=self.entry(0))
        assert self.queue_order() == [0]

    def test_no_entry_ever_has_the_name_of_another(self):
        seen = set()
        for _ in range(5):
            self.add(0, 1)
            names = {entry.id for entry in self.state().entries}
            assert not names & seen
            seen |= names
            self.say("queue_clear")

    def test_a_queue_is_bounded(self):
        for _ in range(5):
            self.say("queue_add", item_ids=[self.items[0].pk] * 100)
        with pytest.raises(TooLong):
            self.add(0)
        assert len(self.state().entries) == 500

    def test_removing_the_current_track_plays_the_next(self):
        self.add(0, 1)
        self.say("play_track", entry_id=self.entry(0), position=30)
        self.say("queue_remove", entry_id=self.entry(0), at_s=2)
        state = self.state()
        assert (self.current(), state.is_playing, state.position) == (1, True, 0)
        self.say("queue_remove", entry_id=self.entry(0))
        assert (self.current(), self.state().is_playing) == (None, False)

    def test_an_entry_that_is_gone_changes_nothing(self):
        self.add(0, 1)
        first = self.entry(0)
        self.say("queue_remove", entry_id=first)
        before = self.state()
        for kind in ("queue_remove", "queue_move", "play_track"):
            assert self.say(kind, entry_id=first).revision == before.revision
        assert self.state() == before

    def test_undo_and_redo(self):
        self.add(0, 1, 2)
        self.say("queue_move", entry_id=self.entry(2), before=self.entry(0))
        assert self.queue_order() == [2, 0, 1]
        revision = self.state().revision
        revision = self.say("undo", base_revision=revision).revision
        assert (self.queue_order(), self.state().can_redo) == ([0, 1, 2], True)
        self.say("redo", base_revision=revision)
        assert (self.queue_order(), self.state().can_redo) == ([2, 0, 1], False)

    def test_undoing_the_removal_of_the_current_track_restores_its_position(self):
        self.add(0, 1)
        self.say("play_track", entry_id=self.entry(0), position=30)
        removed = self.say("queue_remove", entry_id=self.entry(0), at_s=2).revision
        self.say("undo", base_revision=removed, at_s=4)
        state = self.state()
        assert (self.queue_order(), self.current(), state.is_playing, state.position) == ([0, 1], 0, True, 32)
        self.say("redo", base_revision=state.revision, at_s=5)
        state = self.state()
        assert (self.queue_order(), self.current(), state.is_playing, state.position) == ([1], 1, True, 2)

    def test_redoing_an_addition_makes_its_first_track_current_again(self):
        self.say("play_track", item_id=self.items[0].pk)
        began = self.say("play_track", item_ids=[self.items[1].pk, self.items[2].pk], at_s=5).revision
        assert (self.queue_order(), self.current()) == ([0, 1, 2], 1)
        back = self.say("undo", base_revision=began, at_s=6).revision
        assert (self.queue_order(), self.current()) == ([0], 0)
        self.say("redo", base_revision=back, at_s=7)
        assert (self.queue_order(), self.current(), self.state().is_playing) == ([0, 1, 2], 1, True)

    def test_the_last_one_that_was_removed_plays_again_if_it_did(self):
        for plays in (True, False):
            self.say("play_track", item_id=self.items[0].pk, position=30)
            if not plays:
                self.say("pause")
            removed = self.say("queue_remove", entry_id=self.entry(0)).revision
            assert (self.current(), self.state().is_playing) == (None, False)
            self.say("undo", base_revision=removed, at_s=4)
            state = self.state()
            assert (self.current(), state.is_playing, state.position) == (0, plays, 30)
            self.say("queue_remove", entry_id=self.entry(0), at_s=4)

    def test_a_current_track_whose_file_is_missing_is_not_restored(self):
        for then in ([], [1]):
            self.say("queue_clear")
            self.add(0, *then)
            self.say("play_track", entry_id=self.entry(0))
            MediaItem.objects.filter(pk=self.items[0].pk).update(missing=True)
            self.say("queue_remove", entry_id=self.entry(0))
            self.say("undo", base_revision=self.state().revision, at_s=4)
            state = self.state()
            assert (self.queue_order(), self.current()) == ([0, *then], then[0] if then else None)
            assert (state.is_playing, state.position, state.at) == (bool(then), 0, NOW_MS)
            MediaItem.objects.update(missing=False)

    def test_undo_does_not_resume_a_track_that_was_paused_since(self):
        self.add(0, 1)
        self.say("play_track", entry_id=self.entry(0))
        self.say("queue_remove", entry_id=self.entry(0))
        self.say("pause")
        self.say("undo", base_revision=self.state().revision)
        assert (self.current(), self.state().is_playing) == (0, False)

    def test_undo_does_not_move_what_is_playing(self):
        self.add(0)
        self.say("play_track", entry_id=self.entry(0))
        self.add(1, at_s=3)
        self.say("undo", base_revision=self.state().revision, at_s=4)
        state = self.state()
        assert (self.queue_order(), self.current(), state.is_playing, state.at) == ([0], 0, True, NOW_MS)


class StaleCommands(PlayerCase):
    """Commands that arrive after their target has changed."""

    def test_a_seek_meant_for_another_track_is_stale(self):
        self.add(0, 1)
        base = self.say("play_track", entry_id=self.entry(0)).revision
        self.say("next", entry_id=self.entry(0))
        with pytest.raises(Stale):
            self.say("seek", position=50, base_revision=base)
        assert self.state().position == 0

    def test_a_seek_does_not_mind_that_the_queue_grew(self):
        base = self.say("play_track", item_id=self.items[0].pk).revision
        self.add(1)
        self.say("seek", position=50, base_revision=base)
        assert self.state().position == 50

    def test_an_undo_meant_for_another_queue_is_stale(self):
        base = self.add(0).revision
        self.add(1)
        with pytest.raises(Stale):
            self.say("undo", base_revision=base)
        assert self.queue_order() == [0, 1]

    def test_the_same_command_twice_is_done_once_and_answered_twice(self):
        answers = [self.add(0, event_id="once") for _ in range(2)]
        assert answers[0] == answers[1]
        assert (self.queue_order(), self.event_types()) == ([0], ["player"])

    def test_an_event_id_means_one_thing(self):
        self.add(0, event_id="once")
        with pytest.raises(EventIdConflict):
            self.add(1, event_id="once")

    def test_a_command_without_effect_takes_no_revision_and_is_not_broadcast(self):
        self.add(0)
        before = self.state().revision
        assert self.say("set_repeat", repeat="off").revision == before
        assert self.say("pause").revision == before
        assert self.event_types() == ["player"]

    def test_so_much_and_no_more(self):
        with self.settings(LIMITS={"player": (2, 60)}):
            self.say("set_repeat", repeat="all")
            self.say("set_repeat", repeat="one")
            with pytest.raises(RateLimited):
                self.say("set_repeat", repeat="off")
        assert self.state().repeat == "one"
