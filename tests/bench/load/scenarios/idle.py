"""Thousands of idle members: memory, the longest pause of the event loop, and the cost of heartbeats and pings."""

from __future__ import annotations

import asyncio
import json
import sys
from functools import partial

from tests.bench.load.figures import Figure, Outcome, percentile
from tests.bench.load.harness import cores
from tests.bench.load.harness.crowd import Dialect, Seat, enter
from tests.bench.load.options import Options
from tests.bench.load.scenarios.busy_rooms import HEARTBEAT, PING, Lively
from tests.bench.load.scenarios.rooms import MEMBERS, lively
from tests.servers import ROOT

SETTLE_S = 15.0
LOOK_S = 20.0
WARM_S = 8.0
BEATS_S = 37.0  # time for three status broadcasts of a steady room
UNASKED_S = 7.0  # no keepalive ping is in flight any more
PLAIN = Dialect("", "", "")


async def idle(options: Options) -> Outcome:
    rooms = options.sockets // MEMBERS
    look_s = 5.0 if options.quick else LOOK_S
    async with lively(options, rooms + 1) as crowd:
        await crowd.fill(1)  # exclude what the server loads once for the first members
        await asyncio.sleep(2.0)
        before_kb = crowd.server.rss_kb()
        joining = await _probed(crowd, crowd.fill(rooms))
        await asyncio.sleep(SETTLE_S)
        sockets = (rooms - 1) * MEMBERS
        each_kb = (crowd.server.rss_kb() - before_kb) / sockets
        idle_cores, pauses = await _busy(crowd, asyncio.sleep(look_s))
        beats_per_s, beating, beat_pauses = await _signs(
            crowd, look_s if options.quick else BEATS_S, HEARTBEAT
        )
        pings_per_s, pinging, _ = await _signs(crowd, look_s, PING)
        await enter(
            crowd.server.address, f"/ws/bench/{crowd.rooms[-1].room_id}/?asks=0", partial(Seat, PLAIN)
        )
        await asyncio.sleep(UNASKED_S)
        silent_cores, _ = await _busy(crowd, asyncio.sleep(look_s))

    def each_us(cores_used: float, beyond: float, per_s: float) -> float:
        return (cores_used - beyond) / per_s * 1e6

    return Outcome(
        figures=[
            Figure(
                title=f"memory of the server per idle member, {sockets} of them",
                value=each_kb,
                unit="KB",
                target=32,
            ),
            Figure(
                title="longest pause of the loop meanwhile",
                value=max(pauses),
                unit="ms",
                target=50,
                beside=f"p99 {percentile(pauses, 0.99):.1f} ms; the server uses {idle_cores:.3f} of a core",
            ),
            Figure(
                title="the same while all members send heartbeats",
                value=max(beat_pauses),
                unit="ms",
                target=50,
                beside=f"p99 {percentile(beat_pauses, 0.99):.1f} ms",
            ),
            Figure(
                title="the same while they all came in",
                value=max(joining),
                unit="ms",
                beside=f"p99 {percentile(joining, 0.99):.1f} ms",
            ),
            Figure(
                title="CPU for a heartbeat, with all that follows from it",
                value=each_us(beating, idle_cores, beats_per_s),
                unit="us",
                target=50,
                beside=f"{beats_per_s:,.0f} a second",
            ),
            Figure(
                title="the same beyond a server whose members are silent and are not asked",
                value=each_us(beating, silent_cores, beats_per_s),
                unit="us",
                beside=f"it uses {silent_cores:.3f} of a core",
            ),
            Figure(
                title="CPU for a ping and its pong, likewise",
                value=each_us(pinging, silent_cores, pings_per_s),
                unit="us",
                beside=f"{pings_per_s:,.0f} a second",
            ),
        ],
        notes=[
            "Pauses are the longest answers to a WebSocket ping every 10 ms from a process of its own. A "
            "heartbeat's CPU is that of the whole server beyond what it uses while all members are idle: the "
            "responses, the status broadcasts and the batched rows are in it. A member without heartbeats is pinged "
            "every three seconds; the cost of a heartbeat beyond that, and beyond a silent connection, are two "
            "figures.",
        ],
    )


async def _signs(crowd: Lively, seconds: float, text: bytes) -> tuple[float, float, list[float]]:
    """Return heartbeats per second, the server's CPU and its pauses, after the first heartbeats."""
    await crowd.heartbeats(WARM_S, text)
    sending = asyncio.ensure_future(crowd.heartbeats(seconds, text))
    busy, pauses = await _busy(crowd, sending)
    return sending.result() / seconds, busy, pauses


async def _busy(crowd: Lively, doing) -> tuple[float, list[float]]:
    """Return the server's CPU and its pauses during the action."""
    loop = asyncio.get_running_loop()
    cpu_s, start = crowd.server.cpu_s(), loop.time()
    pauses = await _probed(crowd, doing)
    return (crowd.server.cpu_s() - cpu_s) / (loop.time() - start), pauses


async def _probed(crowd: Lively, doing) -> list[float]:
    """Return the delays of a ping every 10 ms, in ms, during the action."""
    room = crowd.rooms[-1]
    command = [
        sys.executable,
        "-m",
        "tests.bench.load.harness.probe",
        str(crowd.server.port),
        f"/ws/rooms/{room.room_id}/",
    ]
    with cores.on(cores.LOAD):
        probe = await asyncio.create_subprocess_exec(
            *command, room.tokens[0], cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
        )
    await doing
    output, _ = await probe.communicate(b"enough\n")
    return list(json.loads(output))
