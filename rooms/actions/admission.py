"""Admission to a room, also for anonymous clients; used by the join page and the API."""

from __future__ import annotations

from rooms import access, rate_limits
from rooms.access import Identity
from rooms.actions.membership import ASK_AGAIN_MS, join
from rooms.actions.room import create_guest
from rooms.forms import JoinForm
from rooms.models import Member, Person, Room
from watchium import server_clock
from watchium.protocol.errors import Waiting
from watchium.shared_state import rate_limits as limits

TOO_MANY = "Too many attempts. Wait a moment."


class WaitingGuest(Waiting):
    """`person`: the new guest, as whom the client asks again."""

    def __init__(self, person: Person) -> None:
        super().__init__(retry_after_ms=ASK_AGAIN_MS)
        self.person = person


def admit(identity: Identity, room_id: str, form: JoinForm) -> Member:
    """Join as the client's person, or as a new guest, deleted again if joining is refused.

    Raises what `join` raises, and RateLimited after ten passphrases from one address within a minute, after thirty
    for one room, or after too many joins from one address.
    """
    rate_limits.limit_joins(identity.address)
    if form.passphrase:
        _limit_passphrases(room_id, identity.address)
    person = identity.person or create_guest(form.username)
    try:
        return join(
            person, room_id, username=form.username, passphrase=form.passphrase, address=identity.address
        )
    except Waiting:
        if identity.person is None:
            raise WaitingGuest(person) from None  # kept, to ask again as the same person
        raise
    except Exception:
        if identity.person is None:
            person.delete()
        raise


def _limit_passphrases(room_id: str, address: str) -> None:
    """Limit attempts by address, and by room over all addresses; for rooms that do not exist as well."""
    now_ms = server_clock.now_ms()
    limits.spend("passphrase", address, now_ms, TOO_MANY)
    if limits.wait_ms("room_passphrase", room_id, now_ms):
        limits.spend("first_passphrase", f"{room_id} {address}", now_ms, TOO_MANY)


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
