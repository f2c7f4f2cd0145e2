"""How anybody is told anything: a room, one member, a device; and how sockets are closed.

Called by deeds only, inside their transaction; it is told when that commits, never before and never if it does not.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from watchium.protocol.errors import CloseCode
from watchium.protocol.events import Custom, Event
from watchium.realtime import hub
from watchium.realtime.delivery import DEVICES
from watchium.realtime.frames import Frame, frame_of
from watchium.telemetry import counters

LOBBY = "lobby"


def room_group(room_id: str) -> str:
    return f"room.{room_id}"


def member_group(member_pk: int) -> str:
    return f"member.{member_pk}"


def person_group(person_pk: int) -> str:
    return f"person.{person_pk}"


def device_group(device_id: str) -> str:
    return f"{DEVICES}{device_id}"


def devices_group(person_pk: int) -> str:
    return f"devices.{person_pk}"


def to_room(room_id: str, event: Event | Custom) -> None:
    _on_commit(room_group(room_id), event)


def to_member(member_pk: int, event: Event) -> None:
    """To every socket of one member."""
    _on_commit(member_group(member_pk), event)


def to_device(device_id: str, event: Event) -> None:
    """To every tab of a device that has its player open."""
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


def _on_commit(group: str, event: Event | Custom) -> None:
    # Encoded now, so that what is told is what was true inside the transaction.
    transaction.on_commit(partial(_tell, group, frame_of(event), _kind(event)))


def _tell(group: str, frame: Frame, kind: str) -> None:
    counters.count("events", kind)
    hub.publish(group, frame)


def _kind(event: Event | Custom) -> str:
    return "custom" if isinstance(event, Custom) else str(event.__struct_config__.tag)


def _on_commit_close(group: str, code: CloseCode) -> None:
    transaction.on_commit(partial(hub.publish_close, group, int(code)))
