"""Whom and what is being worked for: known wherever the work goes on, without being handed through every call.

A log line inside a deed carries room and member by this, and a broadcast knows when its command was received.
Each request and each socket's task has a context of its own; `in_database` takes it along to its thread.
"""

from __future__ import annotations

from contextvars import ContextVar

ROOM: ContextVar[str] = ContextVar("room", default="")
MEMBER: ContextVar[str] = ContextVar("member", default="")
HEARD_MS: ContextVar[float | None] = ContextVar("heard_ms", default=None)


def about(room_id: str | None, user_id: str = "") -> None:
    """From here on it is about this room and this member of it."""
    ROOM.set(room_id or "")
    MEMBER.set(user_id)


def heard(now_ms: float) -> None:
    """What follows in this task obeys a command that was received at this server time."""
    HEARD_MS.set(now_ms)
