"""Eleven thousand broken lines and six hundred broken handshakes: members with pages notice nothing, and the server's
memory does not grow. Every second member is encrypted."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.client import Client
from tests.servers import CHAIN, KEY, Server, certificate_folder, free_port, watchium_server
from tests.servers.certificates import trusting

ROUNDS = 6  # the memory of the first is what the server needs once
MEMBERS = 20
NONSENSE = 80  # lines of each member in a round, which are no reason to end its connection
NONSENSE_PER_S = 15  # below the limit of a connection
ENDED = 100  # connections of a round that a broken line ends
HANDSHAKES = 100  # connections of a round that ask for encryption and send something else
BEFORE_HELLO = 2
SEED = 1

ASKS = b'{"TLS": {"startTLS": "send"}}\r\n'
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
    "\ud800",
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
    port, folder = free_port(), certificate_folder()
    env = {"WATCHIUM_SYNCPLAY": f"127.0.0.1:{port}"}
    env |= {"WATCHIUM_SYNCPLAY_CERTIFICATE": str(folder / CHAIN), "WATCHIUM_SYNCPLAY_KEY": str(folder / KEY)}
    with watchium_server(env) as server:
        host = await asyncio.to_thread(Client, server.url)
        room_id = (await asyncio.to_thread(host.create_room, username="Mira")).room_id
        async with host.enter(room_id) as socket:
            await socket.request("load", media_url="https://media.example/film.mp4")
            await socket.request("play")
            revision = socket.revision
            endings, memory_mib, dice = Counter[str](), [], random.Random(SEED)
            async with AsyncExitStack() as stack:
                members = [
                    await stack.enter_async_context(
                        member(port, room_id, f"Eve{number}", encrypts=number % 2 == 1)
                    )
                    for number in range(MEMBERS)
                ]
                for _ in range(ROUNDS):
                    await asyncio.gather(
                        *(talk_nonsense(each, random.Random(dice.random())) for each in members),
                        attack(port, endings, dice),
                        attack_handshakes(port, endings, random.Random(dice.random())),
                    )
                    memory_mib.append(memory_kb(server) / 1024)
                left = sum(not each.is_closing() for each in members)
            sent = ROUNDS * (MEMBERS * NONSENSE + ENDED * (BEFORE_HELLO + 1))
            _, delay_ms = await socket.ping()
            changes = socket.revision - revision
        broken = [word for word in ("Traceback", "ERROR") if word in server.log()]
    print(f"{sent} broken lines, {ROUNDS * HANDSHAKES} broken handshakes: {dict(endings)}")
    print(f"of {MEMBERS} members, half of them encrypted, {left} stayed connected")
    print(
        f"changes of the room {changes}, ping of its host afterwards {delay_ms:.1f} ms,"
        f" in the log: {broken or 'nothing'}"
    )
    grown_mib = memory_mib[-1] - memory_mib[0]
    print(f"MiB after each round: {', '.join(f'{each:.1f}' for each in memory_mib)} ({grown_mib:+.1f})")


def memory_kb(server: Server) -> int:
    status = Path(f"/proc/{server.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0])


@asynccontextmanager
async def member(
    port: int, room_id: str, name: str, *, encrypts: bool
) -> AsyncIterator[asyncio.StreamWriter]:
    """A connection whose hello is right, and whose answers are thrown away."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    if encrypts:
        writer.write(ASKS)
        await reader.readline()
        await writer.start_tls(trusting(certificate_folder()), server_hostname="localhost")
    hello = {**HELLO, "username": name, "room": {"name": room_id}}
    writer.write(json.dumps({"Hello": hello}).encode() + b"\r\n")
    reading = asyncio.create_task(read_all(reader))
    try:
        yield writer
    finally:
        writer.close()
        reading.cancel()
        await asyncio.wait([reading])


async def read_all(reader: asyncio.StreamReader) -> None:
    while await reader.read(65536):
        pass


async def talk_nonsense(writer: asyncio.StreamWriter, dice: random.Random) -> None:
    for _ in range(NONSENSE):
        writer.write(nonsense(dice))
        await asyncio.sleep(1 / NONSENSE_PER_S)


async def attack(port: int, endings: Counter[str], dice: random.Random) -> None:
    for _ in range(ENDED):
        endings[await one_connection(port, random.Random(dice.random()))] += 1


async def attack_handshakes(port: int, endings: Counter[str], dice: random.Random) -> None:
    for _ in range(HANDSHAKES):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(ASKS)
            await reader.readline()
            writer.write(broken_handshake(dice))
            async with asyncio.timeout(20):
                answer = await reader.read(-1)
            endings["handshake ended" if b"Hello" not in answer else "let in"] += 1
        except OSError:
            endings["handshake ended"] += 1
        finally:
            writer.close()


def broken_handshake(dice: random.Random) -> bytes:
    """Neither a whole handshake nor the beginning of one that the server would wait for."""
    match dice.randrange(3):
        case 0:
            return b"".join(nonsense(dice) for _ in range(5))
        case 1:
            return b"\x16\x03\x01\x00\x40\xff" + dice.randbytes(
                2000
            )  # a handshake's record, and nothing in it
    return b"\x17" + dice.randbytes(dice.choice((100, 16_000, 70_000)))


async def one_connection(port: int, dice: random.Random) -> str:
    """Send lines of which the last ends the connection; return how it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(b"".join([*(nonsense(dice) for _ in range(BEFORE_HELLO)), broken_line(dice)]))
        async with asyncio.timeout(20):
            answer = await reader.read(-1)
        return "ended with an Error" if b'"Error"' in answer else "ended without a word"
    except OSError:
        return "reset"
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
