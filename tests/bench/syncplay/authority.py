"""What a client that may not control the playback achieves: nothing in the room, and its player is put back."""

from __future__ import annotations

import time

from tests.bench.syncplay.figures import p50_p95
from tests.bench.syncplay.room import SETTLES_S, BenchRoom, bench_room

ROUNDS = 3
RIGHT_S = 0.15  # the player plays again, and the sound is within this
MOST_S = 10.0


async def measure() -> None:
    async with bench_room() as room, room.entered():
        await room.load()
        await room.add("guest")
        await room.rest(SETTLES_S)
        await room.do("play")
        await room.rest(6.0)
        revision = room.timelines[-1].revision
        mpv = room.clients["guest"].mpv
        for name, press in (
            ("pause", lambda: mpv.set("pause", True)),
            ("seek forward", lambda: mpv.set("time-pos", mpv.get("time-pos") + 60)),
            ("seek back", lambda: mpv.set("time-pos", 5.0)),
        ):
            await _pressed(room, name, press)
        await room.do("pause")
        await room.rest(4.0)
        await _pressed(room, "play", lambda: mpv.set("pause", False))
        changed = room.timelines[-1].revision - revision - 1
        print(f"changes of the room by {4 * ROUNDS} presses of a member without the right: {changed}")


async def _pressed(room: BenchRoom, name: str, press) -> None:
    took: list[float | None] = []
    after_ms: list[float] = []
    for _ in range(ROUNDS):
        press()
        pressed_s = time.monotonic()
        await room.rest(0.3)
        right_s = await room.in_step("guest", RIGHT_S, MOST_S)
        took.append(None if right_s is None else 0.3 + right_s)
        await room.rest(max(0.0, pressed_s + 8.0 - time.monotonic()))
        after_ms += [each.error_s * 1000 for each in room.errors("guest").errors[-10:]]
    shown = ", ".join("never" if each is None else f"{each:.1f}" for each in took)
    print(f"{name}: right again after {shown} s; 6 to 8 s later p50/p95 {p50_p95(after_ms)} ms", flush=True)
