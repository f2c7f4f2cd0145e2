"""The header of the PROXY protocol, by which a TCP proxy says whose connection it forwards. Versions 1 and 2.

Specification: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt
"""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address, IPv6Address, ip_address

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"  # of version 2
MAX_TEXT_BYTES = 107  # of version 1, as the specification has it
MAX_BLOCK_BYTES = (
    4096  # of version 2: addresses take 36 bytes, what proxies add about the connection some hundreds
)
LOCAL, PROXIED = 0, 1
IPV4, IPV6 = 1, 2
UNKNOWN = b"PROXY UNKNOWN\r\n"  # for a connection of the proxy's own


class BadHeader(Exception):
    """There is no header, or it is malformed."""


async def read_source(reader: asyncio.StreamReader) -> str:
    """The address that connected to the proxy; empty if the proxy speaks for itself, as in a health check.

    Raises BadHeader, and IncompleteReadError if the connection ends.
    """
    start = await reader.readexactly(len(SIGNATURE))
    if start == SIGNATURE:
        version_and_command, family, *length = await reader.readexactly(4)
        size = int.from_bytes(bytes(length))
        if version_and_command >> 4 != 2 or size > MAX_BLOCK_BYTES:
            raise BadHeader
        return _in_block(version_and_command & 15, family >> 4, await reader.readexactly(size))
    if not start.startswith(b"PROXY "):
        raise BadHeader
    try:
        line = start + await reader.readuntil(b"\r\n")
    except asyncio.LimitOverrunError:
        raise BadHeader from None
    if len(line) > MAX_TEXT_BYTES:
        raise BadHeader
    return _in_text(line)


def _in_block(command: int, family: int, block: bytes) -> str:
    if command == LOCAL:
        return ""
    if command != PROXIED:
        raise BadHeader
    if family == IPV4 and len(block) >= 12:
        return str(IPv4Address(block[:4]))
    if family == IPV6 and len(block) >= 36:
        return str(IPv6Address(block[:16]))
    if family in (IPV4, IPV6):
        raise BadHeader
    return ""


def _in_text(line: bytes) -> str:
    try:
        _, protocol, *fields = line.decode("ascii").rstrip("\r\n").split(" ")
        if protocol == "UNKNOWN":
            return ""
        source, _, _, _ = fields
        if protocol in ("TCP4", "TCP6"):
            return str(ip_address(source))
    except ValueError:  # UnicodeDecodeError too
        pass
    raise BadHeader
