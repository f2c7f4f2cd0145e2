"""A room's playback and its log, how far everybody was off when one happened; the library; a device's player."""

from playback.models.device_player import DevicePlayer, PlayerHistory
from playback.models.media_item import MediaItem
from playback.models.playback import SYNC_TOLERANCE_MS, Playback, SyncReference
from playback.models.playback_event import PlaybackEvent
from playback.models.sync_state import Share, SyncState

__all__ = [
    "SYNC_TOLERANCE_MS",
    "DevicePlayer",
    "MediaItem",
    "Playback",
    "PlaybackEvent",
    "PlayerHistory",
    "Share",
    "SyncReference",
    "SyncState",
]
