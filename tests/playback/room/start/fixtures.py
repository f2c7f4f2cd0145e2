"""A room, and commands about its start as a socket sends them."""

from __future__ import annotations

from typing import Any

from playback.domain.start.state import StartState
from playback.models import Playback
from playback.room.start import due
from rooms.models import Member
from tests.playback.room.fixtures import NOW_MS, ActionCase
from watchium import server_clock
from watchium.protocol.codec import decode_room_command, encode
from watchium.protocol.replies import Accepted
from watchium.services import room_commands


class StartCase(ActionCase):
    """Alice hosts and the sample clip is paused, bob is a member, carol is not."""

    numbers = 0

    def does(
        self, by: Member, kind: str, *, event_id: str = "", now_ms: float = NOW_MS, **payload: Any
    ) -> Accepted:
        self.numbers += 1
        frame = {"type": kind, "event_id": event_id or f"s{self.numbers}", "payload": payload}
        command = decode_room_command(encode(frame))  # type: ignore[arg-type]
        self.replace(server_clock, "now_ms", lambda: now_ms)
        with self.committing():
            accepted = room_commands.dispatch(by, command)
        assert isinstance(accepted, Accepted)
        return accepted

    def due(self, now_ms: float) -> int:
        with self.committing():
            return due.due(now_ms)

    @property
    def playback(self) -> Playback:
        return Playback.objects.select_related("room").get(room=self.room)

    @property
    def state(self) -> StartState:
        return self.playback.start_state

    def room_event(self) -> dict[str, Any]:
        room: dict[str, Any] = self.published.last("room_changed")["payload"]["room"]
        return room
