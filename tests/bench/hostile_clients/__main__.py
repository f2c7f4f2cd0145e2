"""`python -m tests.bench.hostile_clients`: effect of attacks on a member's socket, on a dedicated server.

Prints the ping times without and during each attack, the inputs without a response after twelve seconds, and the
server's descriptors before and after. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
os.environ.setdefault("WATCHIUM_DATA_DIR", tempfile.mkdtemp(prefix="watchium-bench-"))

import django

django.setup()

from tests.bench.hostile_clients.attacks import ATTACKS, Target  # noqa: E402
from tests.client import Client  # noqa: E402
from tests.security.hostile_input.raw_client import BROKEN, WITHIN_S, Outcome, descriptors  # noqa: E402
from tests.servers import ROOT, Server, redis_service, watchium_server  # noqa: E402

REST_S = 1.0


@dataclass(frozen=True)
class Span:
    name: str
    began_s: float
    ended_s: float
    outcomes: list[Outcome]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each attack goes on")
    parser.add_argument("--count", type=int, default=500, help="random inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1, help="serve with so many; needs Redis")
    options = parser.parse_args()
    if options.processes == 1:
        with watchium_server() as server:
            asyncio.run(measure(Target(server, options.seconds, options.seed, options.count)))
        return
    with redis_service() as redis:
        env = {"REDIS_URL": redis.url, "WATCHIUM_PROCESSES": str(options.processes)}
        with watchium_server(env) as server:
            asyncio.run(measure(Target(server, options.seconds, options.seed, options.count)))


async def measure(target: Target) -> None:
    server = target.server
    pinger = start_pinger(server)
    spans = []
    await asyncio.sleep(REST_S)
    before = descriptors(server.pid)
    try:
        spans.append(await span("as usual", asyncio.sleep(target.seconds, [])))
        for name, attack in ATTACKS.items():
            spans.append(await span(name, attack(target)))
            await asyncio.sleep(REST_S)
        await asyncio.sleep(WITHIN_S)
        after = descriptors(server.pid)
    finally:
        printed, _ = await asyncio.to_thread(pinger.communicate, "")
    report(spans, [tuple(map(float, line.split())) for line in printed.splitlines()])
    print(f"\ndescriptors before {before}, after {after}")
    print(
        f"in the log: {[word for word in BROKEN if word in server.log()] or 'no traceback, nothing that broke'}"
    )


def start_pinger(server: Server) -> subprocess.Popen[str]:
    client = Client(server.url)
    room_id = client.create_room().room_id
    url = f"{server.ws_url}/ws/rooms/{room_id}/"
    command = [sys.executable, "-m", "tests.bench.hostile_clients.pinger", url, client.token or ""]
    return subprocess.Popen(command, cwd=Path(ROOT), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


async def span(name: str, attack: Awaitable[list[Outcome]]) -> Span:
    began_s = time.monotonic()
    outcomes = await attack
    return Span(name, began_s, time.monotonic(), outcomes)


def report(spans: list[Span], pings: list[tuple[float, ...]]) -> None:
    print(f"{'':40} pings   median      p99    worst ms    sent  unanswered  5xx   slowest s")
    for one in spans:
        took = sorted(took_ms for at_s, took_ms in pings if one.began_s <= at_s < one.ended_s) or [
            float("nan")
        ]
        left = sum(not outcome.in_time for outcome in one.outcomes)
        broke = sum(outcome.broke_the_server for outcome in one.outcomes)
        slowest = max((outcome.took_s for outcome in one.outcomes), default=0.0)
        print(
            f"{one.name:40}{len(took):6}{took[len(took) // 2]:9.1f}{took[int(len(took) * 0.99)]:9.1f}"
            f"{took[-1]:9.1f}   {len(one.outcomes):8}{left:12}{broke:5}{slowest:10.1f}"
        )


if __name__ == "__main__":
    main()
