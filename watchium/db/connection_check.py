"""Whether the other end of an idle connection has hung up: seen without a round trip."""

from __future__ import annotations

import select


def has_hung_up(descriptor: int) -> bool:
    """An idle PostgreSQL says farewell or which setting was changed: a new connection is right then as well."""
    line = select.poll()
    line.register(descriptor, select.POLLIN)
    return bool(line.poll(0))
