"""Signals of playback for the layers above, sent inside the action's transaction."""

from django.dispatch import Signal

media_loaded = Signal()  # room (locked), by (Member or None), media (types.Media), now_ms
poll_closed = Signal()  # room (locked), poll (types.PollState), now_ms
controlled = (
    Signal()
)  # room (locked), by (Member), kind (of command), timeline, now_ms; if the room wants notices
