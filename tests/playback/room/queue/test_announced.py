"""The last moments of an entry, when the next start is announced already: commands act on what members see."""

from __future__ import annotations

from random import Random
from unittest.mock import patch

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from playback.models import Playback, PlayedMedia, RoomCaptions
from playback.room import actions, queries, stall_handling
from playback.room.queue.storage import forget_encoded
from playback.room.start import poll as polls
from rooms.models import Member, Room
from tests.playback.room.fixtures import SONG, load, pause, play, seek, set_rate
from tests.playback.room.queue.fixtures import FILMS
from tests.playback.room.queue.test_advance import END_MS, AdvanceCase
from watchium.protocol.start.commands import (
    ClosePoll,
    NewPoll,
    NewPollAnswer,
    OpenPoll,
    PollRef,
    PollVote,
    VoteInPoll,
)
from watchium.protocol.types import SharedCaptions
from watchium.services import system_comments

CLIP_S = 96.021
PRESS_MS = END_MS - 500  # when members press
AT_PRESS_S = CLIP_S - 0.5


class AnnouncedCase(AdvanceCase):
    """The clip ends, the song is announced, a film follows it."""

    def setUp(self) -> None:
        super().setUp()
        self.adds(self.bob, SONG, FILMS[0])
        self.started()
        assert self.due(END_MS - 2000) == 1
        assert self.titles == ["clip", "[music]", "a"]

    def playing(self, at_ms: float) -> tuple[str, str, float]:
        """What plays, how, and where."""
        playback = Playback.objects.of(Room.objects.get(pk=self.room.pk))
        name = playback.media["url"].rpartition("/")[2].partition(".")[0]
        return name, playback.phase, round(playback.timeline.position_at(at_ms), 3)

    def acts(self, act, by: Member, command, now_ms: float = PRESS_MS):
        with self.committing():
            return act(by, command, now_ms=now_ms)


class Playing(AnnouncedCase):
    def test_a_poll_that_closes_puts_its_winner_before_the_announced_entry(self):
        answers = [NewPollAnswer(media_url=FILMS[1]), NewPollAnswer(text="Pause")]
        asked = OpenPoll(event_id="o", payload=NewPoll(question="?", answers=answers))
        opened = self.acts(polls.open_poll, self.alice, asked)
        poll_id = str(opened.revision)
        vote = VoteInPoll(event_id="v", payload=PollVote(poll_id=poll_id, answer=0))
        self.acts(polls.vote, self.bob, vote)
        close = ClosePoll(event_id="c", payload=PollRef(poll_id=poll_id))
        self.acts(polls.close_poll, self.alice, close)
        assert self.titles == ["[clip]", "b", "music", "a"]
        assert self.playing(PRESS_MS) == ("clip", "playing", AT_PRESS_S)
        assert self.due(PRESS_MS + 100) == 1
        assert self.titles == ["clip", "[b]", "music", "a"]

    def test_a_pause_stops_the_entry_that_plays_and_the_next_one_comes_after_it(self):
        self.acts(actions.pause, self.alice, pause())
        assert self.playing(END_MS + 5000) == ("clip", "paused", AT_PRESS_S)
        assert self.titles == ["[clip]", "music", "a"]
        assert self.event()["cause"] == "hold_back"
        assert self.due(END_MS + 5000) == 0
        self.acts(actions.play, self.alice, play(), END_MS + 5000)
        assert self.due(END_MS + 5300) == 1
        ends_ms = END_MS + 5000 + 250 + 500
        assert self.published.last("load")["timestamp"] == ends_ms
        assert self.titles == ["clip", "[music]", "a"]

    def left(self) -> list[tuple[str, float]]:
        rows = PlayedMedia.objects.before(self.room, 2**53, 400)
        return [(row.played_media.url.rpartition("/")[2], round(row.position, 3)) for row in rows]

    def test_media_that_are_brought_back_are_left_once(self):
        assert self.left() == [("clip.webm", round(CLIP_S - 2, 3))]
        self.acts(actions.pause, self.alice, pause())
        assert self.left() == [], "the clip is what the room plays"
        self.acts(actions.play, self.alice, play(), END_MS + 5000)
        assert self.due(END_MS + 5300) == 1
        assert [name for name, _ in self.left()] == ["clip.webm"]

    def test_media_that_are_brought_back_and_replaced_are_left_where_they_were(self):
        self.acts(actions.load, self.alice, load(FILMS[1], "other"))
        assert self.left() == [("clip.webm", AT_PRESS_S)]

    def test_who_put_on_media_that_are_brought_back_is_known(self):
        end_ms = self.timeline().ends_at_ms
        assert end_ms is not None
        assert self.due(end_ms - 2000) == 1
        self.acts(actions.pause, self.alice, pause("late"), end_ms - 500)
        self.acts(actions.load, self.alice, load(FILMS[1], "other"), end_ms + 1000)
        row = PlayedMedia.objects.before(self.room, 2**53, 1)[0]
        assert (row.played_media.url, row.name, row.started_ms) == (SONG, "Bob", END_MS)
        assert len(self.left()) == 2, "the clip and the song"

    def test_a_pause_that_was_pressed_before_the_end_and_arrives_after_it_stops_that_entry(self):
        self.acts(actions.pause, self.alice, pause(at=END_MS - 100, current_time=CLIP_S - 0.1), END_MS + 300)
        assert self.playing(END_MS + 300) == ("clip", "paused", round(CLIP_S - 0.1, 3))
        assert self.titles[0] == "[clip]"

    def test_a_pause_after_the_start_stops_the_next_entry(self):
        self.acts(actions.pause, self.alice, pause(at=END_MS + 100), END_MS + 300)
        assert self.playing(END_MS + 300) == ("music", "paused", 0.1)
        assert self.titles[1] == "[music]"

    def test_a_client_that_knows_only_the_announced_start_pauses_where_the_room_is(self):
        self.acts(actions.pause, self.alice, pause(current_time=0))
        assert self.playing(END_MS) == ("clip", "paused", AT_PRESS_S)

    def test_a_seek_moves_the_entry_that_plays(self):
        self.acts(actions.seek, self.alice, seek(10.0))
        assert self.playing(PRESS_MS) == ("clip", "playing", 10.0)
        assert self.titles[0] == "[clip]"

    def test_another_speed_moves_the_end(self):
        self.acts(actions.set_rate, self.alice, set_rate(0.5))
        assert self.playing(PRESS_MS) == ("clip", "playing", AT_PRESS_S)
        assert self.due(END_MS) == 1
        assert self.published.last("load")["timestamp"] == PRESS_MS + 1000

    def test_play_leaves_the_announcement(self):
        self.acts(actions.play, self.alice, play())
        assert self.playing(END_MS + 1000) == ("music", "playing", 1.0)

    def test_load_plays_after_the_entry_that_plays_and_skips_none(self):
        self.acts(actions.load, self.alice, load(FILMS[1]))
        assert self.titles == ["clip", "[b]", "music", "a"]

    def test_of_two_who_pause_and_skip_both_are_obeyed_in_either_order(self):
        self.acts(actions.pause, self.alice, pause())
        self.does(self.alice, "skip", entry_id="1", now_ms=PRESS_MS + 20)
        assert self.playing(END_MS) == ("music", "paused", 0.0)

    def test_a_pause_after_another_members_skip_holds_what_was_skipped_to(self):
        self.does(self.alice, "skip", entry_id="1", now_ms=END_MS - 1500)
        self.acts(actions.pause, self.alice, pause(at=END_MS - 1510), END_MS - 1400)
        assert self.playing(END_MS) == ("music", "paused", 0.0)
        assert self.titles[1] == "[music]"

    def test_two_presses_of_pause_and_a_late_one_change_nothing_more(self):
        self.acts(actions.pause, self.alice, pause("one"))
        again = self.acts(actions.pause, self.alice, pause("one"), PRESS_MS + 30)
        assert again.revision == Room.objects.get(pk=self.room.pk).revision
        self.acts(actions.pause, self.alice, pause("two", at=PRESS_MS + 5), PRESS_MS + 40)
        assert self.playing(END_MS) == ("clip", "paused", AT_PRESS_S)

    def test_a_lap_of_a_loop_is_held_back_as_well(self):
        self.does(self.alice, "queue_play", entry_id="1", now_ms=END_MS - 400)
        self.does(self.alice, "set_queue", repeat="one", now_ms=END_MS - 300)
        ends_ms = self.timeline().ends_at_ms
        assert self.due(ends_ms - 2000) == 1
        self.acts(actions.pause, self.alice, pause(), ends_ms - 1000)
        assert self.playing(ends_ms) == ("clip", "paused", round(CLIP_S - 1, 3))

    def test_a_member_who_buffers_in_the_last_moments_does_not_stop_the_room(self):
        Playback.objects.filter(room=self.room).update(stall_policy="wait")
        with self.committing():
            stall_handling.on_underrun(self.bob, PRESS_MS)
        assert self.playing(END_MS) == ("music", "playing", 0.0)


class Queue(AnnouncedCase):
    def test_skip_of_the_entry_that_plays_starts_the_next_one_sooner_and_once(self):
        self.does(self.alice, "skip", entry_id="1", now_ms=END_MS - 1500)
        assert self.published.last("load")["timestamp"] == END_MS - 1000
        assert self.does(self.alice, "skip", entry_id="1", now_ms=END_MS - 1450).revision is None
        assert self.titles == ["clip", "[music]", "a"]

    def test_a_skip_in_the_last_moment_does_not_delay_the_next_start(self):
        self.does(self.alice, "skip", entry_id="1", now_ms=END_MS - 100)
        assert self.published.last("load")["timestamp"] == END_MS

    def test_skip_of_the_announced_entry_changes_nothing(self):
        assert self.does(self.alice, "skip", entry_id="2", now_ms=PRESS_MS).revision is None

    def test_removing_the_announced_entry_announces_the_one_after_it(self):
        self.does(self.alice, "queue_remove", entry_ids=["2"], now_ms=END_MS - 1500)
        load = self.published.last("load")
        assert (load["timestamp"], load["payload"]["cause"]) == (END_MS, "advance")
        assert self.titles == ["clip", "[a]"]
        self.acts(actions.pause, self.alice, pause())
        assert (self.playing(END_MS), self.titles) == (("clip", "paused", AT_PRESS_S), ["[clip]", "a"])

    def test_removing_all_that_was_to_come_plays_to_the_end(self):
        self.does(self.alice, "queue_remove", entry_ids=["2", "3"], now_ms=PRESS_MS)
        assert (self.playing(END_MS), self.titles) == (("clip", "playing", round(CLIP_S, 3)), ["[clip]"])
        assert self.due(END_MS) == 1
        assert self.timeline().phase == "ended"

    def test_removing_the_entry_that_plays_starts_the_next_one(self):
        self.does(self.alice, "queue_remove", entry_ids=["1"], now_ms=END_MS - 1500)
        assert self.playing(END_MS) == ("music", "playing", 1.0)
        assert self.titles == ["[music]", "a"]

    def test_what_does_not_change_the_next_entry_leaves_its_start(self):
        loads = self.loads()
        self.adds(self.bob, FILMS[1], now_ms=PRESS_MS)
        self.does(self.bob, "vote_entry", entry_id="3", now_ms=PRESS_MS)
        assert (self.loads(), self.titles) == (loads, ["clip", "[music]", "a", "b"])
        assert self.playing(END_MS + 1000) == ("music", "playing", 1.0)

    def test_play_next_comes_before_the_announced_entry(self):
        self.adds(self.alice, FILMS[1], next=True, now_ms=END_MS - 1500)
        assert self.titles == ["clip", "[b]", "music", "a"]
        assert self.published.last("load")["timestamp"] == END_MS

    def test_another_entry_gets_time_to_be_opened(self):
        self.does(self.alice, "queue_move", entry_id="3", before="2", now_ms=END_MS - 100)
        assert self.titles == ["clip", "[a]", "music"]
        assert self.published.last("load")["timestamp"] == END_MS + 400

    def test_repeat_one_plays_the_same_again(self):
        self.does(self.alice, "set_queue", repeat="one", now_ms=PRESS_MS)
        assert self.titles[0] == "[clip]"
        assert self.due(END_MS - 100) == 1
        assert self.playing(END_MS + 1000) == ("clip", "playing", 1.0)

    def test_undo_and_clear_find_the_entry_that_plays_current(self):
        self.does(self.alice, "queue_undo", now_ms=PRESS_MS)
        assert (self.titles, self.playing(END_MS)[:2]) == (["[clip]"], ("clip", "playing"))
        self.does(self.alice, "queue_redo", now_ms=PRESS_MS)
        assert self.due(END_MS - 100) == 1
        self.does(self.alice, "queue_clear", now_ms=END_MS - 50)
        assert (self.titles, self.playing(END_MS)[0]) == (["[clip]"], "clip")

    def test_play_now_plays_at_once(self):
        self.does(self.alice, "queue_play", entry_id="3", now_ms=PRESS_MS)
        assert (self.titles, self.playing(END_MS + 5000)[0]) == (["clip", "music", "[a]"], "a")


class Captions(AdvanceCase):
    """What members gave to the media that end comes back with these."""

    def setUp(self) -> None:
        super().setUp()
        self.adds(self.bob, SONG, FILMS[0])
        self.started()
        shared = SharedCaptions(id="key", label="English", language="en", url="/captions/key/")
        playback = Playback.objects.of(Room.objects.get(pk=self.room.pk))
        playback.share_captions([shared])
        playback.shift_captions(300)
        RoomCaptions.objects.store(self.room, "key", b"", "")
        self.due(END_MS - 2000)

    def shared(self) -> tuple[list[str], int, int]:
        """The captions in the room's list, their shift, and how many files are kept."""
        playback = Playback.objects.get(room=self.room)
        names = [each["label"] for each in playback.captions]
        return names, playback.caption_shift_ms, RoomCaptions.objects.filter(room=self.room).count()

    def test_a_pause_brings_them_back_for_all(self):
        assert self.shared() == ([], 0, 1)
        with self.committing():
            actions.pause(self.alice, pause(), now_ms=PRESS_MS)
        assert self.shared() == (["English"], 300, 1)
        room = self.published.last("room_changed")["payload"]["room"]
        assert (room["captions"][0]["label"], room["caption_shift_ms"]) == ("English", 300)

    def test_removing_what_follows_brings_them_back(self):
        self.does(self.alice, "queue_remove", entry_ids=["2", "3"], now_ms=PRESS_MS)
        assert self.shared() == (["English"], 300, 1)

    def test_another_announcement_keeps_them(self):
        self.does(self.alice, "queue_remove", entry_ids=["2"], now_ms=PRESS_MS)
        assert self.shared() == ([], 0, 1)
        with self.committing():
            actions.pause(self.alice, pause(), now_ms=PRESS_MS + 10)
        assert self.shared() == (["English"], 300, 1)

    def test_the_first_change_of_the_next_entry_forgets_them(self):
        with self.committing():
            actions.pause(self.alice, pause(), now_ms=END_MS + 3000)
        assert self.shared() == ([], 0, 0)

    def test_a_skip_forgets_them(self):
        self.does(self.alice, "skip", entry_id="1", now_ms=PRESS_MS)
        assert self.shared() == ([], 0, 0)


ENTRY = st.sampled_from(["1", "2", "3", "4"])
COMMANDS = st.one_of(
    st.tuples(st.just("skip"), ENTRY),
    st.tuples(st.just("queue_play"), ENTRY),
    st.tuples(st.just("queue_remove"), st.lists(ENTRY, min_size=1, max_size=3, unique=True)),
    st.tuples(st.just("queue_move"), st.tuples(ENTRY, st.none() | ENTRY)),
    st.tuples(st.just("queue_add"), st.booleans()),
    st.tuples(st.just("set_queue"), st.sampled_from(["off", "all", "one"])),
    st.tuples(st.sampled_from(["queue_clear", "queue_undo", "queue_shuffle"]), st.none()),
    st.tuples(st.just("vote_skip"), ENTRY),
    st.tuples(st.sampled_from(["pause", "play", "load"]), st.none()),
    st.tuples(st.just("seek"), st.sampled_from([3.0, 60.0])),
)
PAYLOADS = {
    "queue_remove": lambda value: {"entry_ids": value},
    "queue_move": lambda value: {"entry_id": value[0], "before": value[1]},
    "queue_add": lambda value: {"items": [{"media_url": FILMS[2]}], "next": value},
    "set_queue": lambda value: {"repeat": value},
}


class SameAsUnannounced(AdvanceCase):
    """Two members give commands in the last moments: an announcement before makes no difference to what plays then."""

    def test_an_announcement_changes_nothing_about_commands(self):
        @given(st.lists(COMMANDS, min_size=1, max_size=3), st.booleans())
        @settings(max_examples=40, deadline=None)
        def holds(commands, repeated):
            unlimited = patch("watchium.shared_state.rate_limits.wait_ms", lambda *_: 0)
            with unlimited, patch("playback.room.queue.actions.Random", lambda: Random(1)):
                announced = self.evening(commands, repeated, announces=True)
                assert announced == self.evening(commands, repeated, announces=False)

        holds()

    def evening(self, commands, repeated: bool, *, announces: bool) -> tuple:
        """The queue and what plays two seconds after the end that was expected."""
        with transaction.atomic():
            self.adds(self.alice, SONG, FILMS[0], FILMS[1])
            if repeated:
                self.does(self.alice, "set_queue", repeat="all")
            self.started()
            if announces:
                assert self.due(END_MS - 2000) == 1
            for number, (kind, value) in enumerate(commands):
                self.command(kind, value, END_MS - 900 + 10 * number)
            self.due(END_MS - 100)
            self.due(END_MS + 1000)
            queue, playback = self.queue, Playback.objects.of(Room.objects.get(pk=self.room.pk))
            entries = [(entry.id, entry.media.url) for entry in queue.entries]
            seen = (entries, queue.current, queue.following, playback.media["url"], playback.phase)
            transaction.set_rollback(True)
        forget_encoded()
        return seen

    def command(self, kind: str, value, now_ms: float) -> None:
        if kind in ("pause", "play", "load", "seek"):
            self.numbers += 1
            event_id = f"c{self.numbers}"
            command = {
                "pause": lambda: pause(event_id),
                "play": lambda: play(event_id),
                "load": lambda: load(FILMS[3], event_id),
                "seek": lambda: seek(value, event_id),
            }[kind]()
            with self.committing():
                getattr(actions, kind)(self.alice, command, now_ms=now_ms)
            return
        payload = PAYLOADS.get(kind, lambda value: {} if value is None else {"entry_id": value})(value)
        self.does(self.alice, kind, now_ms=now_ms, **payload)


class InTheChat(AnnouncedCase):
    """The chat says what plays once it plays."""

    def said(self) -> list[str]:
        return [each.text for each in self.room.comments.order_by("seq") if each.text.startswith("Playing")]

    def begins(self, now_ms: float) -> int:
        with self.committing():
            return system_comments.due(now_ms)

    def test_it_is_said_once_and_not_before(self):
        assert self.begins(END_MS - 1) == 0
        assert self.said() == []
        assert self.begins(END_MS) == 1
        assert self.begins(END_MS + 1000) == 0
        assert self.said() == ["Playing: Sample music"]

    def test_what_was_held_back_is_said_when_it_plays_after_all(self):
        self.acts(actions.pause, self.alice, pause())
        assert self.begins(END_MS + 1000) == 0
        self.acts(actions.play, self.alice, play(), END_MS + 2000)
        assert self.due(END_MS + 2200) == 1
        assert self.begins(END_MS + 2200) == 0
        assert self.begins(END_MS + 5000) == 1
        assert self.said() == ["Playing: Sample music"]

    def test_a_comment_before_the_start_is_about_what_still_plays(self):
        assert queries.position_now(self.room, PRESS_MS) == pytest.approx(AT_PRESS_S)
        assert queries.position_now(self.room, END_MS + 1000) == pytest.approx(1)
        assert queries.media_now(self.room, PRESS_MS).title == "Sample clip"
        assert queries.media_now(self.room, END_MS).title == "Sample music"
