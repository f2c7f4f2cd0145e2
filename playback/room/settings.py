"""A room's settings about playback, changed together with the room's own."""

from __future__ import annotations

from typing import Any

from playback.domain.stall_policy import LONGEST_S, POLICIES, SHORTEST_S
from playback.models import Playback
from playback.room import stall_handling
from rooms.models import Room
from watchium import server_clock
from watchium.protocol.errors import BadMessage

CHOICES = {"sync_enabled", "sync_tolerance_ms", "stall_policy", "stall_wait_s"}


def choose(room: Room, choices: dict[str, Any], *, now_ms: float | None = None) -> None:
    """Set what is named in a room that the caller has locked, and who will tell it. Raises BadMessage."""
    _check(choices)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    playback = Playback.objects.of(room)
    for name, value in choices.items():
        setattr(playback, name, value)
    playback.save(update_fields=sorted(choices))
    if playback.held and not playback.waits:
        stall_handling.release(playback, "release", now_ms)


def _check(choices: dict[str, Any]) -> None:
    if unknown := choices.keys() - CHOICES:
        raise BadMessage(f"{', '.join(sorted(unknown))} cannot be changed")
    if choices.get("stall_policy", POLICIES[0]) not in POLICIES:
        raise BadMessage(f"stall_policy is one of {', '.join(POLICIES)}")
    if not SHORTEST_S <= choices.get("stall_wait_s", SHORTEST_S) <= LONGEST_S:
        raise BadMessage(f"stall_wait_s is {SHORTEST_S} to {LONGEST_S} seconds")
