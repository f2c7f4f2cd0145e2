from __future__ import annotations

import asyncio
from unittest.mock import patch

from channels.layers import InMemoryChannelLayer

from watchium.realtime import channel_layer
from watchium.realtime import hub as fanout
from watchium.realtime.delivery import DEFERRABLE, Delivery
from watchium.realtime.frames import Frame
from watchium.realtime.groups import ALL_PROCESSES


class FrameReader:
    direct = None

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.closed: list[int] = []

    def deliver(self, frame: Frame) -> None:
        self.heard.append(frame.text)

    def close(self, code: int) -> None:
        self.closed.append(code)


class SharedLayer(InMemoryChannelLayer):
    """A layer as other processes share it; the fan-out passes by the plain in-memory one."""


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_everybody_in_the_group_hears_and_nobody_else():
    bob, carol = FrameReader(), FrameReader()
    await fanout.hub().join("room.a", bob)
    await fanout.hub().join("room.b", carol)
    await asyncio.to_thread(fanout.publish, "room.a", Frame(b"hello"))
    await settle()
    assert (bob.heard, carol.heard) == (["hello"], [])


async def test_whoever_left_hears_nothing_more():
    bob = FrameReader()
    await fanout.hub().join("room.a", bob)
    await fanout.hub().leave("room.a", bob)
    fanout.publish("room.a", Frame(b"hello"))
    await settle()
    assert bob.heard == []
    assert "room.a" not in fanout.hub().groups


async def test_a_close_reaches_the_group():
    bob = FrameReader()
    await fanout.hub().join("member.1", bob)
    fanout.publish_close("member.1", 4503)
    await settle()
    assert bob.closed == [4503]


async def test_order_is_kept_from_one_thread():
    bob = FrameReader()
    await fanout.hub().join("room.a", bob)

    def tell() -> None:
        for number in range(500):
            fanout.publish("room.a", Frame(str(number).encode()))

    await asyncio.to_thread(tell)
    await settle()
    assert bob.heard == [str(number) for number in range(500)]


async def test_another_process_hears_through_the_layer_and_the_own_echo_is_skipped():
    layer = SharedLayer()
    here, there = FrameReader(), FrameReader()
    loop = asyncio.get_running_loop()
    with patch.object(channel_layer, "get_channel_layer", return_value=layer):
        this_process, other_process = fanout.Hub(loop), fanout.Hub(loop)
    await this_process.join("room.a", here)
    await other_process.join("room.a", there)
    try:
        this_process.publish(Delivery("room.a", Frame(b"echo")))
        await settle()
        assert (here.heard, there.heard) == (["echo"], [])
        await from_elsewhere(layer, "room.a", b"hello")
        assert (here.heard, there.heard) == (["echo", "hello"], ["hello"])
    finally:
        for hub in (this_process, other_process):
            hub.bridge.receiver.cancel()


async def test_a_log_that_passed_what_was_delivered_is_noticed_once():
    bob = FrameReader()
    hub = fanout.hub()
    await hub.join("room.a", bob)
    assert not hub.log_is_ahead("room.a", 3, 1)
    fanout.publish("room.a", Frame(b"4", head=(4, 0)))
    await settle()
    assert not hub.log_is_ahead("room.a", 4, 1)
    assert hub.log_is_ahead("room.a", 5, 1)
    assert not hub.log_is_ahead("room.a", 5, 1)
    assert hub.log_is_ahead("room.a", 5, 2)


class SlowLayer(SharedLayer):
    """Subscribing takes a while, as it does over a network."""

    async def new_channel(self, prefix: str = "specific.") -> str:
        await asyncio.sleep(0)
        return await super().new_channel(prefix)


async def hub_on(layer: InMemoryChannelLayer) -> fanout.Hub:
    with patch.object(channel_layer, "get_channel_layer", return_value=layer):
        return fanout.Hub(asyncio.get_running_loop())


async def from_elsewhere(layer: InMemoryChannelLayer, group: str, payload: bytes) -> None:
    await layer.group_send(group, {**Delivery(group, Frame(payload)).to_message(), "from": "elsewhere"})
    await settle()


async def test_sockets_that_come_at_once_hear_everything_once():
    layer = SlowLayer()
    hub = await hub_on(layer)
    bob, carol = FrameReader(), FrameReader()
    await asyncio.gather(hub.join("room.a", bob), hub.join("room.b", carol))
    await hub.leave("room.a", bob)
    await hub.leave("room.b", carol)
    await asyncio.gather(hub.join("room.a", bob), hub.join("room.b", carol))
    try:
        await from_elsewhere(layer, "room.a", b"hello")
        await from_elsewhere(layer, "room.b", b"hello")
        assert (bob.heard, carol.heard) == (["hello"], ["hello"])
    finally:
        hub.bridge.receiver.cancel()


async def test_a_message_that_makes_no_sense_deafens_nobody():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = FrameReader()
    await hub.join("room.a", bob)
    try:
        with patch.object(channel_layer, "RETRY_S", 0):
            await layer.group_send("room.a", {"from": "elsewhere"})
            await settle()
        await from_elsewhere(layer, "room.a", b"hello")
        assert bob.heard == ["hello"]
    finally:
        hub.bridge.receiver.cancel()


async def test_a_layer_that_is_away_keeps_nobody_from_coming_in():
    class Away(SharedLayer):
        async def new_channel(self, prefix: str = "specific.") -> str:
            raise ConnectionError

    hub = await hub_on(Away())
    bob = FrameReader()
    await hub.join("room.a", bob)
    hub.deliver("room.a", Frame(b"hello"))
    assert bob.heard == ["hello"]


async def test_a_person_is_told_in_every_process_through_one_subscription():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = FrameReader()
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


async def test_what_is_told_to_many_rooms_is_handed_out_in_slices():
    hub = await hub_on(InMemoryChannelLayer())
    ears = [FrameReader() for _ in range(5)]
    for number, ear in enumerate(ears):
        await hub.join(f"room.{number}", ear)
    with patch.object(fanout, "SLICE_S", 0.0):
        for number in range(5):
            hub.publish(Delivery(f"room.{number}", Frame(b"hello")))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert 0 < sum(len(ear.heard) for ear in ears) < 5
        await settle()
    assert [ear.heard for ear in ears] == [["hello"]] * 5


class DirectEar(FrameReader):
    """A socket whose transport takes whole frames."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.direct = self.writes.append


async def test_what_waits_for_one_room_goes_out_in_one_write():
    hub = await hub_on(InMemoryChannelLayer())
    bob, carol = DirectEar(), FrameReader()
    for ear in (bob, carol):
        await hub.join("room.a", ear)
    frames = [Frame(str(number).encode()) for number in range(3)]
    for frame in frames:
        hub.publish(Delivery("room.a", frame))
    await settle()
    assert bob.writes == [b"".join(frame.wire for frame in frames)]
    assert carol.heard == ["0", "1", "2"]


async def test_but_no_more_of_it_than_a_slow_reader_may_cost():
    hub = await hub_on(InMemoryChannelLayer())
    bob = DirectEar()
    await hub.join("room.a", bob)
    frames = [Frame(b"x" * 1000) for _ in range(100)]
    for frame in frames:
        hub.publish(Delivery("room.a", frame))
    await settle()
    assert b"".join(bob.writes) == b"".join(frame.wire for frame in frames)
    assert max(len(written) for written in bob.writes) < fanout.BATCH_BYTES + 1000


async def test_what_is_for_another_room_or_closes_this_one_keeps_its_place():
    hub = await hub_on(InMemoryChannelLayer())
    heard: list[str] = []

    class Noting(FrameReader):
        def deliver(self, frame: Frame) -> None:
            heard.append(frame.text)

        def close(self, code: int) -> None:
            heard.append(str(code))

    for group in ("room.a", "room.b"):
        await hub.join(group, Noting())
    for told in (
        Delivery("room.a", Frame(b"a1")),
        Delivery("room.b", Frame(b"b1")),
        Delivery("room.a", Frame(b"a2")),
        Delivery("room.a", close_code=4504),
        Delivery("room.a", Frame(b"a3")),
    ):
        hub.publish(told)
    await settle()
    assert heard == ["a1", "b1", "a2", "4504", "a3"]


async def test_whoever_turns_slow_gets_its_frames_the_other_way_from_then_on():
    hub = await hub_on(InMemoryChannelLayer())
    bob, carol = DirectEar(), DirectEar()
    for ear in (bob, carol):
        await hub.join("room.a", ear)
    hub.deliver("room.a", Frame(b"1"))
    bob.direct = None
    hub.direct_changed(["room.a", "room.nobody_left"])
    hub.deliver("room.a", Frame(b"2"))
    bob.direct = bob.writes.append
    hub.direct_changed(["room.a"])
    hub.deliver("room.a", Frame(b"3"))
    assert (bob.writes, bob.heard) == ([Frame(b"1").wire, Frame(b"3").wire], ["2"])
    assert carol.writes == [Frame(text).wire for text in (b"1", b"2", b"3")]


async def test_no_command_stands_behind_the_presence_of_a_thousand_rooms():
    hub = await hub_on(InMemoryChannelLayer())
    bob = FrameReader()
    await hub.join("room.a", bob)
    with patch.multiple(fanout, DEFERRED_SLICE_S=-1.0, DEFERRED_PAUSE_S=0.0):
        for number in range(3):
            hub.publish(Delivery("room.a", Frame(f"where everybody is {number}".encode(), DEFERRABLE)))
        hub.publish(Delivery("room.a", Frame(b"pause", "timeline")))
        await settle()
        assert bob.heard[0] == "pause"
    async with asyncio.timeout(5):
        while len(bob.heard) < 2:  # noqa: ASYNC110  # a timer of the loop's own
            await asyncio.sleep(0)
    assert bob.heard[1:] == ["where everybody is 2"]


async def test_after_the_layer_was_away_everything_is_subscribed_to_again():
    layer = SharedLayer()
    hub = await hub_on(layer)
    bob = FrameReader()
    await hub.join("room.a", bob)
    layer.groups.clear()
    await hub.bridge.resubscribe(hub.channels)
    try:
        await from_elsewhere(layer, "room.a", b"hello")
        assert bob.heard == ["hello"]
    finally:
        hub.bridge.receiver.cancel()
