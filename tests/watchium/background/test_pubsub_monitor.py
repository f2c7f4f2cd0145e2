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
from tests.watchium.realtime.test_hub import Socket
from watchium.background import pubsub_monitor
from watchium.realtime import channel_layer, hub
from watchium.realtime.delivery import Delivery
from watchium.realtime.frames import Frame

CHECKS = 10  # each takes at most four seconds

pytestmark = pytest.mark.once


class AwaitableListener(Socket):
    """A listener with an event to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    def deliver(self, frame: Frame) -> None:
        super().deliver(frame)
        self.news.set()


class Process:
    """The hub of one process, and the changes its monitor reported."""

    def __init__(self, url: str) -> None:
        host = {"address": url, "socket_timeout": None, "socket_connect_timeout": 2}
        self.layer = RedisPubSubChannelLayer(hosts=[host], prefix="scene")
        with patch.object(channel_layer, "get_channel_layer", return_value=self.layer):
            self.hub = hub.Hub(asyncio.get_running_loop())
        self.changes: list[bool] = []
        self.monitor = pubsub_monitor.PubSubMonitor(self.hub, self._changed)

    async def _changed(self, degraded: bool) -> None:
        self.changes.append(degraded)

    async def until(self, degraded: bool) -> None:
        for _ in range(CHECKS):
            await self.monitor.check()
            if self.monitor.degraded is degraded:
                return
        raise AssertionError(f"after {CHECKS} checks degraded is still {self.monitor.degraded}")

    async def end(self) -> None:
        if self.hub.bridge.receiver is not None:
            self.hub.bridge.receiver.cancel()
            await asyncio.wait([self.hub.bridge.receiver], timeout=5)
        await self.layer.flush()


@asynccontextmanager
async def process_on(url: str) -> AsyncIterator[Process]:
    process = Process(url)
    await process.hub.join(process.monitor.group, process.monitor)
    try:
        yield process
    finally:
        await process.end()


@pytest.fixture
def redis() -> Iterator[Service]:
    with redis_service() as service:
        yield service


async def publish_from_elsewhere(redis: Service, group: str, text: bytes) -> None:
    async with process_on(redis.url) as other:
        message = Delivery(group, Frame(text)).to_message()
        await other.layer.group_send(group, {**message, "from": "elsewhere"})


async def received_by(bob: AwaitableListener, redis: Service) -> list[str]:
    """What bob receives when another process publishes."""
    await publish_from_elsewhere(redis, "room.a", b"hello")
    await asyncio.wait_for(bob.news.wait(), 5)
    return bob.received


async def test_a_process_that_receives_its_own_probes_reports_no_change(redis: Service):
    async with process_on(redis.url) as process:
        for _ in range(3):
            await process.monitor.check()
        assert process.changes == []


async def test_a_killed_and_restarted_redis_is_detected_both_times(redis: Service):
    async with process_on(redis.url) as process:
        bob = AwaitableListener()
        await process.hub.join("room.a", bob)
        await process.monitor.check()
        redis.kill()
        await process.until(degraded=True)
        redis.start()
        await process.until(degraded=False)
        assert process.changes == [True, False]
        assert await received_by(bob, redis) == ["hello"]


async def test_a_frozen_redis_is_detected(redis: Service):
    async with process_on(redis.url) as process:
        bob = AwaitableListener()
        await process.hub.join("room.a", bob)
        await process.monitor.check()
        redis.freeze()
        await process.until(degraded=True)
        redis.thaw()
        await process.until(degraded=False)
        assert await received_by(bob, redis) == ["hello"]


async def test_a_listener_that_joined_while_redis_was_down_is_subscribed_afterwards(redis: Service):
    redis.kill()
    async with process_on(redis.url) as process:
        await process.until(degraded=True)
        bob = AwaitableListener()
        await process.hub.join("room.a", bob)
        redis.start()
        await process.until(degraded=False)
        assert await received_by(bob, redis) == ["hello"]


async def test_a_failed_subscription_is_repeated_at_the_next_check(redis: Service):
    async def refused(group: str, channel: str) -> None:
        raise OSError("refused")

    async with process_on(redis.url) as process:
        bob = AwaitableListener()
        with patch.object(process.layer, "group_add", refused):
            await process.hub.join("room.a", bob)
        await process.monitor.check()
        assert process.changes == []
        assert await received_by(bob, redis) == ["hello"]


async def test_a_late_echo_of_an_earlier_probe_is_ignored(redis: Service):
    async with process_on(redis.url) as process:
        await process.monitor.check()
        process.monitor.deliver(Frame(b"0"))
        redis.kill()
        await process.until(degraded=True)


async def test_a_single_process_without_a_layer_runs_no_monitor():
    pubsub_monitor.start()
    assert not pubsub_monitor.degraded()


async def test_a_silently_dead_connection_to_redis_is_replaced(redis: Service):
    port = urlsplit(redis.url).port
    assert port is not None
    async with link_to(port) as link, process_on(f"redis://127.0.0.1:{link.port}/0") as process:
        bob = AwaitableListener()
        await process.hub.join("room.a", bob)
        await process.monitor.check()
        dead = (link.up, link.down)
        link.cut()
        link.up, link.down = Way(), Way()  # of the connections that come from now on
        await process.until(degraded=True)
        await process.until(degraded=False)
        assert await received_by(bob, redis) == ["hello"]
        for way in dead:
            way.open.set()
