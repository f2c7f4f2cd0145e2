"""One tab of a personal player, for programs: say, hear, and know the player's state."""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from websockets.asyncio.client import ClientConnection

from watchium.client.connection import SocketConnection
from watchium.client.room_state import Heard
from watchium.protocol import events, player
from watchium.protocol.events import Event
from watchium.protocol.player import (
    Item,
    PlayerChanged,
    PlayerGreeting,
    PlayerState,
    PlayerWhole,
    WholePlayer,
)

OTHERS: tuple[type[Event], ...] = (events.Ack, events.Error, events.Pong, events.Closing)
KINDS: dict[str, type[Event]] = {
    str(kind.__struct_config__.tag): kind for kind in [*player.PLAYER_EVENTS, *OTHERS]
}


class _Tagged(msgspec.Struct):
    type: str


class PlayerClient(SocketConnection[PlayerGreeting]):
    """`state` and `items` (by id) follow what the server says; what was missed is asked for."""

    state: PlayerState

    def __init__(self, socket: ClientConnection) -> None:
        super().__init__(socket)
        self.items: dict[int, Item] = {}

    def decode(self, frame: str | bytes) -> Heard:
        kind = KINDS[msgspec.json.decode(frame, type=_Tagged).type]
        return msgspec.json.decode(frame, type=kind)

    def welcomed(self, payload: PlayerGreeting) -> None:
        self._replace(payload)

    async def take(self, event: Heard) -> list[Heard]:
        match event:
            case PlayerWhole(payload=whole) if whole.state.revision >= self.state.revision:
                self._replace(whole)
            case PlayerChanged(revision=int(revision)) if revision == self.state.revision + 1:
                self._apply(event, revision)
            case PlayerChanged(revision=int(revision)) if revision > self.state.revision:
                await self.tell("sync_request", since=self.state.revision)
                return []
            case PlayerChanged():
                return []
        return [event]

    def _replace(self, whole: WholePlayer) -> None:
        self.state = whole.state
        self.items |= {item.id: item for item in whole.items}

    def _apply(self, event: PlayerChanged, revision: int) -> None:
        changed = event.payload.changed
        fields = {name: getattr(changed, name) for name in changed.__struct_fields__}
        known = {name: value for name, value in fields.items() if value is not UNSET}
        self.state = msgspec.structs.replace(self.state, revision=revision, **known)
        self.items |= {item.id: item for item in event.payload.items}
