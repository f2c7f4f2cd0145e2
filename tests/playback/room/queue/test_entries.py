"""Add, remove, move, clear, shuffle, undo and redo: alice may control playback, bob may not."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from playback.models import MediaItem, Playback, PlaybackEvent, QueueHistory
from playback.models.queues.room_queue import MAX_REMOVED
from playback.room import actions
from rooms.models import Room
from tests.playback.room.fixtures import NOW_MS, load
from tests.playback.room.queue.fixtures import FILMS, QueueCase
from watchium.protocol.errors import EventIdConflict, RuleRefused, TooLong, UnknownMedia


class Entries(QueueCase):
    def test_the_queue_begins_with_what_plays_and_additions_follow(self):
        accepted = self.adds(self.bob, *FILMS[:2])
        assert (self.titles, accepted.revision) == (["[clip]", "a", "b"], 1)
        event = self.event()
        assert event["order"] == ["1", "2", "3"]
        assert [entry["username"] for entry in event["entries"]] == [None, "Bob", "Bob"]
        assert (event["current"], event["following"], event["cause"]) == ("1", "2", "queue_add")
        room = Room.objects.get(pk=self.room.pk)
        assert (room.queue_revision, room.revision) == (1, 0)

    def test_next_puts_entries_after_the_current_one_for_those_who_may_control(self):
        self.adds(self.bob, FILMS[0])
        self.adds(self.alice, *FILMS[1:3], next=True)
        assert self.titles == ["[clip]", "b", "c", "a"]
        with pytest.raises(RuleRefused, match="put an entry next"):
            self.adds(self.bob, FILMS[3], next=True)

    def test_the_same_command_twice_is_done_once(self):
        first = self.adds(self.bob, FILMS[0], event_id="once")
        assert self.adds(self.bob, FILMS[0], event_id="once") == first
        assert self.titles == ["[clip]", "a"]
        with pytest.raises(EventIdConflict):
            self.adds(self.bob, FILMS[1], event_id="once")

    def test_all_media_of_a_command_or_none(self):
        with pytest.raises(UnknownMedia):
            self.adds(self.bob, FILMS[0], "/media/library/999")
        assert self.titles == []
        assert Room.objects.get(pk=self.room.pk).queue_revision == 0

    def test_what_is_missing_is_left_out_at_request(self):
        items = [{"media_url": url} for url in (FILMS[0], "/media/library/999", "not an address", FILMS[1])]
        self.does(self.bob, "queue_add", items=items, skip_missing=True)
        assert self.titles == ["[clip]", "a", "b"]
        with pytest.raises(UnknownMedia, match="None of these"):
            self.does(self.bob, "queue_add", items=items[1:2], skip_missing=True)

    def test_items_of_the_library_are_read_together(self):
        def statements(count: int) -> int:
            films = [
                MediaItem.objects.create(title="A", kind="video", path=f"{n}.mp4", prepared=prepared)
                for n in range(count)
                for prepared in ("", "7/master.m3u8")[n % 2 : n % 2 + 1]
            ]
            with CaptureQueriesContext(connection) as captured:
                self.does(self.alice, "queue_add", items=[{"item_id": film.pk} for film in films])
            return len(captured)

        self.adds(self.alice, FILMS[0])
        two = statements(2)
        MediaItem.objects.all().delete()
        assert statements(100) == two
        urls = {entry.media.url.rpartition("/")[2] for entry in self.queue.entries[-2:]}
        assert "master.m3u8" in urls

    def test_titles_are_cleaned(self):
        self.does(self.bob, "queue_add", items=[{"media_url": FILMS[0], "title": "  A\u202e  film\n "}])
        assert self.queue.entries[-1].media.title == "A film"

    def test_everyone_removes_their_own_and_controllers_any(self):
        self.adds(self.bob, *FILMS[:2])
        self.adds(self.alice, FILMS[2])
        with pytest.raises(RuleRefused, match="other people"):
            self.does(self.bob, "queue_remove", entry_ids=[self.id_of("a"), self.id_of("c")])
        self.does(self.bob, "queue_remove", entry_ids=[self.id_of("a")])
        self.does(self.alice, "queue_remove", entry_ids=[self.id_of("b")])
        assert self.titles == ["[clip]", "c"]

    def test_an_entry_that_is_gone_changes_nothing_and_is_answered(self):
        self.adds(self.bob, FILMS[0])
        for kind, payload in (
            ("queue_remove", {"entry_ids": ["99"]}),
            ("queue_move", {"entry_id": "99", "before": None}),
            ("queue_play", {"entry_id": "99"}),
            ("skip", {"entry_id": "99"}),
            ("vote_skip", {"entry_id": "99"}),
            ("vote_entry", {"entry_id": "99"}),
        ):
            with self.subTest(kind=kind):
                assert self.does(self.alice, kind, **payload).revision is None
        assert self.queue.revision == 1

    def test_moves_name_entries_by_id(self):
        self.adds(self.bob, *FILMS[:3])
        self.does(self.alice, "queue_move", entry_id=self.id_of("c"), before=self.id_of("a"))
        assert self.titles == ["[clip]", "c", "a", "b"]
        assert self.event()["entries"] == []
        self.does(self.alice, "queue_move", entry_id=self.id_of("c"), before=None)
        assert self.titles == ["[clip]", "a", "b", "c"]
        with pytest.raises(RuleRefused, match="may move"):
            self.does(self.bob, "queue_move", entry_id=self.id_of("c"), before=None)

    def test_clear_keeps_what_plays_and_undo_brings_the_rest_back(self):
        self.adds(self.bob, *FILMS[:2])
        self.does(self.alice, "queue_clear")
        assert self.titles == ["[clip]"]
        self.does(self.alice, "queue_undo")
        assert self.titles == ["[clip]", "a", "b"]
        assert (self.event()["can_undo"], self.event()["can_redo"]) == (True, True)
        self.does(self.alice, "queue_redo")
        assert self.titles == ["[clip]"]
        self.does(self.alice, "queue_undo")
        self.does(self.alice, "queue_undo")
        assert self.titles == ["[clip]"]
        assert self.does(self.alice, "queue_undo").revision is None

    def test_shuffle_keeps_the_entries(self):
        self.adds(self.bob, *FILMS)
        self.does(self.alice, "queue_shuffle")
        assert self.titles[0] == "[clip]"
        assert sorted(self.titles[1:]) == list("abcdefgh")

    def test_500_entries_and_then_the_oldest_played_ones_go(self):
        self.fills()
        with pytest.raises(TooLong, match="500"):
            self.adds(self.bob, FILMS[2])
        self.does(self.alice, "queue_play", entry_id="3")
        self.adds(self.bob, FILMS[2])
        assert [entry.id for entry in self.queue.entries[:2]] == ["2", "3"]

    def test_long_addresses_fill_a_queue_earlier_and_its_history_is_bounded(self):
        long = [f"{FILMS[0]}?{number}{'x' * 7900}" for number in range(12)]
        self.adds(self.alice, *long)
        self.adds(self.alice, *long)
        with pytest.raises(TooLong, match="characters of addresses"):
            self.adds(self.alice, *long)
        for _ in range(7):
            self.does(self.alice, "queue_clear")
            self.adds(self.alice, *long)
            self.adds(self.alice, *long)
        history = QueueHistory.objects.of(self.room)
        assert len(history.removed) <= MAX_REMOVED
        assert 4 < len(history.done) < 20
        self.does(self.alice, "queue_undo")
        self.does(self.alice, "queue_undo")
        self.does(self.alice, "queue_undo")
        assert len(self.queue.entries) == 25

    def fills(self) -> None:
        """The queue has 500 entries, the current one first."""
        for _ in range(5):
            self.adds(self.alice, *(FILMS[0] for _ in range(99)))
        self.adds(self.alice, *(FILMS[1] for _ in range(4)))
        assert len(self.queue.entries) == 500

    def test_load_into_a_full_queue_is_play_now_and_can_be_skipped(self):
        self.fills()
        self.does(self.alice, "set_queue", repeat="all")
        actions.load(self.alice, load(FILMS[7]), now_ms=NOW_MS)
        assert (len(self.queue.entries), self.titles[:2]) == (500, ["[h]", "a"])
        self.does(self.alice, "skip", entry_id=self.queue.current)
        assert self.titles[:2] == ["h", "[a]"]

    def test_undo_fills_a_queue_at_most(self):
        self.fills()
        self.does(self.alice, "queue_clear")
        actions.load(self.alice, load(FILMS[7]), now_ms=NOW_MS)
        self.does(self.alice, "queue_undo")
        self.does(self.alice, "queue_undo")
        assert (len(self.queue.entries), self.titles[:2]) == (500, ["[h]", "a"])

    def test_load_is_play_now(self):
        actions.load(self.alice, load(FILMS[7], "before"), now_ms=NOW_MS)
        assert Room.objects.get(pk=self.room.pk).queue_revision == 0
        self.adds(self.bob, FILMS[0])
        with self.committing():
            accepted = actions.load(self.alice, load(FILMS[1]), now_ms=NOW_MS)
        assert self.titles == ["h", "[b]", "a"]
        assert (self.event()["cause"], accepted.revision) == ("load", 2)
        assert actions.load(self.alice, load(FILMS[1]), now_ms=NOW_MS) == accepted
        actions.load(self.alice, load(FILMS[0], "again"), now_ms=NOW_MS)
        assert self.titles == ["h", "b", "[a]"]

    def test_play_now_starts_for_all_at_one_instant(self):
        self.adds(self.bob, *FILMS[:2])
        with pytest.raises(RuleRefused, match="change what plays"):
            self.does(self.bob, "queue_play", entry_id=self.id_of("b"))
        accepted = self.does(self.alice, "queue_play", entry_id=self.id_of("b"), event_id="now")
        assert self.titles == ["clip", "a", "[b]"]
        timeline = self.timeline()
        assert (timeline.phase, timeline.position_s, timeline.at_ms) == ("playing", 0.0, NOW_MS + 500)
        loaded = self.published.last("load")
        assert (loaded["revision"], loaded["timestamp"]) == (1, NOW_MS + 500)
        assert (loaded["payload"]["username"], loaded["payload"]["media"]["url"]) == ("Alice", FILMS[1])
        assert (accepted.revision, accepted.timestamp) == (2, NOW_MS + 500)
        assert self.does(self.alice, "queue_play", entry_id=self.id_of("b"), event_id="now") == accepted
        assert PlaybackEvent.objects.filter(event_id="now").count() == 1

    def test_a_room_that_ended_plays_what_is_added(self):
        Playback.objects.filter(room=self.room).update(phase="ended", position=96.021)
        self.adds(self.bob, FILMS[0])
        assert self.titles == ["clip", "[a]"]
        assert self.timeline().phase == "playing"

    def test_an_addition_plays_also_after_an_entry_that_repeats_was_skipped(self):
        self.does(self.alice, "set_queue", repeat="one")
        self.started()
        self.does(self.alice, "skip", entry_id="1")
        assert self.timeline().phase == "ended"
        self.adds(self.bob, FILMS[0])
        assert self.titles == ["clip", "[a]"]

    def test_an_addition_plays_after_the_last_entry_was_removed_and_not_the_first_again(self):
        self.adds(self.bob, FILMS[0])
        self.started()
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "queue_remove", entry_ids=["2"])
        assert (self.timeline().phase, self.queue.current) == ("ended", None)
        self.adds(self.bob, FILMS[1])
        assert self.titles == ["clip", "[b]"]

    def test_an_idle_room_loads_what_is_added(self):
        Playback.objects.filter(room=self.room).update(phase="idle", media=None, duration=None)
        self.adds(self.bob, *FILMS[:2])
        assert self.titles == ["[a]", "b"]
        assert self.timeline().phase == "paused"
