"""The frame parser finds the frames of browsers as the full parser of `websockets` does."""

from __future__ import annotations

import asyncio
import os
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from tests.watchium.consumers.fixtures import scene_on
from watchium.server.frame_parser import PARTIAL, PONG, TEXT, UNKNOWN, payload_of, size_of_first

pytestmark = pytest.mark.once

LONGEST = 65_535


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, payload, fin=fin).serialize(mask=mask)


@given(
    st.binary(max_size=400) | st.sampled_from([b"x" * size for size in (125, 126, 127, LONGEST)]), st.binary()
)
def test_a_complete_text_frame_is_found_whatever_follows(payload: bytes, rest: bytes):
    whole = frame(payload)
    assert size_of_first(whole + rest) == len(whole)
    assert payload_of(whole) == payload


@given(st.binary(max_size=200), st.data())
def test_an_incomplete_frame_is_partial(payload: bytes, data: st.DataObject):
    whole = frame(payload)
    incomplete = whole[: data.draw(st.integers(1, len(whole) - 1))]
    assert size_of_first(incomplete) == PARTIAL


def test_control_frames_are_found():
    pong = frame(b"1234", Opcode.PONG)
    assert (size_of_first(pong + frame(b"{}")), pong[0], frame(b"")[0]) == (len(pong), PONG, TEXT)


OTHERS = {
    "the first fragment": frame(b"{}", fin=False),
    "a continuation": frame(b"{}", Opcode.CONT),
    "binary": frame(b"{}", Opcode.BINARY),
    "not masked": frame(b"{}", mask=False),
    "long and not masked": frame(b"x" * 200, mask=False),
    "very long": frame(b"x" * (LONGEST + 1)),
    "compressed without negotiation": b"\xc1\x82",
    "a control frame of more than 125 bytes": b"\x8a\xfe\x00\x80",
    "noise": b"\xff",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_other_frames_need_the_full_parser(data: bytes):
    assert size_of_first(data) == UNKNOWN


# ---------------------------------------------------------------- on a real server


def seeks(count: int) -> list[bytes]:
    command = b'{"type":"seek","event_id":"seek-%d","payload":{"current_time":%d}}'
    return [command % (number, number) for number in range(count)]


async def seek_positions(socket, count: int) -> list[float]:
    """The positions the room was moved to, in order."""
    return [(await socket.hear("seek")).payload.current_time for _ in range(count)]


async def test_batched_and_split_frames_are_handled_in_order(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        data = b"".join(frame(seek) for seek in seeks(6))
        transport = alice.socket.transport
        for start in range(0, len(data), 7):
            transport.write(data[start : start + 7])
            await asyncio.sleep(0)
        assert await seek_positions(alice, 6) == [0, 1, 2, 3, 4, 5]


async def test_a_fragmented_message_and_the_next_ones_are_handled(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        first, second, third = seeks(3)
        fragments = frame(second[:9], fin=False) + frame(second[9:], Opcode.CONT)
        alice.socket.transport.write(frame(first) + fragments + frame(third))
        assert await seek_positions(alice, 3) == [0, 1, 2]


async def test_invalid_utf8_closes_only_its_own_socket(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        alice.socket.transport.write(frame(b'{"type":"\xff"}'))
        assert await alice.closed() == 1007
        assert (await bob.say("comment", text="still here")).event_id


async def test_a_websocket_ping_is_answered(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        pong = await alice.socket.ping(struct.pack("!Q", os.getpid()))
        await asyncio.wait_for(pong, 5)


async def test_a_message_longer_than_a_short_frame_is_handled(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        long, next_one = b'{"type":"nothing","event_id":"long","payload":"' + b"x" * 9000 + b'"}', seeks(1)[0]
        data = frame(long) + frame(next_one)
        alice.socket.transport.write(data[:3])
        await asyncio.sleep(0.05)
        alice.socket.transport.write(data[3:])
        assert (await alice.hear("error")).payload.event_id == "long"
        assert await seek_positions(alice, 1) == [0]


async def test_nothing_after_a_close_frame_is_handled(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        first, second = seeks(2)
        alice.socket.transport.write(frame(first) + frame(b"\x03\xe8", Opcode.CLOSE) + frame(second))
        assert await seek_positions(bob, 1) == [0]
        assert await alice.closed() == 1000
        before = bob.revision
        await bob.say("comment", text="sent and answered after everything alice sent")
        assert bob.revision == before
