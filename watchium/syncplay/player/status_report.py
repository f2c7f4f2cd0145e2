"""What the room learns of a client's player: a heartbeat, as pages send it. Pure."""

from __future__ import annotations

from typing import Any

from playback.domain.timeline import Timeline
from playback.sources.own_copy import OWN
from watchium.protocol.types import Media
from watchium.syncplay.incoming import ClientState, SetFile
from watchium.syncplay.player.own_file import DIFFERENT, UNKNOWN, apart_s, likeness
from watchium.syncplay.timing import ClientTiming

PLAYER = "Syncplay"  # as members see it; whether it steers mpv or VLC, it does not send
REPORT_S = 3.0
SYNCED_S = 0.25


class StatusReport:
    """Of one client, every three seconds."""

    def __init__(self, timing: ClientTiming) -> None:
        self._timing = timing
        self._next_s = 0.0

    def due(
        self, state: ClientState, file: SetFile | None, media: Media | None, timeline: Timeline, now_s: float
    ) -> dict[str, Any] | None:
        if now_s < self._next_s or state.position_s is None:
            return None
        self._next_s = now_s + REPORT_S
        sampled_s = now_s - self._timing.one_way_s
        drift_s = state.position_s - timeline.position_at(sampled_s * 1000)
        report: dict[str, Any] = {
            "current_time": state.position_s,
            "is_playing": file is not None and not state.paused,
            "is_synced": file is not None and abs(drift_s) <= SYNCED_S,
            "at": sampled_s * 1000,
            "revision": timeline.revision,
            **self._timing.costs_ms(),
            "player": PLAYER,
            "copy": likeness(file, media, timeline),
            "state": "empty" if file is None else "paused" if state.paused else "tracking",
        }
        if file is not None:
            report["drift_ms"] = drift_s * 1000
            if report["copy"] == DIFFERENT:
                report["longer_s"] = round(apart_s(file, media, timeline), 1)
            if report["copy"] == UNKNOWN and file.duration_s and media is not None and media.source == OWN:
                report["duration"] = file.duration_s
        return report

    def of_end(self, ended_at_s: float, timeline: Timeline, now_s: float) -> dict[str, Any]:
        """The player has come to the end of its file."""
        return {
            "current_time": ended_at_s,
            "ended_at": ended_at_s,
            "duration": ended_at_s,
            "is_playing": False,
            "is_synced": True,
            "at": (now_s - self._timing.one_way_s) * 1000,
            "revision": timeline.revision,
            "player": PLAYER,
            "state": "ended",
        }
