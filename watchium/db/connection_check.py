"""Detects an idle connection that the server has closed, without a round trip."""

from __future__ import annotations

import select


def is_closed(descriptor: int) -> bool:
    """Whether an idle connection is readable. PostgreSQL sends data on one only when it closes it or a setting changed.

    In both cases a new connection is right.
    """
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))
