"""What browsers send is cut into frames here; the full parser of `websockets` says whether rightly."""

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

LONGEST = 65_535


def frame(payload: bytes, opcode: Opcode = Opcode.TEXT, fin: bool = True, mask: bool = True) -> bytes:
    return Frame(opcode, payload, fin=fin).serialize(mask=mask)


@given(
    st.binary(max_size=400) | st.sampled_from([b"x" * size for size in (125, 126, 127, LONGEST)]), st.binary()
)
def test_a_whole_text_is_found_whatever_follows_it(payload: bytes, rest: bytes):
    whole = frame(payload)
    assert size_of_first(whole + rest) == len(whole)
    assert payload_of(whole) == payload


@given(st.binary(max_size=200), st.data())
def test_what_is_not_all_there_is_waited_for(payload: bytes, data: st.DataObject):
    whole = frame(payload)
    begun = whole[: data.draw(st.integers(1, len(whole) - 1))]
    assert size_of_first(begun) == PARTIAL


def test_control_frames_are_cut_too():
    pong = frame(b"1234", Opcode.PONG)
    assert (size_of_first(pong + frame(b"{}")), pong[0], frame(b"")[0]) == (len(pong), PONG, TEXT)


OTHERS = {
    "the first of several parts": frame(b"{}", fin=False),
    "a further part": frame(b"{}", Opcode.CONT),
    "binary": frame(b"{}", Opcode.BINARY),
    "not masked": frame(b"{}", mask=False),
    "long and not masked": frame(b"x" * 200, mask=False),
    "very long": frame(b"x" * (LONGEST + 1)),
    "compressed, which nobody agreed on": b"\xc1\x82",
    "a control frame of more than 125 bytes": b"\x8a\xfe\x00\x80",
    "noise": b"\xff",
}


@pytest.mark.parametrize("data", OTHERS.values(), ids=OTHERS)
def test_all_else_is_for_the_full_parser(data: bytes):
    assert size_of_first(data) == UNKNOWN


# ---------------------------------------------------------------- on a real server


def seeks(count: int) -> list[bytes]:
    words = b'{"type":"seek","event_id":"seek-%d","payload":{"current_time":%d}}'
    return [words % (number, number) for number in range(count)]


async def sought(socket, count: int) -> list[float]:
    """Where the room was moved to, in order."""
    return [(await socket.hear("seek")).payload.current_time for _ in range(count)]


async def test_many_frames_at_once_and_frames_in_pieces_are_heard_in_order(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        line = b"".join(frame(seek) for seek in seeks(6))
        transport = alice.socket.transport
        for start in range(0, len(line), 7):
            transport.write(line[start : start + 7])
            await asyncio.sleep(0)
        assert await sought(alice, 6) == [0, 1, 2, 3, 4, 5]


async def test_a_message_in_parts_is_heard_and_so_is_what_follows(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        first, second, third = seeks(3)
        parts = frame(second[:9], fin=False) + frame(second[9:], Opcode.CONT)
        alice.socket.transport.write(frame(first) + parts + frame(third))
        assert await sought(alice, 3) == [0, 1, 2]


async def test_bytes_that_are_no_text_close_only_the_socket_they_came_on(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        alice.socket.transport.write(frame(b'{"type":"\xff"}'))
        assert await alice.closed() == 1007
        assert (await bob.say("comment", text="still here")).event_id


async def test_a_masked_ping_of_the_line_is_answered(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        waiting = await alice.socket.ping(struct.pack("!Q", os.getpid()))
        await asyncio.wait_for(waiting, 5)


async def test_a_message_of_more_than_a_short_frame_is_heard(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        long, next_one = b'{"type":"nothing","event_id":"long","payload":"' + b"x" * 9000 + b'"}', seeks(1)[0]
        line = frame(long) + frame(next_one)
        alice.socket.transport.write(line[:3])
        await asyncio.sleep(0.05)
        alice.socket.transport.write(line[3:])
        assert (await alice.hear("error")).payload.event_id == "long"
        assert await sought(alice, 1) == [0]


async def test_nothing_is_heard_behind_a_farewell(server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        first, second = seeks(2)
        alice.socket.transport.write(frame(first) + frame(b"\x03\xe8", Opcode.CLOSE) + frame(second))
        assert await sought(bob, 1) == [0]
        assert await alice.closed() == 1000
        before = bob.revision
        await bob.say("comment", text="said and answered after whatever alice said")
        assert bob.revision == before
