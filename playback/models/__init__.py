"""Tables: a room's playback, its event log and sync states; the library; uploads; a device's player."""

from playback.models.device_player import DevicePlayer, PlayerHistory
from playback.models.media_item import MediaItem
from playback.models.playback import SYNC_TOLERANCE_MS, Playback, SyncReference
from playback.models.playback_event import PlaybackEvent
from playback.models.sync_state import Share, SyncState
from playback.models.upload import Upload

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
    "Upload",
]
