"""Access control: the only functions that look up a room or a member for a client.

A room that a client may not see does not exist for it: unknown, private and unlisted rooms give the same error.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from rooms.models import Ban, Member, Person, Room, Visibility
from watchium.db.prepared import PreparedQuery, Rows
from watchium.protocol.errors import NotMember, RoomClosed
from watchium.telemetry.context import bind_log_context


@dataclass(frozen=True)
class Identity:
    """The client of a request or socket: its person (None if anonymous), browser, address and token.

    `is_companion`: the browser is the person's second screen, and has what it may do from a ticket, until `ends_at`.
    """

    person: Person | None
    device_id: str = ""
    address: str = ""
    token: int | None = None
    is_companion: bool = False
    ends_at: datetime | None = None

    @property
    def socket_key(self) -> str:
        """The browser, token or person with native players whose open sockets are counted together.

        Device ids of browsers are hexadecimal: no T, and no P as of native players.
        """
        return f"T{self.token}" if self.token is not None else self.device_id


def member_for(identity: Identity, room_id: str) -> Member:
    """Return the client's member. Raises NotMember for clients outside the room, RoomClosed for its members."""
    member = None
    if identity.person is not None:
        member = Member.objects.of_person(room_id, identity.person)
    if member is None:
        raise NotMember
    bind_log_context(room_id, member.person.user_id)
    if member.room.closed_at is not None:
        raise RoomClosed
    return member


def is_banned(identity: Identity, room_id: str) -> bool:
    """Return whether the person is banned from this room."""
    return identity.person is not None and Ban.objects.applies_to_person(
        room_id, identity.person, timezone.now()
    )


def readable_room(identity: Identity, room_id: str) -> Room:
    """Return a public room that lets everybody join, or one of which the person is a member.

    Raises as `member_for` does.
    """
    room = Room.objects.open().filter(room_id=room_id, visibility=Visibility.PUBLIC, knock=False).first()
    return room or member_for(identity, room_id).room


def joinable_room(room_id: str) -> Room | None:
    """Return the public or unlisted room with this id, for clients who have its link; None for others.

    With its playback: the page on which visitors join shows the time of a premiere.
    """
    found = Room.objects.open().filter(room_id=room_id).exclude(visibility=Visibility.PRIVATE)
    return found.select_related("playback").with_cover().first()


def reload_member(member: Member) -> Member:
    """Read the member again without a lock, for actions that store nothing. A socket may outlive its membership.

    Raises NotMember, RoomClosed.
    """
    current = Member.objects.current_with_room(member.pk)
    if current is None:
        raise NotMember
    if current.room.closed_at is not None:
        raise RoomClosed
    return current


def lock(member: Member) -> Member:
    """Read the member again with `member.room` locked until the transaction ends. Every action in a room begins here.

    Raises NotMember, RoomClosed.
    """
    return lock_and_query(member)[0]


def lock_and_query(
    member: Member, *queries: PreparedQuery, to_write: bool = False
) -> tuple[Member, list[Rows]]:
    """Lock as `lock` does and run further queries behind the lock, all in one round trip.

    `to_write`: a comment, for which the room's word filter is read too.
    """
    locked, results = member.locked(*queries, to_write=to_write)
    if locked is None:
        raise NotMember
    if locked.room.closed_at is not None:
        raise RoomClosed
    return locked, results
