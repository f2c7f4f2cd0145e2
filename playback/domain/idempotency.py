"""Idempotent commands: the hash of a command's content, and the reply to one that was accepted before. Pure."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

import msgspec

from watchium.protocol.errors import EventIdConflict
from watchium.protocol.replies import Accepted


class AcceptedCommand(NamedTuple):
    """The stored part of an accepted command: the hash of its content, and its reply."""

    content_hash: str
    revision: int | None
    at_ms: float

    def replay(self, event_id: str, content_hash: str) -> Accepted:
        """Return the same reply again. Raises EventIdConflict if the event_id was used for another command."""
        if self.content_hash != content_hash:
            raise EventIdConflict
        return Accepted(event_id=event_id, revision=self.revision, timestamp=self.at_ms)


def hash_content(kind: str, payload: Any) -> str:
    """Hash what a command asks for: a command that is sent again has the same hash."""
    return sha256(msgspec.json.encode([kind, payload], order="sorted")).hexdigest()
