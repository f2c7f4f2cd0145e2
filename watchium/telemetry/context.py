"""Context variables for logs and metrics: the room, the member and the arrival time of the command being handled.

A log line inside an action takes its room and member from here, and a broadcast knows when its command was received.
Each request and each socket's task has its own context; `in_database` copies it to its thread.
"""

from __future__ import annotations

from contextvars import ContextVar

ROOM: ContextVar[str] = ContextVar("room", default="")
MEMBER: ContextVar[str] = ContextVar("member", default="")
RECEIVED_AT_MS: ContextVar[float | None] = ContextVar("received_at_ms", default=None)


def bind_log_context(room_id: str | None, user_id: str = "") -> None:
    """Set the room and the member of all log lines that follow in this context."""
    ROOM.set(room_id or "")
    MEMBER.set(user_id)


def set_received_at(now_ms: float) -> None:
    """Set the server time at which the command that this task handles was received."""
    RECEIVED_AT_MS.set(now_ms)
