"""When the playing tab last reported: by its row, and by this process's memory since it listens.

While the database or the server was unavailable no report could arrive, so that time does not count as silence.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from playback.models import DevicePlayer
from watchium.process_state import process_state

TIMEOUT_MS = 6000.0  # the playing tab reports its position every second; a closed browser does not
# The time in which another tab takes over from a closed one; agreeing takes half of it at most.
LEAVE_GRACE_MS = 1500.0
MAX_DEVICES = 10_000
MAX_DOWNTIME_MS = 60_000.0  # players do not wait for a server that was down for longer


@dataclass
class _State:
    reported_ms: OrderedDict[str, float] = field(default_factory=OrderedDict)  # by device
    listening_since_ms: float = 0.0


_state = process_state(_State)


def start_listening(now_ms: float) -> None:
    """Note that sockets are open here from now on; later calls change nothing."""
    _state.listening_since_ms = _state.listening_since_ms or now_ms


def record_report(device_id: str, now_ms: float) -> None:
    _state.reported_ms[device_id] = now_ms
    _state.reported_ms.move_to_end(device_id)
    while len(_state.reported_ms) > MAX_DEVICES:
        _state.reported_ms.popitem(last=False)


def record_leaving(device_id: str) -> None:
    """The tab reported that it is being closed: from now on only the row counts."""
    _state.reported_ms.pop(device_id, None)


def last_report_ms(player: DevicePlayer) -> float:
    known_ms = max(player.heard_ms, _state.reported_ms.get(player.device_id, 0.0))
    downtime_ms = _state.listening_since_ms - known_ms
    return _state.listening_since_ms if 0 < downtime_ms < MAX_DOWNTIME_MS else known_ms


def is_stale(player: DevicePlayer, now_ms: float) -> bool:
    """Whether the row says that it plays, but the playing tab is gone."""
    return player.is_playing and now_ms - last_report_ms(player) > TIMEOUT_MS
