"""Signals to the layers above, sent inside the action's transaction.

`playback` takes a revision for `host_changed` and `room_changed` and writes its row; `watchium.services` turns all of
them into system comments. Signals serve no other purpose.
"""

from django.dispatch import Signal

member_joined = Signal()  # member
member_left = Signal()  # member, reason: "left", "lost", "removed", "banned"
host_changed = Signal()  # room (locked), member or None, former or None
room_changed = Signal()  # room (locked), actor (Member or None), changed: list of field names
