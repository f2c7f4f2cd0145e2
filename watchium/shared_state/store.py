"""The interface of the store that the processes of an instance share: in Redis if configured, otherwise in memory.

It holds two things. Token buckets, so that two processes together do not allow twice the limit. Hashes: short values by
field under one key, visible to other processes within a second and expired after half a minute.

Nothing here is the only copy of anything, so no method raises: if Redis does not respond, each process counts for
itself for a while and knows about the others what the database says. Leases are rows in the database, on purpose:
rooms/actions/presence.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from watchium.shared_state.token_bucket import Limit

Fields = Mapping[str, bytes | None]  # by name; None deletes the field


class Store(Protocol):
    @property
    def single_process(self) -> bool:
        """Whether no other process can read the hashes."""

    def wait_ms(self, key: str, limit: Limit, now_ms: float) -> int:
        """Consume a token and return 0, or return the milliseconds until the next one."""

    def put(self, hashes: Mapping[str, Fields]) -> None:
        """Set fields in many hashes, by key."""

    def swap(self, key: str, fields: Fields) -> dict[str, bytes]:
        """Set fields in a hash and return all of it, in one round trip; empty if it cannot be read."""
