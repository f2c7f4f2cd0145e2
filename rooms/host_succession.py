"""Choice of the next host: the member named by the host, else a moderator, else a member; longest present first.

Pure: no Django, no I/O.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Candidate(Protocol):
    pk: int
    role: str
    here_since_ms: float


C = TypeVar("C", bound=Candidate)


def next_host(present: Sequence[C], named: int | None) -> C | None:
    """Return the next host among the present candidates, or None if there are none. Independent of their order."""
    if not present:
        return None
    return min(present, key=lambda c: (c.pk != named, c.role != "moderator", c.here_since_ms, c.pk))
