"""A device with a small library, for tests of the personal player."""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

import msgspec
from django.test import TestCase

from playback.models import DevicePlayer, MediaItem, PlayerHistory
from playback.player import actions, serializers
from rooms.models import Person
from tests.cases import Published
from watchium.protocol.codec import decode_player_command
from watchium.protocol.player_types import PlayerState
from watchium.protocol.replies import Accepted
from watchium.realtime import hub
from watchium.realtime.groups import device_group

NOW_MS = 1_795_219_200_000.0
LAPTOP, PHONE = "A1B2C3D4E5F60718", "0011223344556677"
LENGTH_S = 100.0


def make_items(count: int, **facts: Any) -> list[MediaItem]:
    rows = [
        MediaItem(
            title=f"Track {number:02}",
            artist="Nobody",
            kind="audio",
            mime="audio/ogg",
            path=f"{number:02}.ogg",
            duration=LENGTH_S,
            **facts,
        )
        for number in range(count)
    ]
    for row in rows:
        row.compute_keys()
    return MediaItem.objects.bulk_create(rows)


class PlayerCase(TestCase):
    """`self.say` runs a command on the laptop; `self.published` has the published events."""

    items: list[MediaItem]
    alice: Person

    @classmethod
    def setUpTestData(cls) -> None:
        cls.items = make_items(6)
        cls.alice = Person.objects.create(username="Alice")

    def setUp(self) -> None:
        self.published = Published()
        self.number = 0
        for name, fake in (("publish", self.published.hear), ("publish_close", self.published.close)):
            patcher = patch.object(hub, name, fake)
            patcher.start()
            self.addCleanup(patcher.stop)

    account: int | None = None

    def say(
        self, kind: str, *, at_s: float = 0, where: str = LAPTOP, event_id: str = "", **payload: Any
    ) -> Accepted:
        """Run a command `at_s` seconds into the scene."""
        self.number += 1
        words = {"type": kind, "event_id": event_id or f"e{self.number}", "payload": payload}
        command = decode_player_command(msgspec.json.encode(words))
        with self.captureOnCommitCallbacks(execute=True):
            return actions.dispatch(where, command, account=self.account, now_ms=self.at(at_s))

    def state(self, device: str = LAPTOP) -> PlayerState:
        row = DevicePlayer.objects.get(device_id=device)
        return serializers.state_of(row, PlayerHistory.objects.get(player=row))

    def queue_order(self, device: str = LAPTOP) -> list[int]:
        """The queue as indexes into `self.items`."""
        places = {item.pk: number for number, item in enumerate(self.items)}
        return [places[entry.item] for entry in self.state(device).entries]

    def current(self, device: str = LAPTOP) -> int | None:
        state = self.state(device)
        places = {item.pk: number for number, item in enumerate(self.items)}
        return next((places[entry.item] for entry in state.entries if entry.id == state.current), None)

    def entry(self, place: int) -> str:
        return self.state().entries[place].id

    def add(self, *numbers: int, **more: Any) -> Accepted:
        return self.say("queue_add", item_ids=[self.items[number].pk for number in numbers], **more)

    def event_types(self, device: str = LAPTOP) -> list[str]:
        return self.published.types(device_group(device))

    def at(self, second: float) -> float:
        return NOW_MS + second * 1000
