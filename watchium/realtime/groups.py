"""Names of the groups that sockets join, and of the channel-layer groups that carry events between processes."""

from __future__ import annotations

import os
import secrets
from functools import cache

ROOM_PREFIX = "room."
DEVICE_PREFIX = "device."
LOBBY = "lobby"
ALL_PROCESSES = "everybody"


def room_group(room_id: str) -> str:
    return f"{ROOM_PREFIX}{room_id}"


def member_group(member_pk: int) -> str:
    return f"member.{member_pk}"


def person_group(person_pk: int) -> str:
    return f"person.{person_pk}"


def device_group(device_id: str) -> str:
    return f"{DEVICE_PREFIX}{device_id}"


def devices_group(person_pk: int) -> str:
    """The players of all devices of an account."""
    return f"devices.{person_pk}"


def channel_for(group: str) -> str:
    """The channel-layer group that carries the deliveries of a group of sockets."""
    return group if group.startswith((ROOM_PREFIX, DEVICE_PREFIX)) else ALL_PROCESSES


def process_id() -> str:
    """This process's name among those that share a channel layer; a fork gets its own."""
    return _name(os.getpid())


@cache
def _name(pid: int) -> str:
    return secrets.token_hex(6)
