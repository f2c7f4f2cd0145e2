"""One socket in a room, for programs: say, hear, and know the room's state."""

from __future__ import annotations

from websockets.asyncio.client import ClientConnection

from watchium.client.connection import SocketConnection
from watchium.client.room_state import Followed, Heard, Resume, decode
from watchium.protocol import events
from watchium.protocol.events import WelcomeState
from watchium.protocol.types import TimelineState


class RoomClient(SocketConnection[WelcomeState]):
    """`timeline` and `revision` follow what the server says."""

    def __init__(self, socket: ClientConnection, applied: Resume) -> None:
        super().__init__(socket)
        self._followed = Followed(applied)
        self._asked_since = (-1, -1)

    @property
    def revision(self) -> int:
        return self._followed.revision

    @property
    def timeline(self) -> TimelineState | None:
        return self._followed.timeline

    @property
    def resume(self) -> Resume:
        """To be handed to the next `enter`."""
        known = self._followed
        return Resume(known.revision, known.event_id, known.comment_seq, known.epoch)

    @property
    def outdated(self) -> bool:
        """Whether the server's state was rebuilt, so that only entering again tells what it is now."""
        return self._followed.outdated

    def decode(self, frame: str | bytes) -> Heard:
        return decode(frame)

    def welcomed(self, payload: WelcomeState) -> None:
        self._followed.welcome(payload)

    async def take(self, event: Heard) -> list[Heard]:
        heard = self._followed.take(event)
        more = isinstance(event, events.Events) and event.payload.more
        since = (self._followed.revision, self._followed.comment_seq)
        if (self._followed.has_gap and self._asked_since != since and not self.outdated) or more:
            self._asked_since = since
            await self.tell("sync_request", since=since[0], last_comment_id=since[1])
        return heard
