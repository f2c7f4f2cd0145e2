"""`manage.py serve` itself with one more socket route, by which the bench publishes to a room.

`/ws/bench/<room_id>/` takes the protocol's own `pause` and tells the room the event `pause` as a deed would, without
the deed: no database, no throttle, no row. Everything from the loudspeaker on is what members really get: their
sockets are those of the room. `?pad=` makes the event that many bytes longer, `?custom=1` one of a program's own,
which nothing newer replaces. With `?asks=0` the silent are no more asked, from then on, whether they are there.
"""

from __future__ import annotations

import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402  # needs the apps
from django.urls import path  # noqa: E402

from rooms.access import Identity  # noqa: E402
from watchium import routing, server_clock  # noqa: E402
from watchium.consumers.socket import Socket  # noqa: E402
from watchium.protocol.codec import decode_room_command  # noqa: E402
from watchium.protocol.commands import Command, Pause  # noqa: E402
from watchium.protocol.events import Change, CustomEvent, Event, Paused  # noqa: E402
from watchium.protocol.types import Media  # noqa: E402
from watchium.realtime import hub  # noqa: E402
from watchium.realtime.frames import frame_of  # noqa: E402
from watchium.realtime.groups import room_group  # noqa: E402
from watchium.server import websocket_protocol  # noqa: E402
from watchium.server.websocket_protocol import WebSocketProtocol  # noqa: E402
from watchium.shared_state.token_bucket import Limit  # noqa: E402


class Publisher(Socket):
    def decode(self, text: str) -> Command:
        return decode_room_command(text)

    async def _identity(self) -> Identity:
        return Identity(None)

    async def on_connect(self, identity: Identity) -> None:
        self.told = str(self.scope["url_route"]["kwargs"]["told"])
        query = self.query
        self.custom = "custom" in query
        if query.get("asks") == "0":
            WebSocketProtocol._check_at = lambda protocol, due_s: None  # type: ignore[assignment, method-assign]
        title = "x" * int(query.get("pad", "6"))
        self.media = Media(url="https://example.org/film.webm", kind="video", title=title)

    def handle_inline(self, command: Pause, now_ms: float) -> bool:
        hub.publish(room_group(self.told), frame_of(self._event(command)))
        return True

    def _event(self, command: Pause) -> Event | CustomEvent:
        # Whole milliseconds: every event has the same length, by which the load knows it.
        now_ms = float(int(server_clock.now_ms()))
        if self.custom:
            payload = {"event_id": command.event_id, "title": self.media.title}
            return CustomEvent(type="bench", room_id=self.told, timestamp=now_ms, payload=payload)
        change = Change(
            current_time=command.payload.current_time or 0.0,
            is_playing=False,
            rate=1.0,
            phase="paused",
            duration=5400.0,
            media=self.media,
            user_id="g_abcdefghjkmnpqrs",
            username="Ada",
            event_id=command.event_id,
        )
        return Paused(room_id=self.told, timestamp=now_ms, revision=42, payload=change)

    async def on_disconnect(self) -> None:
        """It was never in the room."""


if __name__ == "__main__":
    # The probe of the loop pings every 10 ms, which is more than any client needs.
    websocket_protocol.CONTROL_FRAMES = Limit(burst=1000, per_s=1000)
    routing.websocket.routes.insert(0, path("ws/bench/<str:told>/", Publisher.as_asgi()))
    call_command("serve", port=int(sys.argv[1]), **({"processes": int(sys.argv[2])} if sys.argv[2:] else {}))
