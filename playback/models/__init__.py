"""A room's playback, the log of its changes, and how far everybody was off when one happened."""

from playback.models.log import Answered, PlaybackEvent
from playback.models.state import SYNC_TOLERANCE_MS, Course, Playback
from playback.models.sync import Share, SyncState

__all__ = ["SYNC_TOLERANCE_MS", "Answered", "Course", "Playback", "PlaybackEvent", "Share", "SyncState"]
