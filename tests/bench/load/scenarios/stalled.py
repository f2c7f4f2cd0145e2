"""Two of fifty-two members stop reading: effect on the others, memory of the server, time until the close.

Measured with timeline events, of which a slow reader needs only the newest, and with custom events, which are all
queued up to a limit.
"""

from __future__ import annotations

import asyncio
import math
import socket
import time
from array import array
from dataclasses import dataclass, field, replace
from functools import partial
from statistics import median

from tests.bench.load.figures import Figure, Outcome, percentile
from tests.bench.load.harness.child_process import Served
from tests.bench.load.harness.counting import Stamped
from tests.bench.load.harness.crowd import Seat, at_rate, enter, enter_all, stamp, watchium
from tests.bench.load.harness.deployment import Room, deployment
from tests.bench.load.harness.send_buffer import unsent
from tests.bench.load.harness.websocket_client import CLOSE, frames, opened
from tests.bench.load.options import Options

READERS, STALLED = 50, 2
PER_S = 200.0
PAD = 4000  # makes an event about 4 KiB long, the limit of a custom broadcast
RUN_S = 18.0


@dataclass
class Seen:
    """`grown_kb`: peak growth of the server's memory. `closed_s`: time from a full kernel buffer to the close."""

    p99_ms: float
    grown_kb: float
    closed_s: list[float] = field(default_factory=list)
    codes: list[int] = field(default_factory=list)


async def stalled(options: Options) -> Outcome:
    seconds = 14.0 if options.quick else RUN_S
    without: list[Seen] = []
    having: list[Seen] = []
    with deployment() as made:
        room = made.furnish(1, READERS + STALLED)[0]
        with made.served() as server:
            delays_ms: array[float] = array("d")
            dialect = watchium(room.room_id, PAD)
            make = partial(Stamped, dialect, delays_ms)
            await enter_all(
                server.address, [(dialect.member, make, token) for token in room.tokens[:READERS]]
            )
            publishers = [
                await enter(
                    server.address, dialect.publisher + more, partial(Seat, replace(dialect, greeted=None))
                )
                for more in ("", "&custom=1")
            ]
            await asyncio.sleep(1.0)
            for publisher in publishers * options.rounds:
                without.append(await _run(server, publisher, delays_ms, seconds, []))
                links = [_stalled_link(server, room, token) for token in room.tokens[READERS:]]
                await asyncio.sleep(1.0)
                having.append(await _run(server, publisher, delays_ms, seconds, links))
                print(f"  without {without[-1]}, with {having[-1]}", flush=True)
    return _outcome(without, having, seconds)


def _stalled_link(server: Served, room: Room, token: str) -> socket.socket:
    """Connects like a member, and never reads again."""
    link, _ = opened(server.port, f"/ws/rooms/{room.room_id}/", token, receive_buffer=4096)
    return link


async def _run(
    server: Served, publisher: Seat, delays_ms: array[float], seconds: float, links: list[socket.socket]
) -> Seen:
    del delays_ms[:]
    before_kb = server.rss_kb()
    watching = asyncio.ensure_future(_watch(server, links, seconds))
    await at_rate(PER_S, seconds, lambda: publisher.say((publisher.dialect.command % stamp()).encode()))
    most_kb, closed_s = await watching
    await asyncio.sleep(0.5)
    codes = [await asyncio.to_thread(_code, link) for link in links]
    return Seen(percentile(delays_ms, 0.99), most_kb - before_kb, closed_s, codes)


async def _watch(server: Served, links: list[socket.socket], seconds: float) -> tuple[int, list[float]]:
    """Return peak memory, and how long each link stayed open after the kernel's buffer was full (inf: to the end)."""
    watched = [Link(link.getsockname()[1]) for link in links]
    start, most_kb = time.monotonic(), 0
    while (now := time.monotonic() - start) < seconds:
        most_kb = max(most_kb, server.rss_kb())
        for link in watched:
            link.look(unsent(server.port, link.port), now)
        await asyncio.sleep(0.1)
    return most_kb, [link.closed_s - link.full_s for link in watched]


@dataclass
class Link:
    """A stalled reader's connection on the server's side: times of the last buffered byte and of the close."""

    port: int
    queued: int = -1
    full_s: float = 0.0
    closed_s: float = math.inf

    def look(self, queued: int | None, now_s: float) -> None:
        if queued is None:
            self.closed_s = min(self.closed_s, now_s)
        elif queued != self.queued:
            self.queued, self.full_s = queued, now_s


def _code(link: socket.socket) -> int:
    """Return the close code after all unread data, or 1006 if the connection was reset."""
    link.settimeout(2.0)
    rest = b""
    try:
        while more := link.recv(1 << 20):
            found, rest = frames(rest + more)
            for opcode, payload in found:
                if opcode == CLOSE:
                    return int.from_bytes(payload[:2], "big")
    except OSError:
        pass
    finally:
        link.close()
    return 1006


def _outcome(without: list[Seen], having: list[Seen], seconds: float) -> Outcome:
    apart = median(seen.p99_ms for seen in having) / median(seen.p99_ms for seen in without)
    closed = max((after for seen in having for after in seen.closed_s), default=math.inf)
    codes = sorted({code for seen in having for code in seen.codes})
    grown = max(
        (stalls.grown_kb - calm.grown_kb) / STALLED for stalls, calm in zip(having, without, strict=True)
    )
    title = "two stalled readers among 52"
    return Outcome(
        figures=[
            Figure(
                title=f"{title}: the others' p99 against without",
                value=apart,
                unit="times",
                target=1.3,
                beside=f"{median(seen.p99_ms for seen in having):.2f} ms against "
                f"{median(seen.p99_ms for seen in without):.2f} ms",
            ),
            Figure(
                title=f"{title}: memory of the server for each, at most",
                value=max(0.0, grown) / 1024,
                unit="MB",
                target=2,
            ),
            Figure(
                title=f"{title}: closed after nothing more fitted, at most",
                value=closed,
                unit="s",
                target=10,
                beside=f"code {', '.join(map(str, codes))}",
            ),
        ],
        notes=[
            f"Stalled readers: {PER_S:.0f} events of about 4 KiB a second for {seconds:.0f} s, {len(having)} "
            "rounds with and without in turn, half of them with timeline events, half with a program's own. A "
            "stalled reader has a receive buffer of 4 KiB and never reads. The time runs from when the kernel's "
            "buffers took no more until it no longer has the server's side as established. The code is what "
            "waits behind everything unread; 1006 means that the connection was cut, because the close frame "
            "did not fit either.",
        ],
    )
