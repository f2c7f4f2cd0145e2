"""The life of a room: create, update, close."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from rooms import access, display_names, rate_limits, signals
from rooms.actions.knocking import forget_outsiders
from rooms.actions.log.acts import record_act
from rooms.actions.naming import resolve_name
from rooms.actions.presence import revoke_leases
from rooms.domain.rights import Level, Right, with_policy
from rooms.models import (
    Connection,
    ControlPolicy,
    Member,
    Person,
    Role,
    Room,
    Token,
    Visibility,
    hash_for_players,
    hash_passphrase,
)
from watchium import server_clock
from watchium.protocol.errors import BadMessage, CloseCode, NameTaken, NotAllowed, RuleRefused, gettext_noop
from watchium.realtime import broadcast

# The creator keeps the host role until first present; a room without visitors has no host after this.
FIRST_ARRIVAL_MS = 600_000
CHANGEABLE = {
    "title",
    "visibility",
    "passphrase",
    "control_policy",
    "rights",
    "seat_hold_s",
    "keep_evenings",
    "knock",
    "capacity",
    "description",
    "slug",
}
SWITCHES = {"keep_evenings", "knock"}

# Not among the rights that can be given: who changes these could take the room.
OF_HOST = frozenset({"control_policy", "rights", "closed_at"})

SLUG_TAKEN = gettext_noop("Another room has this address.")

AlsoUpdate = Callable[[Room], list[str]]


def _update_nothing(_room: Room) -> list[str]:
    return []


def create_guest(username: str = "") -> Person:
    """Create a guest with this name or a generated one."""
    name = display_names.clean_name(username) if username else display_names.generate_name()
    return Person.objects.create(username=name)


@transaction.atomic
def create_room(
    owner: Person,
    *,
    title: str = "",
    visibility: str = "unlisted",
    passphrase_hash: str = "",
    player_hash: str = "",
    username: str = "",
) -> Member:
    """Create a room with its owner as host and first member. `passphrase_hash` comes from `hash_passphrase`,
    `player_hash` from `hash_for_players`.

    Raises what `resolve_name` raises, BadMessage and TooLong.
    """
    name = resolve_name(owner, username)
    unnamed = gettext("{name}'s room").format(name=name)[: display_names.TITLE_CHARS]
    room = Room(owner=owner, title=display_names.clean_title(title, unnamed))
    _set_visibility(room, visibility, passphrase_hash, player_hash)
    room.seat_until_ms = server_clock.now_ms() + FIRST_ARRIVAL_MS
    room.save()
    return Member.objects.create(room=room, person=owner, username=name, role=Role.HOST)


def _set_visibility(room: Room, visibility: str, passphrase_hash: str, player_hash: str) -> None:
    if visibility not in Visibility.values:
        raise BadMessage(f"visibility is one of {', '.join(Visibility.values)}")
    room.visibility = visibility
    if passphrase_hash:
        room.passphrase, room.player_passphrase = passphrase_hash, player_hash
    if visibility == Visibility.PRIVATE and not room.passphrase:
        raise BadMessage("A private room needs a passphrase.")


def update_room(
    room: Room,
    *,
    actor: Member | None,
    also_update: AlsoUpdate = _update_nothing,
    reason: str = "",
    **changes: Any,
) -> Room:
    """Change one of `CHANGEABLE`. `actor` is None for staff.

    A change by staff is logged as a ModerationAct with `reason` and the values before.

    `also_update` updates settings that another app stores, in the same transaction, behind the lock and the check of
    the actor's rights; it returns the names of the changed fields.
    """
    unknown = changes.keys() - CHANGEABLE
    if unknown:
        raise BadMessage(f"{', '.join(sorted(unknown))} cannot be changed")
    # Hash before the transaction: it takes a fifth of a second, too long to hold the lock. Rights are checked before
    # it, and again behind the lock.
    if actor is not None:
        _require_authority(actor, changes)
    hashes = ("", "")
    if passphrase := changes.get("passphrase"):
        if actor is not None:
            rate_limits.limit_new_secrets(actor.person.user_id)
        hashes = (hash_passphrase(passphrase), hash_for_players(passphrase))
    try:
        return _update(room, actor, changes, hashes, also_update, reason)
    except IntegrityError:
        if changes.get("slug") and Room.objects.is_slug_taken(
            changes["slug"], room
        ):  # another room was faster
            raise NameTaken(SLUG_TAKEN) from None
        raise


@transaction.atomic
def _update(
    room: Room,
    actor: Member | None,
    changes: dict[str, Any],
    hashes: tuple[str, str],
    also_update: AlsoUpdate,
    reason: str,
) -> Room:
    room = lock_for_settings(room, actor, changes)
    before = {name: getattr(room, name) for name in sorted(changes) if name != "passphrase"}
    was_private = room.visibility == Visibility.PRIVATE
    _apply(room, changes, hashes)
    room.save()
    becomes_private = room.visibility == Visibility.PRIVATE and not was_private
    if hashes[0] or becomes_private:  # who was let in before need not know the passphrase
        forget_outsiders(room, timezone.now())
    if actor is None:
        record_act(room, "change_room", actor=None, reason=reason, details={"before": before})
    others = also_update(room)
    signals.room_changed.send(Room, room=room, actor=actor, changed=sorted([*changes, *others]))
    return room


def _apply(room: Room, changes: dict[str, Any], hashes: tuple[str, str]) -> None:
    """Set the fields of a locked room. Raises BadMessage, TooLong, NameTaken and RuleRefused."""
    if "title" in changes:
        room.title = display_names.clean_title(changes["title"], room.title)
    if "visibility" in changes or "passphrase" in changes:
        _set_visibility(room, changes.get("visibility", room.visibility), *hashes)
    _apply_rights(room, changes)
    for name in SWITCHES & changes.keys():
        setattr(room, name, bool(changes[name]))
    if "seat_hold_s" in changes:
        room.seat_hold_s = _checked_seat_hold(changes["seat_hold_s"])
    if "description" in changes:
        room.description = display_names.clean_description(changes["description"])
    if "slug" in changes:
        room.slug = _checked_slug(room, changes["slug"])
    if "capacity" in changes:
        room.capacity = _checked_capacity(changes["capacity"])


def _apply_rights(room: Room, changes: dict[str, Any]) -> None:
    if "control_policy" in changes:
        if changes["control_policy"] not in ControlPolicy.values:
            raise BadMessage(f"control_policy is one of {', '.join(ControlPolicy.values)}")
        room.set_levels(with_policy(room.levels, Level(changes["control_policy"])))
    if "rights" in changes:
        room.set_levels({**room.levels, **changes["rights"]})


def _checked_seat_hold(seat_hold_s: Any) -> int:
    if not isinstance(seat_hold_s, int) or not 5 <= seat_hold_s <= 600:
        raise BadMessage("The host may be away for 5 to 600 seconds.")
    return seat_hold_s


def _checked_slug(room: Room, slug: str | None) -> str | None:
    """Accounts only: a guest's room is often gone tomorrow, and its name would be taken."""
    if slug is None:
        return None
    if room.owner is None or room.owner.account_id is None:
        raise RuleRefused("Only rooms of accounts have an address of their own.")
    if Room.objects.is_slug_taken(slug, room):
        raise NameTaken(SLUG_TAKEN)
    return slug


def _checked_capacity(capacity: int | None) -> int | None:
    """Members who are in the room already stay."""
    if capacity is not None and not 2 <= capacity <= settings.MAX_MEMBERS:
        raise BadMessage("A room has 2 to {most} members.", most=settings.MAX_MEMBERS)
    return capacity


def lock_for_settings(room: Room, actor: Member | None, changes: Collection[str]) -> Room:
    """Lock the room for changes by this member, or by staff. Raises NotHost, RuleRefused, NotAllowed."""
    if actor is None:
        return Room.objects.locked(room.pk)
    actor = access.lock(actor)
    _require_authority(actor, changes)
    return actor.room


def _require_authority(actor: Member, changes: Collection[str]) -> None:
    actor.require(Right.SETTINGS)
    if OF_HOST.intersection(changes) and not (actor.is_host or actor.is_owner):
        raise RuleRefused("Only the host and the owner may change permissions, or close the room.")
    if actor.room.is_demo:  # the next visitor finds it unchanged
        raise NotAllowed("The demo room cannot be changed. Create your own room: it takes one click.")


@transaction.atomic
def close_room(room: Room, *, actor: Member | None, reason: str = "") -> None:
    """Close a room for good: all its sockets are closed, and its URL no longer works."""
    room = lock_for_settings(room, actor, ["closed_at"])
    if room.closed_at is not None:
        return
    room.closed_at = timezone.now()
    room.slug = room.code = None  # free for others
    room.save(update_fields=["closed_at", "slug", "code"])
    record_act(room, "close_room", actor=actor, reason=reason)
    revoke_leases(Connection.objects.of_room(room))
    Token.objects.expire_soon(room.members.values("person"), room.closed_at)
    broadcast.close_room(room.room_id, CloseCode.NO_SUCH_ROOM)
