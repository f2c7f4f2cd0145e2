"""The WebSocket routes."""

from __future__ import annotations

from channels.routing import URLRouter
from django.urls import path, re_path

from watchium.consumers.lobby import LobbyConsumer, NotFoundConsumer
from watchium.consumers.player import PlayerConsumer
from watchium.consumers.room import RoomConsumer

websocket = URLRouter(
    [
        re_path(r"^ws/rooms/(?P<room_id>[0-9A-Za-z_-]{1,40})/\Z", RoomConsumer.as_asgi()),
        path("ws/player/", PlayerConsumer.as_asgi()),
        path("ws/lobby/", LobbyConsumer.as_asgi()),
        re_path(r"", NotFoundConsumer.as_asgi()),
    ]
)
