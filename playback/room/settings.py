"""A room's playback settings, which are changed together with the room's own."""

from __future__ import annotations

from typing import Any

from playback.domain.stall_policy import LONGEST_S, POLICIES, SHORTEST_S
from playback.models import Playback
from playback.room import stall_handling
from playback.room.start import premiere
from rooms.models import Room
from watchium import server_clock
from watchium.protocol.errors import BadMessage

START_SETTINGS = {"countdown", "premiere_at"}
COLUMNS = {"sync_enabled", "sync_tolerance_ms", "stall_policy", "stall_wait_s", "notices_in_chat"}
PLAYBACK_SETTINGS = COLUMNS | START_SETTINGS


def change_settings(room: Room, settings: dict[str, Any], *, now_ms: float | None = None) -> None:
    """Set the given settings. The caller has locked the room and broadcasts the change. Raises BadMessage."""
    _validate(settings)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    playback = Playback.objects.of(room)
    columns = settings.keys() - START_SETTINGS
    for name in columns:
        setattr(playback, name, settings[name])
    if columns:
        playback.save(update_fields=sorted(columns))
    if START_SETTINGS & settings.keys():
        premiere.change(playback, settings, now_ms)
    if playback.current_wait and not playback.waits_for_members:
        stall_handling.resume(playback, "release", now_ms)


def _validate(settings: dict[str, Any]) -> None:
    if unknown := settings.keys() - PLAYBACK_SETTINGS:
        raise BadMessage(f"{', '.join(sorted(unknown))} cannot be changed")
    if settings.get("stall_policy", POLICIES[0]) not in POLICIES:
        raise BadMessage(f"stall_policy is one of {', '.join(POLICIES)}")
    if not SHORTEST_S <= settings.get("stall_wait_s", SHORTEST_S) <= LONGEST_S:
        raise BadMessage("The room waits for {least} to {most} seconds.", least=SHORTEST_S, most=LONGEST_S)
