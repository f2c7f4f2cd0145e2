"""The header of the PROXY protocol: both versions, and what is none."""

from __future__ import annotations

import asyncio
import struct
from ipaddress import ip_address

import pytest

from watchium.syncplay.transport.proxy_header import SIGNATURE, UNKNOWN, BadHeader, read_source

HELLO = b'{"Hello": {}}\r\n'


async def source(data: bytes, *, ends: bool = False) -> str:
    """Also: that what follows is left for the client's lines."""
    reader = asyncio.StreamReader()
    reader.feed_data(data + (b"" if ends else HELLO))
    if ends:
        reader.feed_eof()
    found = await read_source(reader)
    if not ends:
        assert await reader.readline() == HELLO
    return found


def block(source: str, command: int = 0x21, more: bytes = b"", family: int | None = None) -> bytes:
    address = ip_address(source)
    addresses = address.packed * 2 + struct.pack("!HH", 4711, 8999) + more
    if family is None:
        family = 0x11 if address.version == 4 else 0x21
    return SIGNATURE + bytes((command, family)) + struct.pack("!H", len(addresses)) + addresses


@pytest.mark.parametrize(
    ("header", "address"),
    [
        (b"PROXY TCP4 203.0.113.9 10.0.0.1 4711 8999\r\n", "203.0.113.9"),
        (b"PROXY TCP6 2001:db8::9 2001:db8::1 4711 8999\r\n", "2001:db8::9"),
        (UNKNOWN, ""),
        (b"PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n", ""),
        (block("203.0.113.9"), "203.0.113.9"),
        (block("2001:db8::9"), "2001:db8::9"),
        (block("203.0.113.9", more=b"\x04\x00\x03abc"), "203.0.113.9"),  # with what else a proxy says
        (block("203.0.113.9", command=0x20), ""),  # its own health check
        (block("203.0.113.9", family=0x31), ""),  # a Unix socket
        (SIGNATURE + b"\x20\x00\x00\x00", ""),
    ],
)
async def test_the_source_is_read_and_nothing_behind_it(header: bytes, address: str):
    assert await source(header) == address


@pytest.mark.parametrize(
    "header",
    [
        HELLO,
        b"PROXY TCP4 203.0.113.9\r\n",
        b"PROXY TCP4 localhost 10.0.0.1 4711 8999\r\n",
        b"PROXY TCP5 203.0.113.9 10.0.0.1 4711 8999\r\n",
        b"PROXY \xff\xff\xff\xff\xff\xff\xff\r\n",
        b"PROXY UNKNOWN " + b"x" * 100 + b"\r\n",
        b"PROXY " + b"x" * 200_000,
        block("203.0.113.9", command=0x11),
        block("203.0.113.9", command=0x2F),
        block("203.0.113.9", more=b"x" * 5000),
        SIGNATURE + b"\x21\x11\x00\x04\x7f\x00\x00\x01",
        SIGNATURE + b"\x21\x21\x00\x0c" + b"\x00" * 12,
    ],
)
async def test_what_is_no_header_is_refused(header: bytes):
    with pytest.raises(BadHeader):
        await source(header)


@pytest.mark.parametrize("header", [b"", b"PROXY", SIGNATURE, SIGNATURE + b"\x21\x11\x00\x0c\x01"])
async def test_a_header_that_ends_early(header: bytes):
    with pytest.raises(asyncio.IncompleteReadError):
        await source(header, ends=True)
