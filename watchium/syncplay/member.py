"""What the parts of a session do with the outer world."""

from __future__ import annotations

import secrets
from typing import Any, Protocol

from watchium.syncplay import outgoing
from watchium.syncplay.outgoing import SERVER_NAME, Line


class Member(Protocol):
    """Sends lines to the client, and commands to the room as the member."""

    def send(self, line: Line) -> None: ...

    def command(self, kind: str, payload: dict[str, Any], event_id: str | None = None) -> None: ...


def notice(member: Member, text: str) -> None:
    """Show a line in the client's chat, to its person only."""
    member.send(outgoing.chat(SERVER_NAME, text))


def new_event_id() -> str:
    return secrets.token_hex(12)
