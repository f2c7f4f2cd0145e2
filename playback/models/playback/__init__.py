"""A room's playback: its timeline and media, its settings, and the rooms that are due."""

from playback.models.playback.due_rooms import members_present
from playback.models.playback.playback import Playback, SyncReference
from playback.models.playback.settings import NO_START, SYNC_TOLERANCE_MS

__all__ = ["NO_START", "SYNC_TOLERANCE_MS", "Playback", "SyncReference", "members_present"]
