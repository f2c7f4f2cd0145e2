from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

from django.db import connection, transaction
from django.test import TransactionTestCase, skipUnlessDBFeature

from playback.models import Playback, PlaybackEvent
from playback.room import actions, end_of_media, stall_handling
from playback.sources import addresses
from rooms.actions import transfer_host
from rooms.models import Member, Person, Role, Room
from tests.cases import CLIP
from tests.playback.room.fixtures import NOW_MS, play, seek
from watchium.protocol.commands import BufferStart
from watchium.protocol.errors import NotHost


class AtOnce(TransactionTestCase):
    """A room with alice and bob, and threads that act at once."""

    def setUp(self) -> None:
        self.room = Room.objects.create(title="movie-night")
        self.alice, self.bob = (
            self.enrol(name, role) for name, role in (("Alice", Role.HOST), ("Bob", Role.MEMBER))
        )
        actions.prepare(self.room, addresses.find(CLIP))

    def enrol(self, name: str, role: str) -> Member:
        person = Person.objects.create(username=name)
        return Member.objects.create(room=self.room, person=person, username=name, role=role, present=True)

    def at_once(self, count: int, call) -> list:
        def on_thread(number: int):
            try:
                return call(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(on_thread, range(count)))


@skipUnlessDBFeature("has_select_for_update")
class Races(AtOnce):
    """PostgreSQL only: SQLite in memory has one connection, so nothing races."""

    def test_one_command_sent_twenty_times_at_once_is_one_change_and_twenty_equal_answers(self):
        answers = self.at_once(20, lambda _: actions.play(self.alice, play(), now_ms=NOW_MS))
        assert answers == answers[:1] * 20
        assert list(PlaybackEvent.objects.values_list("revision", flat=True)) == [1]

    def test_many_commands_at_once_leave_no_gap(self):
        self.at_once(12, lambda number: actions.seek(self.alice, seek(number, f"{number}"), now_ms=NOW_MS))
        rows = list(PlaybackEvent.objects.order_by("revision"))
        assert [row.revision for row in rows] == list(range(1, 13))
        assert Playback.objects.get().position == rows[-1].position

    def test_media_ends_once_for_any_number_of_processes(self):
        Playback.objects.update(phase="playing", ends_at_ms=NOW_MS)
        assert sum(self.at_once(6, lambda _: end_of_media.due(NOW_MS))) == 1
        assert PlaybackEvent.objects.filter(type="timeline").count() == 1

    def test_a_wait_ends_once_for_any_number_of_processes(self):
        Playback.objects.update(stall_policy="wait", phase="playing", at_ms=NOW_MS)
        actions.record_notice(self.bob, BufferStart(), now_ms=NOW_MS)
        assert Playback.objects.get().phase == "holding"
        assert sum(self.at_once(6, lambda _: stall_handling.due(NOW_MS + 8000))) == 1
        timelines = PlaybackEvent.objects.filter(type="timeline").order_by("revision")
        assert list(timelines.values_list("cause", flat=True)) == ["hold", "hold_ended"]

    def test_a_former_host_who_waited_for_the_lock_may_not_control(self):
        handed, may_commit = Event(), Event()

        def hand_over_slowly() -> None:
            with transaction.atomic():
                transfer_host(self.alice, self.bob.person.user_id)
                handed.set()
                may_commit.wait(5)

        def press_play() -> type[Exception] | None:
            handed.wait(5)
            try:
                actions.play(self.alice, play(), now_ms=NOW_MS)
            except NotHost:
                return NotHost
            return None

        def let_go() -> None:
            handed.wait(5)
            may_commit.wait(0.3)
            may_commit.set()

        deeds = (hand_over_slowly, press_play, let_go)
        assert self.at_once(3, lambda number: deeds[number]())[1] is NotHost

    def test_a_locked_room_is_skipped_until_the_next_tick(self):
        Playback.objects.update(phase="playing", ends_at_ms=NOW_MS)
        locked, may_commit = Event(), Event()

        def hold_the_room() -> None:
            with transaction.atomic():
                Room.objects.locked(self.room.pk)
                locked.set()
                may_commit.wait(5)

        def look() -> int:
            locked.wait(5)
            try:
                return end_of_media.due(NOW_MS)
            finally:
                may_commit.set()

        assert self.at_once(2, lambda number: (hold_the_room, look)[number]())[1] == 0
        assert end_of_media.due(NOW_MS) == 1
