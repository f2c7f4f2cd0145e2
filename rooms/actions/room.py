"""Making a room, changing what it is, closing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from rooms import access, display_names, rate_limits, signals
from rooms.actions.naming import resolve_name
from rooms.actions.presence import revoke_leases
from rooms.models import (
    Connection,
    ControlPolicy,
    Member,
    ModerationAct,
    Person,
    Role,
    Room,
    Token,
    Visibility,
    hash_passphrase,
)
from watchium import server_clock
from watchium.protocol.errors import BadMessage, CloseCode, NotAllowed
from watchium.realtime import broadcast

# Who makes a room keeps its seat until first present; a room nobody came to has no host after this.
FIRST_ARRIVAL_MS = 600_000
CHANGEABLE = {"title", "visibility", "passphrase", "control_policy", "seat_hold_s"}


Besides = Callable[[Room], list[str]]


def _nothing(room: Room) -> list[str]:
    return []


def propose_name() -> str:
    return display_names.proposed_name()


def create_guest(username: str = "") -> Person:
    """A new guest."""
    return Person.objects.create(username=display_names.clean_name(username) if username else propose_name())


@transaction.atomic
def create_room(
    owner: Person,
    *,
    title: str = "",
    visibility: str = "unlisted",
    passphrase_hash: str = "",
    username: str = "",
) -> Member:
    """A new room, the caller its owner, host and first member. `sealed` is the passphrase as `seal` made it.

    Raises what `name_for` raises, BadMessage and TooLong.
    """
    name = resolve_name(owner, username)
    room = Room(
        owner=owner, title=display_names.clean_title(title, f"{name}'s room"[: display_names.TITLE_CHARS])
    )
    _set_entrance(room, visibility, passphrase_hash)
    room.seat_until_ms = server_clock.now_ms() + FIRST_ARRIVAL_MS
    room.save()
    return Member.objects.create(room=room, person=owner, username=name, role=Role.HOST)


def _set_entrance(room: Room, visibility: str, passphrase_hash: str) -> None:
    if visibility not in Visibility.values:
        raise BadMessage(f"visibility is one of {', '.join(Visibility.values)}")
    room.visibility = visibility
    room.passphrase = passphrase_hash or room.passphrase
    if visibility == Visibility.PRIVATE and not room.passphrase:
        raise BadMessage("A private room needs a passphrase.")


def update_room(
    room: Room, *, by: Member | None, besides: Besides = _nothing, why: str = "", **changes: Any
) -> Room:
    """Change title, visibility, passphrase, control_policy or seat_hold_s; `by` None is the operator's staff.

    What staff changes is a row among the acts, with `why` and what it was before.

    `besides` changes what another floor keeps of the room, once it is locked and `by` may, and says what it changed.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise BadMessage(f"{', '.join(sorted(unknown))} cannot be changed")
    # Before the transaction: hashing takes a fifth of a second, in which no other request should wait for the lock.
    # The right is checked before it, and again behind the lock.
    if by is not None:
        _require_right(by)
    passphrase_hash = ""
    if passphrase := changes.get("passphrase"):
        if by is not None:
            rate_limits.limit_new_secrets(by.person.user_id)
        passphrase_hash = hash_passphrase(passphrase)
    return _change(room, by, changes, passphrase_hash, besides, why)


@transaction.atomic
def _change(
    room: Room, by: Member | None, changes: dict[str, Any], passphrase_hash: str, besides: Besides, why: str
) -> Room:
    room = _locked_for(room, by)
    before = {name: getattr(room, name) for name in sorted(changes) if name != "passphrase"}
    if "title" in changes:
        room.title = display_names.clean_title(changes["title"], room.title)
    if "visibility" in changes or "passphrase" in changes:
        _set_entrance(room, changes.get("visibility", room.visibility), passphrase_hash)
    if "control_policy" in changes:
        if changes["control_policy"] not in ControlPolicy.values:
            raise BadMessage(f"control_policy is one of {', '.join(ControlPolicy.values)}")
        room.control_policy = changes["control_policy"]
    if "seat_hold_s" in changes:
        if not isinstance(changes["seat_hold_s"], int) or not 5 <= changes["seat_hold_s"] <= 600:
            raise BadMessage("seat_hold_s is 5 to 600 seconds")
        room.seat_hold_s = changes["seat_hold_s"]
    room.save()
    if by is None:
        ModerationAct.objects.create(room=room, kind="change_room", why=why[:200], details={"before": before})
    others = besides(room)
    signals.room_changed.send(Room, room=room, by=by, changed=sorted([*changes, *others]))
    return room


def _locked_for(room: Room, by: Member | None) -> Room:
    if by is None:
        return Room.objects.locked(room.pk)
    by = access.lock(by)
    _require_right(by)
    return by.room


def _require_right(by: Member) -> None:
    if not (by.is_host or by.is_owner):
        raise NotAllowed("Only the host or the owner can change the room.")
    if by.room.is_demo:  # whoever comes next finds it open, as it was
        raise NotAllowed("The demo room stays as it is. Make a room of your own: it takes one press.")


@transaction.atomic
def close_room(room: Room, *, by: Member | None, why: str = "") -> None:
    """The end of a room: everybody's socket is closed, its address answers no more."""
    room = _locked_for(room, by)
    if room.closed_at is not None:
        return
    room.closed_at = timezone.now()
    room.save(update_fields=["closed_at"])
    ModerationAct.objects.create(
        room=room, kind="close_room", by=by.person if by is not None else None, why=why[:200]
    )
    revoke_leases(Connection.objects.of_room(room))
    Token.objects.end_soon(room.members.values("person"), room.closed_at)
    broadcast.close_room(room.room_id, CloseCode.NO_SUCH_ROOM)
