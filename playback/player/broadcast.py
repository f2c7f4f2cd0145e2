"""Broadcast a change to the tabs of a device, and the list of devices to the other devices of its account."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple, Protocol

from django.db import transaction
from msgspec import UNSET

from playback.models import DevicePlayer
from playback.player import serializers
from playback.player.devices import devices_of
from watchium import server_clock
from watchium.protocol.player_events import (
    DevicesChanged,
    DevicesState,
    PlayerChange,
    PlayerChanged,
    PlayerChanges,
)
from watchium.protocol.player_types import PlayerState
from watchium.realtime import broadcast


class Cause(Protocol):
    """The command that made a change."""

    @property
    def kind(self) -> str: ...

    @property
    def event_id(self) -> str: ...


class Change(NamedTuple):
    before: PlayerState
    after: PlayerState
    fields: PlayerChanges


def broadcast_change(player: DevicePlayer, change: Change, cause: Cause | None) -> None:
    """`cause`: None for a change without a command."""
    payload = PlayerChange(
        changed=change.fields,
        items=serializers.new_items(change.before, change.after),
        cause=cause.kind if cause else None,
        event_id=cause.event_id if cause else None,
    )
    now_ms = server_clock.now_ms()
    event = PlayerChanged(room_id=None, timestamp=now_ms, revision=player.revision, payload=payload)
    broadcast.to_device(player.device_id, event)
    if _affects_device_list(change.fields):
        broadcast_devices(player.person_id)


def broadcast_devices(account: int | None) -> None:
    """Broadcast the account's list of devices on commit; do nothing without an account.

    Reading the list after the commit includes the changes of other devices, and no transaction waits for a lock.
    """
    if account is not None:
        transaction.on_commit(partial(_broadcast_devices, account))


def _broadcast_devices(person_pk: int) -> None:
    state = DevicesState(devices=devices_of(person_pk))
    event = DevicesChanged(room_id=None, timestamp=server_clock.now_ms(), payload=state)
    broadcast.to_devices(person_pk, event)


def _affects_device_list(changed: PlayerChanges) -> bool:
    shown = (changed.entries, changed.current, changed.position, changed.is_playing)
    return any(field is not UNSET for field in shown)
