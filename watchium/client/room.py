"""One socket in a room, for programs: send commands, receive events, and read the room's state."""

from __future__ import annotations

from websockets.asyncio.client import ClientConnection

from watchium.client.connection import SocketConnection
from watchium.client.room_state import AnyEvent, Resume, RoomReplica, decode
from watchium.protocol.events import WelcomeState
from watchium.protocol.queue import QueueState
from watchium.protocol.replies import Events
from watchium.protocol.types import RoomState, TimelineState


class RoomClient(SocketConnection[WelcomeState]):
    """`timeline`, `revision` and `queue` follow the server's events; missed events are requested."""

    def __init__(self, socket: ClientConnection, applied: Resume) -> None:
        super().__init__(socket)
        self._replica = RoomReplica(applied)
        self._requested_since = (-1, -1, -1)

    @property
    def revision(self) -> int:
        return self._replica.revision

    @property
    def timeline(self) -> TimelineState | None:
        return self._replica.timeline

    @property
    def room(self) -> RoomState | None:
        """Settings, ready check and poll, as of the last `welcome` or `room_changed`."""
        return self._replica.room

    @property
    def queue(self) -> QueueState:
        """The room's queue; commands about it are `queue_add`, `queue_move`, `skip` and so on."""
        return self._replica.queue

    @property
    def resume(self) -> Resume:
        """The argument for the next `enter`."""
        replica = self._replica
        return Resume(replica.revision, replica.event_id, replica.comment_seq, replica.epoch)

    @property
    def outdated(self) -> bool:
        """Whether the server's state was rebuilt, so that only entering again brings the current one."""
        return self._replica.outdated

    def decode(self, frame: str | bytes) -> AnyEvent:
        return decode(frame)

    def on_welcome(self, payload: WelcomeState) -> None:
        self._replica.apply_snapshot(payload)

    async def apply(self, event: AnyEvent) -> list[AnyEvent]:
        applied = self._replica.apply(event)
        more = isinstance(event, Events) and event.payload.more
        since = (self._replica.revision, self._replica.comment_seq, self._replica.queue.revision)
        if (self._replica.has_gap and self._requested_since != since and not self.outdated) or more:
            self._requested_since = since
            await self.send("sync_request", since=since[0], last_comment_id=since[1], queue_revision=since[2])
        return applied
