"""Read a device's player."""

from __future__ import annotations

from playback.models import DevicePlayer, PlayerHistory
from playback.player import serializers
from playback.player.command import pause_if_stale
from watchium import server_clock
from watchium.protocol.player_events import PlayerSnapshot


def snapshot(device_id: str, *, is_playing_tab: bool = False, now_ms: float | None = None) -> PlayerSnapshot:
    """Return the player. `is_playing_tab`: asked by the tab that plays, which has just reconnected."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    player = DevicePlayer.objects.of(device_id)
    if not is_playing_tab:
        pause_if_stale(player, now_ms)  # not stored: the next change stores it
    return serializers.snapshot_of(player, PlayerHistory.objects.of(player))


def revision_of(device_id: str) -> int:
    return DevicePlayer.objects.revision_of(device_id)
