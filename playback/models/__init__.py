"""Tables: a room's playback, log, history and sync states; the library, conversions; uploads; a device's player."""

from playback.models.conversion import Conversion
from playback.models.device_player import DevicePlayer, PlayerHistory
from playback.models.history.played_media import PlayedMedia
from playback.models.history.stored_evening import EveningGuest, KeptEvening
from playback.models.history.watched_media import HistoryOff, WatchedMedia
from playback.models.media_item import MediaItem
from playback.models.play_when_ready import PlayWhenReady
from playback.models.playback import SYNC_TOLERANCE_MS, Playback, SyncReference
from playback.models.playback_event import PlaybackEvent
from playback.models.queues.playlist import Playlist
from playback.models.queues.room_queue import QueueHistory, StoredQueue
from playback.models.room_captions import RoomCaptions
from playback.models.sync_state import Share, SyncState
from playback.models.upload import Upload

__all__ = [
    "SYNC_TOLERANCE_MS",
    "Conversion",
    "DevicePlayer",
    "EveningGuest",
    "HistoryOff",
    "KeptEvening",
    "MediaItem",
    "PlayWhenReady",
    "Playback",
    "PlaybackEvent",
    "PlayedMedia",
    "PlayerHistory",
    "Playlist",
    "QueueHistory",
    "RoomCaptions",
    "Share",
    "StoredQueue",
    "SyncReference",
    "SyncState",
    "Upload",
    "WatchedMedia",
]
