"""The socket of the front page, and the one that rejects unknown addresses."""

from __future__ import annotations

from typing import Any

from rooms.access import Identity
from watchium import server_clock
from watchium.background import scheduler
from watchium.consumers.socket import Socket
from watchium.db.thread_pool import in_database
from watchium.protocol.codec import decode_lobby_command
from watchium.protocol.commands import Command
from watchium.protocol.errors import NotMember
from watchium.protocol.events import Lobby
from watchium.realtime.frames import frame_of
from watchium.realtime.groups import LOBBY
from watchium.services.lobby import lobby_state


class LobbyConsumer(Socket):
    """Sends the list of public live rooms, and every change of it."""

    def decode(self, text: str) -> Command:
        return decode_lobby_command(text)

    async def on_connect(self, identity: Identity) -> None:
        await self.join_group(LOBBY)
        scheduler.republish_lobby()
        state = await in_database(lobby_state)
        self.send_queue.send_first(
            frame_of(Lobby(room_id=None, timestamp=server_clock.now_ms(), payload=state))
        )

    async def handle(self, command: Any) -> None:
        """The lobby's only command is `ping`, which `Socket` answers."""


class NotFoundConsumer(Socket):
    """Rejects a socket whose address is not routed."""

    def decode(self, text: str) -> Command:
        return decode_lobby_command(text)

    async def on_connect(self, identity: Identity) -> None:
        raise NotMember

    async def handle(self, command: Any) -> None:
        """Never called: `on_connect` rejects every socket."""
