from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from channels_redis.pubsub import RedisPubSubChannelLayer

from tests.faults.support.lossy_link import Way, link_to
from tests.servers import Service, redis_service
from tests.watchium.realtime.test_hub import FrameReader
from watchium.background import pubsub_monitor
from watchium.realtime import channel_layer, hub
from watchium.realtime.delivery import Told
from watchium.realtime.frames import Frame

LOOKS = 10  # each takes at most four seconds

pytestmark = pytest.mark.once


class Listening(FrameReader):
    """An ear that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def deliver(self, frame: Frame) -> None:
        super().deliver(frame)
        self.news.set()


class Process:
    """What one process has of the fan-out, and what its watchdog said."""

    def __init__(self, url: str) -> None:
        host = {"address": url, "socket_timeout": None, "socket_connect_timeout": 2}
        self.layer = RedisPubSubChannelLayer(hosts=[host], prefix="scene")
        with patch.object(channel_layer, "get_channel_layer", return_value=self.layer):
            self.hub = hub.Hub(asyncio.get_running_loop())
        self.changes: list[bool] = []
        self.dog = pubsub_monitor.PubSubMonitor(self.hub, self._changed)

    async def _changed(self, degraded: bool) -> None:
        self.changes.append(degraded)

    async def until(self, degraded: bool) -> None:
        for _ in range(LOOKS):
            await self.dog.look()
            if self.dog.degraded is degraded:
                return
        raise AssertionError(f"after {LOOKS} looks degraded is still {self.dog.degraded}")

    async def end(self) -> None:
        if self.hub.neighbours.pump is not None:
            self.hub.neighbours.pump.cancel()
            await asyncio.wait([self.hub.neighbours.pump], timeout=5)
        await self.layer.flush()


@asynccontextmanager
async def process_on(url: str) -> AsyncIterator[Process]:
    process = Process(url)
    await process.hub.join(process.dog.group, process.dog)
    try:
        yield process
    finally:
        await process.end()


@pytest.fixture
def redis() -> Iterator[Service]:
    with redis_service() as service:
        yield service


async def tell_from_elsewhere(redis: Service, group: str, text: bytes) -> None:
    async with process_on(redis.url) as other:
        told = Told(group, Frame(text)).packed()
        await other.layer.group_send(group, {**told, "from": "elsewhere"})


async def heard_by(bob: Listening, redis: Service) -> list[str]:
    """What bob hears of something another process tells."""
    await tell_from_elsewhere(redis, "room.a", b"hello")
    await asyncio.wait_for(bob.news.wait(), 5)
    return bob.heard


async def test_a_process_that_hears_itself_says_nothing(redis: Service):
    async with process_on(redis.url) as process:
        for _ in range(3):
            await process.dog.look()
        assert process.changes == []


async def test_redis_killed_and_back_is_noticed_both_times_and_everybody_is_heard_again(redis: Service):
    async with process_on(redis.url) as process:
        bob = Listening()
        await process.hub.join("room.a", bob)
        await process.dog.look()
        redis.kill()
        await process.until(degraded=True)
        redis.start()
        await process.until(degraded=False)
        assert process.changes == [True, False]
        assert await heard_by(bob, redis) == ["hello"]


async def test_redis_that_stands_still_is_noticed_too(redis: Service):
    async with process_on(redis.url) as process:
        bob = Listening()
        await process.hub.join("room.a", bob)
        await process.dog.look()
        redis.freeze()
        await process.until(degraded=True)
        redis.thaw()
        await process.until(degraded=False)
        assert await heard_by(bob, redis) == ["hello"]


async def test_who_came_while_redis_was_away_is_subscribed_when_it_is_back(redis: Service):
    redis.kill()
    async with process_on(redis.url) as process:
        await process.until(degraded=True)
        bob = Listening()
        await process.hub.join("room.a", bob)
        redis.start()
        await process.until(degraded=False)
        assert await heard_by(bob, redis) == ["hello"]


async def test_a_room_that_could_not_be_subscribed_to_is_at_the_next_look(redis: Service):
    async def refused(group: str, channel: str) -> None:
        raise OSError("just now not")

    async with process_on(redis.url) as process:
        bob = Listening()
        with patch.object(process.layer, "group_add", refused):
            await process.hub.join("room.a", bob)
        await process.dog.look()
        assert process.changes == []
        assert await heard_by(bob, redis) == ["hello"]


async def test_an_echo_that_comes_late_proves_nothing(redis: Service):
    async with process_on(redis.url) as process:
        await process.dog.look()
        process.dog.deliver(Frame(b"0"))
        redis.kill()
        await process.until(degraded=True)


async def test_one_process_alone_needs_no_watchdog():
    pubsub_monitor.start()
    assert not pubsub_monitor.degraded()


async def test_a_line_to_redis_that_died_without_a_word_is_replaced(redis: Service):
    port = urlsplit(redis.url).port
    assert port is not None
    async with link_to(port) as link, process_on(f"redis://127.0.0.1:{link.port}/0") as process:
        bob = Listening()
        await process.hub.join("room.a", bob)
        await process.dog.look()
        dead = (link.up, link.down)
        link.cut()
        link.up, link.down = Way(), Way()  # of the connections that come from now on
        await process.until(degraded=True)
        await process.until(degraded=False)
        assert await heard_by(bob, redis) == ["hello"]
        for way in dead:
            way.open.set()
