"""Signals of playback for the layers above, sent inside the action's transaction."""

from django.dispatch import Signal

# room (locked), by (Member or None), media (types.Media), now_ms, starts_at_ms (of an announced start)
media_loaded = Signal()
poll_closed = Signal()  # room (locked), poll (types.PollState), now_ms
controlled = (
    Signal()
)  # room (locked), by (Member), kind (of command), timeline, now_ms; if the room wants notices
