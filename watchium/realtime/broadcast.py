"""Publishes events to rooms, members and devices, and closes their sockets.

Only actions call these functions, inside their transaction. Delivery happens when the transaction commits, and not at
all if it rolls back.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from watchium.protocol.errors import CloseCode
from watchium.protocol.events import CustomEvent, Event
from watchium.realtime import hub
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.groups import device_group, devices_group, member_group, person_group, room_group
from watchium.telemetry import counters


def to_room(room_id: str, event: Event | CustomEvent) -> None:
    _on_commit(room_group(room_id), event)


def to_member(member_pk: int, event: Event) -> None:
    """To every socket of one member."""
    _on_commit(member_group(member_pk), event)


def to_device(device_id: str, event: Event) -> None:
    """To every tab in which a device's player is open."""
    _on_commit(device_group(device_id), event)


def to_devices(person_pk: int, event: Event) -> None:
    """To the players of every device of an account."""
    _on_commit(devices_group(person_pk), event)


def close_member(member_pk: int, code: CloseCode) -> None:
    _on_commit_close(member_group(member_pk), code)


def close_person(person_pk: int, code: CloseCode) -> None:
    _on_commit_close(person_group(person_pk), code)


def close_device(device_id: str, code: CloseCode) -> None:
    _on_commit_close(device_group(device_id), code)


def close_room(room_id: str, code: CloseCode) -> None:
    _on_commit_close(room_group(room_id), code)


def _on_commit(group: str, event: Event | CustomEvent) -> None:
    # Encoded now, so that the event has the state inside the transaction.
    transaction.on_commit(partial(_publish, group, frame_of(event), _type_of(event)))


def _publish(group: str, frame: Frame, event_type: str) -> None:
    counters.count("events", event_type)
    hub.publish(group, frame)


def _type_of(event: Event | CustomEvent) -> str:
    return "custom" if isinstance(event, CustomEvent) else str(event.__struct_config__.tag)


def _on_commit_close(group: str, code: CloseCode) -> None:
    transaction.on_commit(partial(hub.publish_close, group, int(code)))
