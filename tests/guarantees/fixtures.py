"""Scenes with alice `here` and bob `there`: two addresses of one process, or two processes of one deployment."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.client import Client, RoomClient
from tests.deployments import Deployment
from tests.watchium.consumers.fixtures import Scene, set_scene
from watchium.client.room_state import CHANGES, AnyEvent


async def scene_in(deployment: Deployment, **fields: Any) -> Scene:
    scene = await asyncio.to_thread(set_scene, deployment.here, **fields)
    scene.bob = elsewhere(scene.bob, deployment.there.url)
    return scene


def elsewhere(client: Client, url: str) -> Client:
    """The same member on the other server."""
    moved = Client(url, client.token)
    moved.user_id = client.user_id
    return moved


def changes(heard: list[AnyEvent]) -> list[tuple[int | None, str | None]]:
    """Revision and event_id of the received changes, in order."""
    return [(event.revision, event.payload.event_id) for event in heard if isinstance(event, CHANGES)]  # type: ignore[attr-defined]


async def follow_to(client: RoomClient, revision: int | None) -> list[AnyEvent]:
    """Return all events received until the client has this revision."""
    assert revision is not None
    heard = client.received()
    while client.revision < revision:
        heard.append(await client.next_event())
    return heard + client.received()
