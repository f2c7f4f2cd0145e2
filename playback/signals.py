"""Signals of playback for the layers above, sent inside the action's transaction."""

from django.dispatch import Signal

media_loaded = Signal()  # room (locked), by (Member or None), media (types.Media), now_ms
poll_closed = Signal()  # room (locked), poll (types.PollState), now_ms
