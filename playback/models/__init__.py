"""A room's playback and its log, how far everybody was off when one happened; the library; a device's player."""

from playback.models.items import MediaItem
from playback.models.log import Answered, PlaybackEvent
from playback.models.player import DevicePlayer, PlayerHistory
from playback.models.state import SYNC_TOLERANCE_MS, Course, Playback
from playback.models.sync import Share, SyncState

__all__ = [
    "SYNC_TOLERANCE_MS",
    "Answered",
    "Course",
    "DevicePlayer",
    "MediaItem",
    "Playback",
    "PlaybackEvent",
    "PlayerHistory",
    "Share",
    "SyncState",
]
