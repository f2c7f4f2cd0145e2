"""Attacks. Each runs until it is cancelled or has sent its inputs, and returns outcomes if it has any."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from uuid import uuid4

import websockets

from tests.client import Client
from tests.security.hostile_input.fuzz_inputs import FuzzInput, fuzz_inputs
from tests.security.hostile_input.raw_client import Outcome, say_all, send_all
from tests.servers import Server

MARKS = "\u0345\u0301\u0328\u0323"
UPGRADE = b"Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
KEYS = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"


@dataclass(frozen=True)
class Target:
    server: Server
    seconds: float
    seed: int
    count: int


Attack = Callable[[Target], Awaitable[list[Outcome]]]


def raw(kind: str, number: int, sent: bytes) -> FuzzInput:
    return FuzzInput(kind, number, sent)


async def _over_and_over(target: Target, sent: list[bytes], kind: str, at_once: int) -> list[Outcome]:
    """Repeat the requests on this many connections at a time."""
    loop = asyncio.get_running_loop()
    until_s = loop.time() + target.seconds
    outcomes: list[Outcome] = []

    async def one(first: int) -> None:
        number = first
        while loop.time() < until_s:
            outcomes.extend(await send_all(target.server.port, [raw(kind, number, sent[number % len(sent)])]))
            number += at_once

    await asyncio.gather(*(one(first) for first in range(at_once)))
    return outcomes


async def long_addresses(target: Target) -> list[Outcome]:
    """Requests that are logged as not found."""
    units = ("a", "a:", "a://", "://x:", "1.1.1.", "password=", "ab:", "%61")
    sent = [
        f"GET /{(unit * 31_000)[:31_000]} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
        for unit in units
    ]
    sent += [
        b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nCookie: csrftoken=" + b"a" * 32
        + b"\r\nOrigin: " + unit.encode() * (7000 // len(unit)) + b"\r\nContent-Length: 0\r\n\r\n"
        for unit in units
    ]  # fmt: skip
    return await _over_and_over(target, sent, "long address", at_once=2)


async def handshakes(target: Target) -> list[Outcome]:
    """180 handshakes that cannot succeed, and 180 that are malformed otherwise."""
    begun = b"GET /ws/lobby/ HTTP/1.1\r\n" + UPGRADE
    forms = [
        begun + b"Content-Length: 1\r\n\r\nx",
        begun + KEYS + b"Content-Length: 5\r\n\r\n",
        begun + KEYS + b"Transfer-Encoding: chunked\r\n\r\n",
        begun + KEYS + b"".join(b"X-%d: 1\r\n" % number for number in range(130)) + b"\r\n",
        begun + KEYS + b"Cookie: " + b"c" * 9000 + b"\r\nX: \x01\r\n\r\n",
        begun + KEYS + b"X: a\r\n b\r\n\r\n",
        begun + b"\r\n",
        begun + KEYS,
        b"GET /ws/lobby/?" + b"q" * 40_000 + b" HTTP/1.1\r\n" + UPGRADE + KEYS + b"\r\n",
    ]
    sent = [raw("handshake", number, forms[number % len(forms)]) for number in range(180)]
    return [*await send_all(target.server.port, sent), *await send_all(target.server.port, sent)]


async def marks(target: Target) -> list[Outcome]:
    """Three guests with five comments a second each, of 16 KB of combining marks."""
    texts = ["a" + MARKS * 1990, "a" + MARKS * 499, ("\u0345\u200b\u0301" * 660)[:1990], "\ufdfa" * 1990]

    async def guest() -> None:
        made = await asyncio.to_thread(Client(target.server.url).create_room)
        url = f"{target.server.ws_url}/ws/rooms/{made.room_id}/"
        loop = asyncio.get_running_loop()
        until_s, number = loop.time() + target.seconds, 0
        while loop.time() < until_s:
            with suppress(websockets.ConnectionClosed, OSError):
                async with websockets.connect(
                    url, additional_headers={"Authorization": f"Bearer {made.token}"}
                ) as socket:
                    while loop.time() < until_s:
                        number += 1
                        command = {
                            "type": "comment",
                            "event_id": uuid4().hex,
                            "payload": {"text": texts[number % 4]},
                        }
                        await socket.send(json.dumps(command, ensure_ascii=False))
                        await asyncio.sleep(0.2)

    await asyncio.gather(*(guest() for _ in range(3)))
    return []


async def hashing(target: Target) -> list[Outcome]:
    """A member without authority sets passphrases, eight at a time; four clients read the API schema."""
    client = Client(target.server.url)
    room_id = (await asyncio.to_thread(client.create_room)).room_id
    member = Client(target.server.url)
    await asyncio.to_thread(member.join, room_id, "Mere Member", "")
    body = b'{"passphrase": "open sesame open sesame"}'
    change = (
        f"PATCH /api/rooms/{room_id}/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {member.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    ).encode() + body
    read = b"GET /api/schema/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    both = await asyncio.gather(
        _over_and_over(target, [change], "passphrase", at_once=8),
        _over_and_over(target, [read], "schema", at_once=4),
    )
    return [outcome for outcomes in both for outcome in outcomes]


async def pipelines(target: Target) -> list[Outcome]:
    """Five thousand pipelined requests."""
    sent = [b"GET /healthz/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 5000]
    return await _over_and_over(target, sent, "pipeline", at_once=2)


async def random_inputs(target: Target) -> list[Outcome]:
    client = Client(target.server.url)
    made = await asyncio.to_thread(client.create_room)
    sent = fuzz_inputs(target.seed, target.count, made.room_id)
    both = await asyncio.gather(
        send_all(target.server.port, sent),
        say_all(target.server.ws_url, made.room_id, client.token or "", sent),
    )
    return [outcome for outcomes in both for outcome in outcomes]


ATTACKS: dict[str, Attack] = {
    "long addresses that do not exist": long_addresses,
    "handshakes that cannot succeed": handshakes,
    "comments of combining marks": marks,
    "hashing and the schema, 12 at a time": hashing,
    "thousands of requests in one piece": pipelines,
    "random inputs": random_inputs,
}
