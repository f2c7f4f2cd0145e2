"""Who hosts next: the one the host named, else a moderator, else a member, whoever has been there longest. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Candidate(Protocol):
    pk: int
    role: str
    here_since_ms: float


C = TypeVar("C", bound=Candidate)


def successor(present: Sequence[C], named: int | None) -> C | None:
    """The next host among those present, None when nobody is. The same answer for any order of `present`."""
    if not present:
        return None
    return min(present, key=lambda c: (c.pk != named, c.role != "moderator", c.here_since_ms, c.pk))
