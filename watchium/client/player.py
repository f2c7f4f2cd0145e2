"""One tab of a personal player, for programs: send commands, receive events, and read the player's state."""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from websockets.asyncio.client import ClientConnection

from watchium.client.connection import SocketConnection
from watchium.client.room_state import AnyEvent
from watchium.protocol.events import Event
from watchium.protocol.player_events import (
    PLAYER_EVENTS,
    PlayerChanged,
    PlayerSnapshot,
    PlayerSynced,
    PlayerWelcomeState,
)
from watchium.protocol.player_types import Item, PlayerState
from watchium.protocol.replies import Ack, Closing, Error, Pong

SHARED_EVENTS: tuple[type[Event], ...] = (Ack, Error, Pong, Closing)
KINDS: dict[str, type[Event]] = {
    str(kind.__struct_config__.tag): kind for kind in [*PLAYER_EVENTS, *SHARED_EVENTS]
}


class _Tagged(msgspec.Struct):
    type: str


class PlayerClient(SocketConnection[PlayerWelcomeState]):
    """`state` and `items` (by id) follow the server's events; missed changes are requested."""

    state: PlayerState

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.items: dict[int, Item] = {}

    def decode(self, frame: str | bytes) -> AnyEvent:
        kind = KINDS[msgspec.json.decode(frame, type=_Tagged).type]
        return msgspec.json.decode(frame, type=kind)

    def on_welcome(self, payload: PlayerWelcomeState) -> None:
        self._replace(payload)

    async def apply(self, event: AnyEvent) -> list[AnyEvent]:
        match event:
            case PlayerSynced(payload=snapshot) if snapshot.state.revision >= self.state.revision:
                self._replace(snapshot)
            case PlayerChanged(revision=int(revision)) if revision == self.state.revision + 1:
                self._apply_change(event, revision)
            case PlayerChanged(revision=int(revision)) if revision > self.state.revision:
                await self.send("sync_request", since=self.state.revision)
                return []
            case PlayerChanged():
                return []
        return [event]

    def _replace(self, snapshot: PlayerSnapshot) -> None:
        self.state = snapshot.state
        self.items |= {item.id: item for item in snapshot.items}

    def _apply_change(self, event: PlayerChanged, revision: int) -> None:
        changed = event.payload.changed
        fields = {name: getattr(changed, name) for name in changed.__struct_fields__}
        given = {name: value for name, value in fields.items() if value is not UNSET}
        self.state = msgspec.structs.replace(self.state, revision=revision, **given)
        self.items |= {item.id: item for item in event.payload.items}
