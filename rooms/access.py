"""The only ways to get hold of a room or a member on somebody's behalf.

A room that somebody may not see does not exist for them: unknown, private and unlisted rooms give one answer.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils import timezone

from rooms.models import Ban, Member, Person, Room, Visibility
from watchium.db.prepared import PreparedQuery, Rows
from watchium.protocol.errors import NotMember, RoomClosed
from watchium.telemetry.context import bind_log_context


@dataclass(frozen=True)
class Identity:
    """Who asks: a person or nobody yet, from which browser, from which address."""

    person: Person | None
    device_id: str = ""
    address: str = ""
    token: int | None = None

    @property
    def socket_key(self) -> str:
        """By what open sockets are counted: the browser, or the token. No device has a T in its name."""
        return f"T{self.token}" if self.token is not None else self.device_id


def member_for(identity: Identity, room_id: str) -> Member:
    """Raises NotMember for whoever is not in the room, RoomClosed for its members once it was closed."""
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
    """Whether the person was sent out of this room and may not be back yet."""
    return identity.person is not None and Ban.objects.bars(room_id, identity.person, timezone.now())


def readable_room(identity: Identity, room_id: str) -> Room:
    """A public room, or one the person is a member of."""
    room = Room.objects.open().filter(room_id=room_id, visibility=Visibility.PUBLIC).first()
    return room or member_for(identity, room_id).room


def joinable_room(room_id: str) -> Room | None:
    """The room behind a link for somebody who is not in it: public and unlisted ones only."""
    return Room.objects.open().filter(room_id=room_id).exclude(visibility=Visibility.PRIVATE).first()


def reload_member(member: Member) -> Member:
    """The member read again, for what changes nothing in the room: a socket may outlive its membership by a moment."""
    found = Member.objects.current_with_room(member.pk)
    if found is None:
        raise NotMember
    if found.room.closed_at is not None:
        raise RoomClosed
    return found


def lock(member: Member) -> Member:
    """The member as of now, `member.room` locked until the transaction ends: every deed in a room begins here."""
    return lock_and_query(member)[0]


def lock_and_query(member: Member, *questions: PreparedQuery) -> tuple[Member, list[Rows]]:
    """The same, and what else a deed wants to know once the room is locked, without another trip to the database."""
    locked, answers = member.locked(*questions)
    if locked is None:
        raise NotMember
    if locked.room.closed_at is not None:
        raise RoomClosed
    return locked, answers
