from __future__ import annotations

import asyncio
from unittest.mock import patch

from channels.layers import InMemoryChannelLayer

from watchium.realtime import channel_layer
from watchium.realtime import hub as fanout
from watchium.realtime.delivery import DEFERRABLE, Delivery
from watchium.realtime.frames import Frame
from watchium.realtime.groups import ALL_PROCESSES


class Socket:
    direct = None

    def __init__(self) -> None:
        self.received: list[str] = []
        self.closed: list[int] = []

    def deliver(self, frame: Frame) -> None:
        self.received.append(frame.text)

    def close(self, code: int) -> None:
        self.closed.append(code)


class SharedLayer(InMemoryChannelLayer):
    """A layer that other processes share; the hub ignores the plain in-memory one."""


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_all_sockets_of_the_group_receive_the_event_and_no_others():
    bob, carol = Socket(), Socket()
    await fanout.hub().join("room.a", bob)
    await fanout.hub().join("room.b", carol)
    await asyncio.to_thread(fanout.publish, "room.a", Frame(b"hello"))
    await settle()
    assert (bob.received, carol.received) == (["hello"], [])


async def test_a_socket_that_left_receives_nothing_more():
    bob = Socket()
    await fanout.hub().join("room.a", bob)
    await fanout.hub().leave("room.a", bob)
    fanout.publish("room.a", Frame(b"hello"))
    await settle()
    assert bob.received == []
    assert "room.a" not in fanout.hub().groups


async def test_a_close_reaches_the_group():
    bob = Socket()
    await fanout.hub().join("member.1", bob)
    fanout.publish_close("member.1", 4503)
    await settle()
    assert bob.closed == [4503]


async def test_events_of_one_thread_arrive_in_order():
    bob = Socket()
    await fanout.hub().join("room.a", bob)

    def publish() -> None:
        for number in range(500):
            fanout.publish("room.a", Frame(str(number).encode()))

    await asyncio.to_thread(publish)
    await settle()
    assert bob.received == [str(number) for number in range(500)]


async def test_another_process_receives_through_the_layer_and_the_own_echo_is_skipped():
    layer = SharedLayer()
    here, there = Socket(), Socket()
    loop = asyncio.get_running_loop()
    with patch.object(channel_layer, "get_channel_layer", return_value=layer):
        this_process, other_process = fanout.Hub(loop), fanout.Hub(loop)
    await this_process.join("room.a", here)
    await other_process.join("room.a", there)
    try:
        this_process.publish(Delivery("room.a", Frame(b"echo")))
        await settle()
        assert (here.received, there.received) == (["echo"], [])
        await from_elsewhere(layer, "room.a", b"hello")
        assert (here.received, there.received) == (["echo", "hello"], ["hello"])
    finally:
        for hub in (this_process, other_process):
            hub.bridge.receiver.cancel()


async def test_a_log_ahead_of_the_deliveries_is_reported_once():
    bob = Socket()
    hub = fanout.hub()
    await hub.join("room.a", bob)
    assert not hub.log_is_ahead("room.a", (3, 1, 0))
    fanout.publish("room.a", Frame(b"4", head=(4, 0, 0)))
    await settle()
    assert not hub.log_is_ahead("room.a", (4, 1, 0))
    assert hub.log_is_ahead("room.a", (5, 1, 0))
    assert not hub.log_is_ahead("room.a", (5, 1, 0))
    assert hub.log_is_ahead("room.a", (5, 2, 0))
    assert hub.log_is_ahead("room.a", (5, 2, 1))
    assert not hub.log_is_ahead("room.a", (5, 2, 1))


class SlowLayer(SharedLayer):
    """Subscribing takes time, as it does over a network."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        await asyncio.sleep(0)
        return await super().new_channel(prefix)


async def hub_on(layer: InMemoryChannelLayer) -> fanout.Hub:
    with patch.object(channel_layer, "get_channel_layer", return_value=layer):
        return fanout.Hub(asyncio.get_running_loop())


async def from_elsewhere(layer: InMemoryChannelLayer, group: str, payload: bytes) -> None:
    await layer.group_send(group, {**Delivery(group, Frame(payload)).to_message(), "from": "elsewhere"})
    await settle()


async def test_sockets_that_join_at_once_receive_each_event_once():
    layer = SlowLayer()
    hub = await hub_on(layer)
    bob, carol = Socket(), Socket()
    await asyncio.gather(hub.join("room.a", bob), hub.join("room.b", carol))
    await hub.leave("room.a", bob)
    await hub.leave("room.b", carol)
    await asyncio.gather(hub.join("room.a", bob), hub.join("room.b", carol))
    try:
        await from_elsewhere(layer, "room.a", b"hello")
        await from_elsewhere(layer, "room.b", b"hello")
        assert (bob.received, carol.received) == (["hello"], ["hello"])
    finally:
        hub.bridge.receiver.cancel()


async def test_an_invalid_message_does_not_stop_the_receiver():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = Socket()
    await hub.join("room.a", bob)
    try:
        with patch.object(channel_layer, "RETRY_S", 0):
            await layer.group_send("room.a", {"from": "elsewhere"})
            await settle()
        await from_elsewhere(layer, "room.a", b"hello")
        assert bob.received == ["hello"]
    finally:
        hub.bridge.receiver.cancel()


async def test_a_socket_can_join_while_the_layer_is_unavailable():
    class Away(SharedLayer):
        async def new_channel(self, prefix: str = "specific.") -> str:
            raise ConnectionError

    hub = await hub_on(Away())
    bob = Socket()
    await hub.join("room.a", bob)
    hub.deliver("room.a", Frame(b"hello"))
    assert bob.received == ["hello"]


async def test_events_for_a_person_reach_every_process_through_one_subscription():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = Socket()
    await hub.join("person.1", bob)
    await hub.join("member.2", bob)
    try:
        assert set(layer.groups) == {ALL_PROCESSES}
        await layer.group_send(
            ALL_PROCESSES, {**Delivery("person.1", close_code=4503).to_message(), "from": "elsewhere"}
        )
        await settle()
        assert bob.closed == [4503]
    finally:
        hub.bridge.receiver.cancel()


async def test_events_for_many_rooms_are_delivered_in_slices():
    hub = await hub_on(InMemoryChannelLayer())
    sockets = [Socket() for _ in range(5)]
    for number, socket in enumerate(sockets):
        await hub.join(f"room.{number}", socket)
    with patch.object(fanout, "SLICE_S", 0.0):
        for number in range(5):
            hub.publish(Delivery(f"room.{number}", Frame(b"hello")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert 0 < sum(len(socket.received) for socket in sockets) < 5
        await settle()
    assert [socket.received for socket in sockets] == [["hello"]] * 5


class DirectSocket(Socket):
    """A socket whose transport takes whole frames."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.direct = self.writes.append  # type: ignore[assignment]


async def test_events_for_one_room_are_written_together():
    hub = await hub_on(InMemoryChannelLayer())
    bob, carol = DirectSocket(), Socket()
    for socket in (bob, carol):
        await hub.join("room.a", socket)
    frames = [Frame(str(number).encode()) for number in range(3)]
    for frame in frames:
        hub.publish(Delivery("room.a", frame))
    await settle()
    assert bob.writes == [b"".join(frame.wire for frame in frames)]
    assert carol.received == ["0", "1", "2"]


async def test_one_write_is_bounded():
    hub = await hub_on(InMemoryChannelLayer())
    bob = DirectSocket()
    await hub.join("room.a", bob)
    frames = [Frame(b"x" * 1000) for _ in range(100)]
    for frame in frames:
        hub.publish(Delivery("room.a", frame))
    await settle()
    assert b"".join(bob.writes) == b"".join(frame.wire for frame in frames)
    assert max(len(written) for written in bob.writes) < fanout.BATCH_BYTES + 1000


async def test_events_for_another_room_and_closes_keep_their_order():
    hub = await hub_on(InMemoryChannelLayer())
    received: list[str] = []

    class Recording(Socket):
        def deliver(self, frame: Frame) -> None:
            received.append(frame.text)

        def close(self, code: int) -> None:
            received.append(str(code))

    for group in ("room.a", "room.b"):
        await hub.join(group, Recording())
    for delivery in (
        Delivery("room.a", Frame(b"a1")),
        Delivery("room.b", Frame(b"b1")),
        Delivery("room.a", Frame(b"a2")),
        Delivery("room.a", close_code=4504),
        Delivery("room.a", Frame(b"a3")),
    ):
        hub.publish(delivery)
    await settle()
    assert received == ["a1", "b1", "a2", "4504", "a3"]


async def test_a_socket_that_becomes_slow_gets_its_frames_through_deliver():
    hub = await hub_on(InMemoryChannelLayer())
    bob, carol = DirectSocket(), DirectSocket()
    for socket in (bob, carol):
        await hub.join("room.a", socket)
    hub.deliver("room.a", Frame(b"1"))
    bob.direct = None
    hub.direct_changed(["room.a", "room.without_sockets"])
    hub.deliver("room.a", Frame(b"2"))
    bob.direct = bob.writes.append  # type: ignore[assignment]
    hub.direct_changed(["room.a"])
    hub.deliver("room.a", Frame(b"3"))
    assert (bob.writes, bob.received) == ([Frame(b"1").wire, Frame(b"3").wire], ["2"])
    assert carol.writes == [Frame(text).wire for text in (b"1", b"2", b"3")]


async def test_no_command_waits_for_the_presence_of_a_thousand_rooms():
    hub = await hub_on(InMemoryChannelLayer())
    bob = Socket()
    await hub.join("room.a", bob)
    with patch.multiple(fanout, DEFERRED_SLICE_S=-1.0, DEFERRED_PAUSE_S=0.0):
        for number in range(3):
            hub.publish(Delivery("room.a", Frame(f"presence {number}".encode(), DEFERRABLE)))
        hub.publish(Delivery("room.a", Frame(b"pause", "timeline")))
        await settle()
        assert bob.received[0] == "pause"
    async with asyncio.timeout(5):
        while len(bob.received) < 2:  # noqa: ASYNC110  # the hub's own timer
            await asyncio.sleep(0)
    assert bob.received[1:] == ["presence 2"]


async def test_after_an_outage_of_the_layer_all_channels_are_resubscribed():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = Socket()
    await hub.join("room.a", bob)
    layer.groups.clear()
    await hub.bridge.resubscribe(hub.channels)
    try:
        await from_elsewhere(layer, "room.a", b"hello")
        assert bob.received == ["hello"]
    finally:
        hub.bridge.receiver.cancel()
