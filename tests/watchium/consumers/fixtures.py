"""A scene on a real server: alice hosts a room with the clip, bob is a member, carol is outside."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

import websockets

from tests.client import Client
from tests.servers import Server

CLIP = "/media/samples/clip.webm"


@dataclass
class Scene:
    server: Server
    alice: Client
    bob: Client
    carol: Client
    room_id: str


def set_scene(server: Server, **fields: Any) -> Scene:
    alice, bob, carol = (Client(server.url) for _ in range(3))
    room_id = alice.create_room(username="Alice", title="movie-night", media_url=CLIP, **fields).room_id
    bob.join(room_id, "Bob", fields.get("passphrase", ""))
    carol.create_room(username="Carol")
    return Scene(server, alice, bob, carol, room_id)


async def scene_on(server: Server, **fields: Any) -> Scene:
    return await asyncio.to_thread(set_scene, server, **fields)


async def rejection_of(scene: Scene, client: Client | None, room_id: str | None = None) -> tuple[str, int]:
    """The error code and the close code that a rejected socket gets."""
    headers = {"Authorization": f"Bearer {client.token}"} if client else {}
    address = f"{scene.server.ws_url}/ws/rooms/{room_id or scene.room_id}/"
    async with websockets.connect(address, additional_headers=headers) as socket:
        error = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await asyncio.wait_for(socket.wait_closed(), 5)
        return error["payload"]["code"], socket.close_code or 0
