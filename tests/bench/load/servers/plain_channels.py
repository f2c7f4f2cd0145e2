"""A Channels group as in the tutorial, on uvicorn with the settings of `manage.py serve`."""

from __future__ import annotations

import sys
from urllib.parse import parse_qs

import uvicorn
from django.conf import settings

settings.configure(
    SECRET_KEY="only for the bench",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
)

import django  # noqa: E402

django.setup()

from channels.generic.websocket import AsyncWebsocketConsumer  # noqa: E402  # needs the settings


class Room(AsyncWebsocketConsumer):
    async def connect(self):
        query = parse_qs(self.scope["query_string"].decode())
        self.room = f"room.{query['room'][0]}"
        if "publish" not in query:
            await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)

    async def receive(self, text_data=None, bytes_data=None):
        await self.channel_layer.group_send(self.room, {"type": "tell", "text": text_data})

    async def tell(self, message):
        await self.send(text_data=message["text"])


uvicorn.run(
    Room.as_asgi(),
    port=int(sys.argv[1]),
    ws="websockets-sansio",
    ws_max_size=64 * 1024,
    ws_per_message_deflate=False,
    ws_ping_interval=4,
    ws_ping_timeout=8,
    lifespan="off",
    access_log=False,
    log_level="warning",
)
