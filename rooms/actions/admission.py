"""Admission to a room, also for anonymous clients; used by the join page and the API."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rooms import access, rate_limits
from rooms.access import Identity
from rooms.actions.membership import ASK_AGAIN_MS, join
from rooms.actions.room import create_guest
from rooms.domain.rights import Right
from rooms.forms import JoinForm
from rooms.ids import new_code, typed_code
from rooms.models import JoinRequest, Member, Person, Room
from watchium import server_clock
from watchium.protocol.errors import Waiting
from watchium.shared_state import rate_limits as limits

CODE_LASTS = timedelta(days=1)
CODE_RENEWED_BEFORE = timedelta(hours=1)  # its end: who shows it has time to type it

TOO_MANY = "Too many attempts. Wait a moment."


class WaitingGuest(Waiting):
    """`person`: the new guest, as whom the client asks again."""

    def __init__(self, person: Person) -> None:
        super().__init__(retry_after_ms=ASK_AGAIN_MS)
        self.person = person


def admit(identity: Identity, room_id: str, form: JoinForm, *, is_md5: bool = False) -> Member:
    """Join as the client's person, or as a new guest, deleted again if joining is refused.

    `is_md5`: of the passphrase only the MD5 is known.

    Raises what `join` raises, and RateLimited after ten passphrases from one address within a minute, after thirty
    for one room, or after too many joins from one address. Who waits for the host's answer may ask on: the passphrase
    is neither checked nor counted again.
    """
    rate_limits.limit_joins(identity.address)
    if form.passphrase and not _has_shown_passphrase(identity.person, room_id):
        _limit_passphrases(room_id, identity.address)
    person = identity.person or create_guest(form.username)
    try:
        return join(
            person,
            room_id,
            username=form.username,
            passphrase=form.passphrase,
            is_md5=is_md5,
            address=identity.address,
        )
    except Waiting:
        if identity.person is None:
            raise WaitingGuest(person) from None  # kept, to ask again as the same person
        raise
    except Exception:
        if identity.person is None:
            person.delete()
        raise


def _has_shown_passphrase(person: Person | None, room_id: str) -> bool:
    return person is not None and JoinRequest.objects.has_shown_passphrase(room_id, person, timezone.now())


def _limit_passphrases(room_id: str, address: str) -> None:
    """Limit attempts by address, and by room over all addresses; for rooms that do not exist as well."""
    now_ms = server_clock.now_ms()
    limits.spend("passphrase", address, now_ms, TOO_MANY)
    if limits.wait_ms("room_passphrase", room_id, now_ms):
        limits.spend("first_passphrase", f"{room_id} {address}", now_ms, TOO_MANY)


@transaction.atomic
def room_code(actor: Member) -> tuple[str, datetime]:
    """Return a code of the room, to be typed where the link cannot be opened, and until when it is valid.

    Raises RuleRefused without the right to invite.
    """
    actor = access.lock(actor)
    actor.require(Right.INVITE)
    room, now = actor.room, timezone.now()
    if room.code is None or room.code_until is None or room.code_until < now + CODE_RENEWED_BEFORE:
        room.code, room.code_until = new_code(), now + CODE_LASTS
        room.save(update_fields=["code", "code_until"])
    return room.code, room.code_until


def room_with_code(identity: Identity, typed: str) -> Room | None:
    """Return the room with this code, or None. Raises RateLimited after many codes of no room."""
    code = typed_code(typed)
    room = Room.objects.with_code(code, timezone.now()) if code else None
    if room is None:
        rate_limits.limit_room_guesses(identity.address)
    return room


def room_for_visitor(identity: Identity, room_id: str) -> Room | None:
    """Return `visible_room` for a client who opened a link. Raises RateLimited after many links to no room."""
    room = visible_room(identity, room_id)
    if room is None:
        rate_limits.limit_room_guesses(identity.address)
    return room


def visible_room(identity: Identity, room_id: str) -> Room | None:
    """Return the room whose title a non-member may see: a public or unlisted one, or the person's own."""
    room = access.joinable_room(room_id)
    if room is None and identity.person is not None:
        room = Room.objects.open().filter(room_id=room_id, owner=identity.person).first()
    return room
