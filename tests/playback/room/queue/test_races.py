from __future__ import annotations

from django.test import skipUnlessDBFeature

from playback.domain.room_queue.state import RoomQueue
from playback.models import Playback, PlaybackEvent, StoredQueue
from playback.room import actions, duration_updates, end_of_media
from playback.room.queue.actions import change_queue
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Role, Room
from tests.playback.room import test_races
from tests.playback.room.fixtures import NOW_MS, SONG, pause
from watchium.protocol.commands import MediaRequest, PlayerReport
from watchium.protocol.player_commands import EntryRef
from watchium.protocol.queue import AddToQueue, MediaToQueue, Skip


@skipUnlessDBFeature("has_select_for_update")
class Races(test_races.AtOnce):
    """PostgreSQL only: SQLite in memory has one connection, so nothing races."""

    def add(self, number: int):
        payload = MediaToQueue(items=[MediaRequest(media_url=SONG, title=f"song {number}")])
        return change_queue(self.alice, AddToQueue(event_id=f"{number}", payload=payload), now_ms=NOW_MS)

    def queue(self) -> RoomQueue:
        return StoredQueue.objects.of(Room.objects.get())

    def test_twelve_who_add_at_once_lose_nothing(self):
        answers = self.at_once(12, self.add)
        assert sorted(answer.revision for answer in answers) == list(range(1, 13))
        titles = {entry.media.title for entry in self.queue().entries}
        assert titles >= {f"song {number}" for number in range(12)}
        assert len(self.queue().entries) == 13

    def test_media_advance_once_for_any_number_of_processes(self):
        for number in range(3):
            self.add(number)
        Playback.objects.update(phase="playing", ends_at_ms=NOW_MS)
        assert sum(self.at_once(6, lambda _: end_of_media.due(NOW_MS))) == 1
        assert PlaybackEvent.objects.filter(type="load").count() == 1
        assert self.queue().current == "2"

    def test_members_who_pause_and_skip_at_once_before_an_announced_start_leave_one_state(self):
        for number in range(3):
            self.add(number)
        Playback.objects.update(
            phase="playing", position=0, at_ms=NOW_MS - 95_000, duration=96, ends_at_ms=NOW_MS + 1000
        )
        assert end_of_media.due(NOW_MS) == 1
        assert self.queue().current == "2"

        def press(number: int):
            if number % 2:
                return actions.pause(self.alice, pause(f"p{number}"), now_ms=NOW_MS + number)
            skip = Skip(event_id=f"s{number}", payload=EntryRef(entry_id="1"))
            return change_queue(self.alice, skip, now_ms=NOW_MS + number)

        self.at_once(8, press)
        queue, playback = self.queue(), Playback.objects.get()
        entry = queue.order.current_entry
        assert entry is not None
        assert entry.media.url == playback.media["url"]
        assert (entry.id, playback.phase) == ("2", "paused")
        assert Room.objects.get().revision == PlaybackEvent.objects.exclude(revision=None).count()

    def test_forty_players_that_report_the_end_at_once_advance_once(self):
        self.addCleanup(duration_updates.forget_all)
        self.addCleanup(LAST_REPORTS.clear)
        for number in range(3):
            self.add(number)
        members = [self.enrol(f"viewer {number}", Role.MEMBER) for number in range(40)]
        Playback.objects.update(phase="playing", at_ms=NOW_MS, duration=None, ends_at_ms=None)
        report = PlayerReport(
            current_time=50,
            is_playing=False,
            is_synced=True,
            latency_ms=9,
            state="ended",
            revision=0,
            ended_at=50,
        )

        def ends(number: int) -> bool:
            member, now_ms = members[number], NOW_MS + 50_000
            LAST_REPORTS.record(self.room.room_id, member.person.user_id, report, now_ms)
            return duration_updates.update_from_report(member, report, now_ms)

        assert sum(self.at_once(40, ends)) == 1
        assert PlaybackEvent.objects.filter(type="load").count() == 1
        assert self.queue().current == "2"
