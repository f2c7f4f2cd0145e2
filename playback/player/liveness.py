"""When the tab that sounds was last heard of: in the row, and since this process listens.

A database that was away, or a server that was, did not hear what was said: that is no silence.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from playback.models import DevicePlayer
from watchium.process_state import process_state

SILENT_MS = 6000.0  # the tab that sounds says where it is every second; a browser that was closed does not
LEFT_MS = 1500.0  # in which another tab goes on where one was closed; settling that takes half of it at most
MOST = 10_000
RESTART_MS = 60_000.0  # a server that was away for longer was not waited for


@dataclass
class _State:
    heard_ms: OrderedDict[str, float] = field(default_factory=OrderedDict)  # by device
    listening_since_ms: float = 0.0


_state = process_state(_State)


def listen(now_ms: float) -> None:
    """Sockets are open here from now on; said again it changes nothing."""
    _state.listening_since_ms = _state.listening_since_ms or now_ms


def heard(device_id: str, now_ms: float) -> None:
    _state.heard_ms[device_id] = now_ms
    _state.heard_ms.move_to_end(device_id)
    while len(_state.heard_ms) > MOST:
        _state.heard_ms.popitem(last=False)


def left(device_id: str) -> None:
    """It said that it goes: from here on only the row counts."""
    _state.heard_ms.pop(device_id, None)


def last_ms(player: DevicePlayer) -> float:
    known_ms = max(player.heard_ms, _state.heard_ms.get(player.device_id, 0.0))
    return _state.listening_since_ms if 0 < _state.listening_since_ms - known_ms < RESTART_MS else known_ms


def is_stale(player: DevicePlayer, now_ms: float) -> bool:
    """It plays, as far as its row says, and the tab that made the sound is gone."""
    return player.is_playing and now_ms - last_ms(player) > SILENT_MS
