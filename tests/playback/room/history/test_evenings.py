from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

import playback.room.history.evenings as history
from chat.actions import post, react, remove
from chat.models import Comment, Reaction
from playback.management.commands.cleanup_playback_events import cleanup_playback_events
from playback.models import EveningGuest, KeptEvening, Playback, PlaybackEvent, SyncState
from playback.room import actions
from rooms.models import Member, Room
from tests.playback.room.fixtures import ActionCase, load, pause, play, seek
from tests.playback.room.history.concurrent import before_writing
from watchium import server_clock
from watchium.maintenance.work import maintain
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import NotAllowed, NotFound, TooLong
from watchium.services.evening.evenings import (
    delete_evening,
    keep_due,
    keep_evening,
    list_evenings,
    read_evening,
)
from watchium.services.people.merge_guest import merge_guest_into_account

FILM = "https://example.org/film.mp4"
MINUTE_MS = 60_000.0


class Evenings(ActionCase):
    """An evening that began an hour ago: ten minutes of a film, a pause of twenty, ten minutes from 40:00 on."""

    def setUp(self) -> None:
        super().setUp()
        self.now_ms = server_clock.now_ms()
        self.start_ms = self.now_ms - 60 * MINUTE_MS
        Playback.objects.filter(room=self.room).update(at_ms=self.start_ms - 1)
        self.watch(self.start_ms)
        SyncState.objects.update(created_at=timezone.now() - timedelta(minutes=55))

    def watch(self, at_ms: float, name: str = "1") -> None:
        acts = [
            (actions.load, load(FILM, f"load{name}", "The Film"), -1000.0),
            (actions.play, play(f"play{name}"), -250.0),
            (actions.pause, pause(f"pause{name}"), 10 * MINUTE_MS),
            (actions.seek, seek(2400.0, f"seek{name}"), 29 * MINUTE_MS),
            (actions.play, play(f"again{name}"), 30 * MINUTE_MS - 250),
            (actions.pause, pause(f"end{name}"), 40 * MINUTE_MS),
        ]
        for act, command, after_ms in acts:
            act(self.alice, command, now_ms=at_ms + after_ms)  # type: ignore[operator]

    def says(self, member: Member, text: str, after_ms: float) -> Comment:
        command = PostComment(event_id=text, payload=CommentDraft(text=text))
        post(member, command, position=0, now_ms=self.start_ms + after_ms)
        return Comment.objects.get(text=text)

    @property
    def number(self) -> int:
        return list_evenings(self.alice, self.now_ms).evenings[0].id

    def read(self):
        return read_evening(Member.objects.get(pk=self.bob.pk), self.number, self.now_ms)

    def age(self) -> None:
        """Let eight days pass: the room is empty, and its log is trimmed."""
        Member.objects.update(present=False)
        old = timezone.now() - timedelta(days=8)
        for rows in (PlaybackEvent.objects.all(), SyncState.objects.all()):
            rows.update(created_at=old)
        Room.objects.update(last_active_at=old)
        cleanup_playback_events()

    def test_a_replay_has_no_pauses_and_comments_at_their_moments(self):
        self.says(self.bob, "hello", 5 * MINUTE_MS)
        self.says(self.alice, "tea?", 15 * MINUTE_MS)
        self.says(self.bob, "the end", 40 * MINUTE_MS)
        self.says(self.bob, "good night", 50 * MINUTE_MS)
        evening = self.read()
        assert evening.lasts == pytest.approx(1200)
        first, second = evening.stretches
        assert (first.at, first.position, second.at, second.position) == pytest.approx((0, 0, 600, 2400))
        assert [(line.text, line.username) for line in evening.comments] == [
            ("hello", "Bob"),
            ("tea?", "Alice"),
            ("the end", "Bob"),
            ("good night", "Bob"),
        ]
        assert [line.at for line in evening.comments] == pytest.approx([300, 600, 1200, 1200])
        assert evening.titles == ["The Film"]
        assert {guest.username for guest in evening.people} == {"Alice", "Bob"}

    def test_three_hours_of_nothing_begin_another_evening(self):
        self.watch(self.now_ms + 4 * 60 * MINUTE_MS, "2")
        found = list_evenings(self.alice, self.now_ms + 6 * 60 * MINUTE_MS).evenings
        assert [round(evening.lasts) for evening in found] == [1200, 1200]
        assert not any(evening.kept for evening in found)

    def test_reactions_are_stored_while_the_room_keeps_evenings(self):
        react(self.bob, "👍", now_ms=self.start_ms + MINUTE_MS)
        assert not Reaction.objects.exists()
        Room.objects.update(keep_evenings=True)
        react(self.bob, "🎉", now_ms=self.start_ms + 2 * MINUTE_MS)
        (reaction,) = self.read().reactions
        assert (reaction.emoji, reaction.user_id) == ("🎉", self.bob.person.user_id)
        assert reaction.at == pytest.approx(120)
        with patch("chat.models.reaction.MAX_REACTIONS", 1):
            react(self.bob, "😂", now_ms=self.start_ms + 3 * MINUTE_MS)
            assert Reaction.objects.count() == 1
            react(self.bob, "😂", now_ms=self.start_ms + 2 * MINUTE_MS + 24 * 60 * MINUTE_MS)
        assert Reaction.objects.count() == 2, "the next day's are stored"

    def test_a_kept_evening_outlives_the_log_and_maintenance(self):
        Room.objects.update(keep_evenings=True)
        self.says(self.bob, "hello", 5 * MINUTE_MS)
        react(self.bob, "🎉", now_ms=self.start_ms + 2 * MINUTE_MS)
        keep_evening(self.alice, self.number, self.now_ms)
        before = self.read()
        self.age()
        dict(maintain())
        assert not PlaybackEvent.objects.filter(type="load").exists()
        assert self.read() == before
        assert before.kept

    def test_maintenance_deletes_old_reactions_that_no_kept_evening_shows(self):
        long_ago_ms = self.now_ms - 9 * 24 * 60 * MINUTE_MS
        fields = {"room": self.room, "started_ms": int(long_ago_ms), "document": "{}"}
        KeptEvening.objects.create(ended_ms=long_ago_ms + 60 * MINUTE_MS, **fields)
        for emoji, after_min in [
            ("🎉", -14),
            ("😂", 74),
            ("🙈", -16),
            ("👻", 76),
            ("👍", 8 * 24 * 60 + 1440),
        ]:
            Reaction.objects.create(room=self.room, emoji=emoji, at_ms=long_ago_ms + after_min * MINUTE_MS)
        dict(maintain())
        assert set(Reaction.objects.values_list("emoji", flat=True)) == {"🎉", "😂", "👍"}

    def test_an_evening_that_is_not_kept_ends_with_the_log(self):
        self.age()
        assert list_evenings(self.alice, self.now_ms).evenings == []

    def test_maintenance_keeps_evenings_where_the_host_wants_it(self):
        assert keep_due(self.now_ms) == 0
        Room.objects.update(keep_evenings=True)
        assert keep_due(self.now_ms, dry_run=True) == 1
        assert not KeptEvening.objects.exists()
        assert keep_due(self.now_ms) == 1
        assert keep_due(self.now_ms) == 0

    def test_an_error_in_one_room_does_not_keep_the_others_from_being_kept(self):
        Room.objects.update(keep_evenings=True)
        other = Room.objects.create(room_id="zzzzzzzzzz", title="Other", keep_evenings=True)
        of_room = history.of_room

        def failing(room, now_ms):
            if room == other:
                raise ValueError("a row of another version")
            return of_room(room, now_ms)

        with patch.object(history, "of_room", failing), self.assertLogs("rooms.periodic", "ERROR"):
            assert keep_due(self.now_ms) == 1

    def test_an_evening_that_goes_on_is_kept_to_its_end(self):
        keep_evening(self.alice, self.number, self.start_ms + 11 * MINUTE_MS)
        KeptEvening.objects.update(ended_ms=self.start_ms + 10 * MINUTE_MS)
        assert self.read().lasts == pytest.approx(1200), "the log knows how it went on"
        assert keep_due(self.now_ms) == 1
        self.age()
        assert self.read().lasts == pytest.approx(1200)

    def test_what_is_later_than_a_kept_evening_that_the_log_has_lost_is_another(self):
        Room.objects.update(keep_evenings=True)
        keep_evening(self.alice, self.number, self.start_ms + 35 * MINUTE_MS)
        PlaybackEvent.objects.filter(at_ms__lt=self.start_ms + 29 * MINUTE_MS).delete()
        for until, kept in ((38, 1), (60, 1), (61, 0)):  # on the next day it is longer
            assert keep_due(self.start_ms + until * MINUTE_MS) == kept
        first, second = list_evenings(self.alice, self.now_ms).evenings[::-1]
        assert (round(first.lasts), round(second.lasts), first.kept, second.kept) == (900, 300, True, True)
        (stretch,) = read_evening(self.bob, second.id, self.now_ms).stretches
        assert stretch.position == pytest.approx(2700)
        delete_evening(self.alice, second.id, self.now_ms)
        assert [each.id for each in list_evenings(self.alice, self.now_ms).evenings] == [first.id]

    def test_a_deleted_evening_is_gone_and_does_not_come_back(self):
        Room.objects.update(keep_evenings=True)
        react(self.bob, "🎉", now_ms=self.start_ms + 2 * MINUTE_MS)
        number = self.number
        keep_evening(self.alice, number, self.now_ms)
        delete_evening(self.alice, number, self.now_ms)
        assert list_evenings(self.alice, self.now_ms).evenings == []
        with pytest.raises(NotFound):
            read_evening(self.bob, number, self.now_ms)
        assert (Reaction.objects.count(), EveningGuest.objects.count()) == (0, 0)
        assert KeptEvening.objects.get().document == ""
        assert keep_due(self.now_ms) == 0
        KeptEvening.objects.update(ended_ms=server_clock.now_ms() - 9 * 24 * 60 * MINUTE_MS)
        self.age()
        dict(maintain())
        assert not KeptEvening.objects.exists()

    def test_only_the_host_and_the_owner_keep_and_delete(self):
        number = self.number
        for act in (keep_evening, delete_evening):
            with pytest.raises(NotAllowed):
                act(self.bob, number, self.now_ms)
        assert not KeptEvening.objects.exists()
        with pytest.raises(NotFound):
            keep_evening(self.alice, number + 1, self.now_ms)

    def test_a_room_keeps_a_bounded_number(self):
        with patch.object(history, "MAX_KEPT", 0), pytest.raises(TooLong, match="at most 0"):
            keep_evening(self.alice, self.number, self.now_ms)

    def test_reading_one_evening_reads_no_other_document(self):
        keep_evening(self.alice, self.number, self.now_ms)
        number = self.number
        KeptEvening.objects.create(room=self.room, started_ms=1, ended_ms=2, document="of another version")
        assert read_evening(self.bob, number, self.now_ms).kept
        KeptEvening.objects.filter(started_ms=number).delete()
        assert not read_evening(self.bob, number, self.now_ms).kept

    def test_a_full_room_keeps_to_its_end_what_it_kept_and_says_that_it_is_full(self):
        Room.objects.update(keep_evenings=True)
        keep_evening(self.alice, self.number, self.start_ms + 12 * MINUTE_MS)
        kept = KeptEvening.objects.get()
        later_ms = self.start_ms + 300 * MINUTE_MS
        self.watch(later_ms, "2")
        now_ms = later_ms + 60 * MINUTE_MS
        assert not list_evenings(self.alice, now_ms).full
        with (
            patch.object(history, "MAX_KEPT", 1),
            patch("watchium.services.evening.evenings.MAX_KEPT", 1),
            self.assertLogs("watchium.services.evening.evenings"),
        ):
            assert keep_due(now_ms) == 1
            assert list_evenings(self.alice, now_ms).full
            assert read_evening(self.bob, int(later_ms), now_ms).full
            assert not read_evening(self.bob, kept.started_ms, now_ms).full
        kept.refresh_from_db()
        assert kept.ended_ms == pytest.approx(self.start_ms + 40 * MINUTE_MS)

    def test_deleting_a_person_makes_them_anonymous(self):
        self.says(self.bob, "hello", 5 * MINUTE_MS)
        keep_evening(self.alice, self.number, self.now_ms)
        self.bob.person.delete()
        evening = read_evening(self.alice, self.number, self.now_ms)
        assert [guest.username for guest in evening.people] == ["Alice"]
        assert [(line.text, line.username, line.user_id) for line in evening.comments] == [
            ("hello", None, None)
        ]

    def test_who_wrote_or_reacted_between_two_changes_was_there(self):
        Room.objects.update(keep_evenings=True)
        SyncState.objects.all().delete()
        self.says(self.alice, "hello", 5 * MINUTE_MS)
        react(self.bob, "🎉", now_ms=self.start_ms + MINUTE_MS)
        for _ in ("in the log", "kept"):
            evening = self.read()
            assert [guest.username for guest in evening.people] == ["Alice", "Bob"]
            assert [(each.emoji, each.username) for each in evening.reactions] == [("🎉", "Bob")]
            keep_evening(self.alice, self.number, self.now_ms)
        self.bob.person.delete()
        evening = read_evening(self.alice, self.number, self.now_ms)
        assert [guest.username for guest in evening.people] == ["Alice"]
        assert [(each.user_id, each.username) for each in evening.reactions] == [(None, None)]

    def test_a_guest_who_signs_in_was_there_as_the_account(self):
        keep_evening(self.alice, self.number, self.now_ms)
        merge_guest_into_account(self.bob.person, self.carol)
        evening = read_evening(self.alice, self.number, self.now_ms)
        assert {guest.user_id for guest in evening.people} == {
            self.alice.person.user_id,
            self.carol.user_id,
        }

    def test_an_evening_that_lists_the_account_during_the_merge_lists_it_once(self):
        keep_evening(self.alice, self.number, self.now_ms)
        with before_writing(EveningGuest, of=self.bob.person, for_=self.carol):
            merge_guest_into_account(self.bob.person, self.carol)
        assert EveningGuest.objects.filter(person=self.carol).count() == 1
        assert not EveningGuest.objects.filter(person=self.bob.person).exists()

    def test_a_comment_that_is_deleted_leaves_the_replay(self):
        comment = self.says(self.bob, "spoiler", 5 * MINUTE_MS)
        keep_evening(self.alice, self.number, self.now_ms)
        remove(self.alice, comment.pk)
        assert self.read().comments == []

    def test_an_evening_goes_with_its_room(self):
        keep_evening(self.alice, self.number, self.now_ms)
        self.room.delete()
        assert not KeptEvening.objects.exists()
        assert not EveningGuest.objects.exists()
