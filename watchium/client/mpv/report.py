"""What the client reports of its player: the payload of a heartbeat, as a page sends it. Pure."""

from __future__ import annotations

import math
from typing import Any

from watchium.client.clock import ServerClock
from watchium.client.mpv.own_copy import Likeness
from watchium.client.sync.controller import SyncController
from watchium.client.sync.effects import Stall, State
from watchium.client.sync.latency_model import Start
from watchium.client.sync.timeline import Seen


def heartbeat(
    controller: SyncController,
    seen: Seen | None,
    clock: ServerClock,
    *,
    tolerance_ms: float,
    shift_s: float,
    copy: str | None,
) -> dict[str, Any]:
    target = controller.target
    attached = seen is not None and seen.loaded and target is not None
    drift_ms = target.drift_ms(seen) if attached and seen and target else None
    report: dict[str, Any] = {
        "current_time": max(0.0, seen.position_s - shift_s) if attached and seen else 0.0,
        "is_playing": bool(attached and seen and not seen.paused and not seen.ended),
        "is_synced": drift_ms is not None and abs(drift_ms) <= tolerance_ms,
        "start_cost_ms": max(0.0, controller.latencies.start_ms[Start.FRESH]),
        "seek_cost_ms": controller.latencies.place_ms,
        "state": _state(controller, seen),
        "player": "mpv",
    }
    if seen is not None:
        report["at"] = seen.server_ms
        if attached and copy in (None, Likeness.SAME):
            report |= _finite("duration", seen.duration_s)
    report |= _finite("drift_ms", drift_ms)
    report |= _finite("latency_ms", clock.estimator.delay_ms) | _finite("late_ms", clock.estimator.jitter_ms)
    if target is not None:
        report["revision"] = target.timeline.revision
    return report | ({"copy": str(copy)} if copy else {})


def _state(controller: SyncController, seen: Seen | None) -> str:
    if controller.state is State.BUFFERING:
        return "stalled"
    if controller.state is State.PLAYING and seen and controller.rates.degraded(seen.now_ms):
        return "degraded"
    return "broken_off" if controller.state is State.ERROR else controller.state


def urgent(controller: SyncController) -> str:
    """What should be reported before the next heartbeat, because the room may be waiting for it; empty if nothing."""
    timeline = controller.timeline
    if controller.state in (State.ERROR, State.BUFFERING):
        return controller.state
    waits = controller.state is State.READY and timeline is not None and timeline.phase == "holding"
    return f"ready {timeline.revision}" if waits and timeline else ""


def stall_report(stall: Stall, seen: Seen, clock: ServerClock, shift_s: float) -> tuple[str, dict[str, Any]]:
    """The command and its payload."""
    payload: dict[str, Any] = {"current_time": max(0.0, seen.position_s - shift_s), "reason": "network"}
    if stall.waited_ms:
        payload["waited_ms"] = stall.waited_ms
    return "buffer_start" if stall.began else "buffer_end", payload | _finite(
        "latency_ms", clock.estimator.delay_ms
    )


def _finite(name: str, value: float | None) -> dict[str, Any]:
    """A field, left out if its value is not known."""
    return {name: value} if value is not None and math.isfinite(value) else {}
