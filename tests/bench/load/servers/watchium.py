"""`manage.py serve` with an additional WebSocket route, on which the benchmark publishes to a room.

`/ws/bench/<room_id>/` accepts the protocol's `pause` and publishes the event `pause` without the action: no database,
no rate limit, no row. From the hub on, everything is as for real members: their sockets are those of the room. `?pad=`
lengthens the event by that many bytes, `?custom=1` makes it a custom event, which no newer event replaces. `?asks=0`
turns keepalive pings to idle members off from then on.
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
        # Whole milliseconds: all events have one length, by which the load recognises them.
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
        """Do nothing: it was never in the room."""


if __name__ == "__main__":
    # The event loop probe pings every 10 ms, more often than any client.
    websocket_protocol.CONTROL_FRAMES = Limit(burst=1000, per_s=1000)
    routing.websocket.routes.insert(0, path("ws/bench/<str:told>/", Publisher.as_asgi()))
    call_command("serve", port=int(sys.argv[1]), **({"processes": int(sys.argv[2])} if sys.argv[2:] else {}))
