"""What the tabs of a device hear of a change, and what the other devices of its account do."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, Protocol

from django.db import transaction
from msgspec import UNSET

from playback.models import DevicePlayer
from playback.player import serializers
from playback.player.devices import devices_of
from watchium import server_clock
from watchium.protocol.player import (
    DevicesChanged,
    DevicesState,
    PlayerChange,
    PlayerChanged,
    PlayerChanges,
    PlayerState,
)
from watchium.realtime import broadcast


class Command(Protocol):
    @property
    def kind(self) -> str: ...

    @property
    def event_id(self) -> str: ...


class Change(NamedTuple):
    before: PlayerState
    after: PlayerState
    different: PlayerChanges


def tell_change(player: DevicePlayer, change: Change, by: Command | None) -> None:
    """By nobody: the course of things."""
    payload = PlayerChange(
        changed=change.different,
        items=serializers.new_items(change.before, change.after),
        cause=by.kind if by else None,
        event_id=by.event_id if by else None,
    )
    now_ms = server_clock.now_ms()
    event = PlayerChanged(room_id=None, timestamp=now_ms, revision=player.revision, payload=payload)
    broadcast.to_device(player.device_id, event)
    if _shows(change.different):
        tell_devices(player.person_id)


def tell_devices(account: int | None) -> None:
    """When this is committed: by then it is also known what others changed meanwhile, and nobody waits for a lock.

    None: there is nobody to tell.
    """
    if account is not None:
        transaction.on_commit(partial(_tell_devices, account))


def _tell_devices(person_pk: int) -> None:
    state = DevicesState(devices=devices_of(person_pk))
    told = DevicesChanged(room_id=None, timestamp=server_clock.now_ms(), payload=state)
    broadcast.to_devices(person_pk, told)


def _shows(changed: PlayerChanges) -> bool:
    """Whether the list of devices says anything else now."""
    shown = (changed.entries, changed.current, changed.position, changed.is_playing)
    return any(field is not UNSET for field in shown)
