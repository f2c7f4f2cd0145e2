"""What playback announces to the floor above, inside the deed's transaction."""

from django.dispatch import Signal

media_loaded = Signal()  # room (locked), by (Member or None), media (messages.Media), now_ms
