"""Twelve thousand broken lines: members with pages notice nothing, and the server's memory does not grow."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from pathlib import Path

from tests.client import Client
from tests.servers import Server, free_port, watchium_server

ROUNDS = 6  # the memory of the first is what the server needs once
LINES = 2_000  # a round
AT_A_TIME = 10
AS_MEMBER = 24  # lines of a connection that are no reason to end it
BEFORE_HELLO = 2
SEED = 1

HELLO = {"username": "Eve", "room": {"name": ""}, "version": "1.2.255", "realversion": "1.6.9"}
VALUES = (
    None,
    True,
    -1,
    0,
    1e308,
    float("nan"),
    "",
    "x" * 500,
    "\x00\u202e<b>",
    [],
    {},
    [[[[]]]],
    {"a": {"b": {}}},
)
WORDS = ("State", "Set", "List", "Chat", "Nonsense", "")
KEYS = (
    "playstate",
    "ping",
    "ignoringOnTheFly",
    "position",
    "paused",
    "doSeek",
    "file",
    "ready",
    "room",
    "name",
    "size",
)


async def measure() -> None:
    port = free_port()
    with watchium_server({"WATCHIUM_SYNCPLAY": f"127.0.0.1:{port}"}) as server:
        host = await asyncio.to_thread(Client, server.url)
        room_id = (await asyncio.to_thread(host.create_room, username="Mira")).room_id
        async with host.enter(room_id) as socket:
            await socket.request("load", media_url="https://media.example/film.mp4")
            await socket.request("play")
            revision = socket.revision
            endings, memory_mib, dice, sent = Counter[str](), [], random.Random(SEED), 0
            for _ in range(ROUNDS):
                sent += await attack(port, room_id, endings, dice)
                memory_mib.append(memory_kb(server) / 1024)
            _, delay_ms = await socket.ping()
            changes = socket.revision - revision
        broken = [word for word in ("Traceback", "ERROR") if word in server.log()]
    print(f"{sent} broken lines, {endings.total()} connections: {dict(endings)}")
    print(
        f"changes of the room {changes}, ping of its host afterwards {delay_ms:.1f} ms,"
        f" in the log: {broken or 'nothing'}"
    )
    grown_mib = memory_mib[-1] - memory_mib[0]
    print(f"MiB after each {LINES}: {', '.join(f'{each:.1f}' for each in memory_mib)} ({grown_mib:+.1f})")


def memory_kb(server: Server) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


async def attack(port: int, room_id: str, endings: Counter[str], dice: random.Random) -> int:
    """Send at least `LINES` lines; return how many."""
    sent = 0
    while sent < LINES:
        done = await asyncio.gather(
            *(one_connection(port, room_id, random.Random(dice.randbytes(8))) for _ in range(AT_A_TIME))
        )
        endings.update(ending for _, ending in done)
        sent += sum(lines for lines, _ in done)
    return sent


async def one_connection(port: int, room_id: str, dice: random.Random) -> tuple[int, str]:
    """Send lines, most connections as a member; return their number, and how the connection ended.

    The last line ends it; those before must not.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    as_member = dice.random() < 0.8
    lines = [nonsense(dice) for _ in range(AS_MEMBER if as_member else BEFORE_HELLO)]
    if as_member:
        hello = {**HELLO, "username": f"Eve{dice.randrange(50)}", "room": {"name": room_id}}
        lines.insert(0, json.dumps({"Hello": hello}).encode() + b"\r\n")
    try:
        writer.write(b"".join([*lines, broken_line(dice)]))
        async with asyncio.timeout(20):
            answer = await reader.read(-1)
        return len(lines) + 1, "ended with an Error" if b'"Error"' in answer else "ended without a word"
    except OSError:
        return len(lines) + 1, "reset"
    finally:
        writer.close()


def nonsense(dice: random.Random) -> bytes:
    """An object, as the protocol wants; all in it may be wrong."""
    return json.dumps({dice.choice(WORDS): content(dice, 3)}).encode() + b"\r\n"


def broken_line(dice: random.Random) -> bytes:
    match dice.randrange(3):
        case 0:
            return b"\xff" + dice.randbytes(dice.randrange(1, 300)).replace(b"\n", b"") + b"\r\n"
        case 1:
            return b'{"State": ' + b"[" * dice.randrange(1, 5000) + b"\r\n"
    return b"x" * dice.choice((100, 16_000, 70_000)) + b"\r\n"


def content(dice: random.Random, depth: int) -> object:
    if depth == 0 or dice.random() < 0.3:
        return dice.choice(VALUES)
    return {dice.choice(KEYS): content(dice, depth - 1) for _ in range(dice.randrange(1, 4))}
