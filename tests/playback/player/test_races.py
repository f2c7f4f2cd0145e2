from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection
from django.test import TransactionTestCase, skipUnlessDBFeature

from playback.models import DevicePlayer
from playback.player import actions
from tests.playback.player.fixtures import LAPTOP, NOW_MS, make_items
from watchium.protocol.player_commands import ItemsToAdd, Next, QueueAdd, Resume, TrackStep


@skipUnlessDBFeature("has_select_for_update")
class PlayerRaces(TransactionTestCase):
    """PostgreSQL only: SQLite in memory has one connection, so nothing races."""

    def setUp(self) -> None:
        self.items = [item.pk for item in make_items(12)]

    def at_once(self, count: int, call) -> list:
        def on_thread(number: int):
            try:
                return call(number)
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(on_thread, range(count)))

    def add(self, number: int, event_id: str = ""):
        asked = ItemsToAdd(item_ids=[self.items[number]])
        command = QueueAdd(event_id=event_id or f"e{number}", payload=asked)
        return actions.dispatch(LAPTOP, command, now_ms=NOW_MS)

    def test_tabs_that_add_at_once_lose_nothing(self):
        answers = self.at_once(12, self.add)
        row = DevicePlayer.objects.get()
        assert sorted(item for _, item in row.entries) == self.items
        assert sorted(answer.revision for answer in answers) == list(range(1, 13))
        assert len({entry_id for entry_id, _ in row.entries}) == 12

    def test_one_command_from_many_is_done_once(self):
        answers = self.at_once(8, lambda _: self.add(0, "once"))
        assert answers == answers[:1] * 8
        assert len(DevicePlayer.objects.get().entries) == 1

    def test_a_track_that_ends_is_followed_once(self):
        for number in range(4):
            self.add(number)
        actions.dispatch(LAPTOP, Resume(event_id="go"), now_ms=NOW_MS)
        on = DevicePlayer.objects.get().current
        step = TrackStep(entry_id=on, ended=True)
        self.at_once(
            10,
            lambda number: actions.dispatch(LAPTOP, Next(event_id=f"n{number}", payload=step), now_ms=NOW_MS),
        )
        row = DevicePlayer.objects.get()
        assert [entry_id for entry_id, _ in row.entries].index(row.current) == 1
