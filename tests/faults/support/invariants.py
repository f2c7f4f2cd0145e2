"""Invariants that hold after every fault."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.client import Client, RoomClient
from tests.servers import Server
from watchium.client import RoomSnapshot
from watchium.protocol.replies import Accepted

HEARTBEAT_S = 1.0  # a page sends one every 3 s; the response shows whether it missed an event
AGREED_WITHIN_S = 5.0
LOOK_EVERY_S = 0.02


async def until(holds: Callable[[], object], within_s: float, what: str = "") -> None:
    """Wait until the condition is true; fail on timeout."""
    ends = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < ends, f"not within {within_s} s: {what or holds}"
        await asyncio.sleep(LOOK_EVERY_S)


async def everything_holds(
    somebody: Client,
    room_id: str,
    *,
    live: Iterable[RoomClient] = (),
    acknowledged: Iterable[Accepted] = (),
    servers: Iterable[Server] = (),
) -> RoomSnapshot:
    """Check that all clients converged: `somebody` is a member with API access, `live` have an open socket."""
    state = await asyncio.to_thread(somebody.state, room_id)
    log = await asyncio.to_thread(whole_log, somebody, room_id)
    assert [event["revision"] for event in log] == list(range(1, state.revision + 1))
    each_acknowledged_once(log, acknowledged)
    assert [member.role for member in state.members].count("host") <= 1
    for client in live:
        await agrees(client, state)
    for server in servers:
        assert "Traceback" not in server.log(), server.log()[-6000:]
    return state


def whole_log(somebody: Client, room_id: str) -> list[dict[str, Any]]:
    log: list[dict[str, Any]] = []
    while True:
        page = somebody.events(room_id, len(log))
        log += page.events
        if not page.more:
            return log


def each_acknowledged_once(log: list[dict[str, Any]], acknowledged: Iterable[Accepted]) -> None:
    """Check that the event is in the log once, at its acknowledged revision."""
    written = Counter(event["payload"]["event_id"] for event in log)
    at = {event["payload"]["event_id"]: event["revision"] for event in log}
    for answer in acknowledged:
        assert (written[answer.event_id], at.get(answer.event_id)) == (1, answer.revision), answer


async def agrees(client: RoomClient, state: RoomSnapshot) -> None:
    """Check that the client catches up by the means of a page, and then has the server's state."""
    ends = time.monotonic() + AGREED_WITHIN_S
    while client.revision < state.revision:
        assert time.monotonic() < ends, f"who follows stays at revision {client.revision} of {state.revision}"
        await client.send("heartbeat", current_time=0, is_playing=False, is_synced=True)
        with suppress(AssertionError):
            await until(lambda: client.revision >= state.revision, HEARTBEAT_S)
    if client.revision == state.revision and client.timeline is not None:
        assert client.timeline == state.timeline


# ---------------------------------------------------------------- resources of a process


@dataclass(frozen=True)
class Footprint:
    """Resources of one process, as the kernel counts them."""

    resident_kb: int
    descriptors: int
    threads: int


def footprint(server: Server) -> Footprint:
    status = Path(f"/proc/{server.pid}/status").read_text()
    facts = dict(line.split(":", 1) for line in status.splitlines())
    descriptors = len(list(Path(f"/proc/{server.pid}/fd").iterdir()))
    return Footprint(int(facts["VmRSS"].split()[0]), descriptors, int(facts["Threads"]))


async def settles_back(server: Server, before: Footprint) -> None:
    """Check that memory, descriptors and threads are near their former values; pools may have grown to full size."""

    def is_back() -> bool:
        now = footprint(server)
        return (
            now.resident_kb <= before.resident_kb * 1.25 + 16_000
            and now.descriptors <= before.descriptors + 32  # eight threads with three SQLite files each
            and now.threads <= before.threads + 12
        )

    await until(is_back, 15, f"{footprint(server)} after {before}")
