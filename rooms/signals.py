"""What rooms announce to the floors above, inside the deed's transaction, and for nothing else.

`host_changed` and `room_changed` take a revision, whose row `playback` writes; all of them become system comments.
"""

from django.dispatch import Signal

member_joined = Signal()  # member
member_left = Signal()  # member, reason: "left", "lost", "removed", "banned"
host_changed = Signal()  # room (locked), member or None, former or None
room_changed = Signal()  # room (locked), by (Member or None), changed: list of field names
