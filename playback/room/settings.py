"""A room's playback settings, which are changed together with the room's own."""

from __future__ import annotations

from typing import Any

import msgspec

from playback.domain.stall_policy import LONGEST_S, POLICIES, SHORTEST_S
from playback.models import Playback
from playback.room import stall_handling
from rooms.models import Member, Room
from rooms.serializers import room_state
from watchium import server_clock
from watchium.protocol.errors import BadMessage

PLAYBACK_SETTINGS = {"sync_enabled", "sync_tolerance_ms", "stall_policy", "stall_wait_s"}


def change_settings(room: Room, settings: dict[str, Any], *, now_ms: float | None = None) -> None:
    """Set the given settings. The caller has locked the room and broadcasts the change. Raises BadMessage."""
    _validate(settings)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    playback = Playback.objects.of(room)
    for name, value in settings.items():
        setattr(playback, name, value)
    playback.save(update_fields=sorted(settings))
    if playback.current_wait and not playback.waits_for_members:
        stall_handling.resume(playback, "release", now_ms)


def room_settings(playback: Playback) -> dict[str, Any]:
    """Return the room's state with these playback settings, as an event stores it."""
    state: dict[str, Any] = msgspec.to_builtins(
        room_state(playback.room, Member.objects.host_of(playback.room), playback.settings)
    )
    return state


def _validate(settings: dict[str, Any]) -> None:
    if unknown := settings.keys() - PLAYBACK_SETTINGS:
        raise BadMessage(f"{', '.join(sorted(unknown))} cannot be changed")
    if settings.get("stall_policy", POLICIES[0]) not in POLICIES:
        raise BadMessage(f"stall_policy is one of {', '.join(POLICIES)}")
    if not SHORTEST_S <= settings.get("stall_wait_s", SHORTEST_S) <= LONGEST_S:
        raise BadMessage(f"stall_wait_s is {SHORTEST_S} to {LONGEST_S} seconds")
