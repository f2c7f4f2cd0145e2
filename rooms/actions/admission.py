"""The way into a room for somebody who may be nobody yet: the same for the page and the API."""

from __future__ import annotations

from rooms import access, rate_limits
from rooms.access import Identity
from rooms.actions.membership import join
from rooms.actions.room import create_guest
from rooms.forms import Joining
from rooms.models import Member, Room
from watchium import server_clock
from watchium.shared_state import rate_limits as limits

TOO_MANY = "Too many tries. Wait a little."


def admit(identity: Identity, room_id: str, form: Joining) -> Member:
    """Join as who asks, else as a new guest; nobody new stays behind when the door stays shut.

    Raises what joining raises, and RateLimited after ten passphrases from an address within a minute, after thirty
    for one room, or too many people of one address at once.
    """
    rate_limits.limit_joins(identity.address)
    if form.passphrase:
        _count_try(room_id, identity.address)
    person = identity.person or create_guest(form.username)
    try:
        return join(
            person, room_id, username=form.username, passphrase=form.passphrase, address=identity.address
        )
    except Exception:
        if identity.person is None:
            person.delete()
        raise


def _count_try(room_id: str, address: str) -> None:
    """By address, and by room from all addresses together; the same for rooms that do not exist."""
    now_ms = server_clock.now_ms()
    limits.spend("passphrase", address, now_ms, TOO_MANY)
    if limits.wait_ms("room_passphrase", room_id, now_ms):
        limits.spend("first_passphrase", f"{room_id} {address}", now_ms, TOO_MANY)


def room_for_visitor(identity: Identity, room_id: str) -> Room | None:
    """As `visible_room`, for somebody who found nothing but an address. Raises RateLimited after many wrong ones."""
    room = visible_room(identity, room_id)
    if room is None:
        rate_limits.limit_room_guesses(identity.address)
    return room


def visible_room(identity: Identity, room_id: str) -> Room | None:
    """The room whose title somebody outside may see: public, unlisted, or their own."""
    room = access.joinable_room(room_id)
    if room is None and identity.person is not None:
        room = Room.objects.open().filter(room_id=room_id, owner=identity.person).first()
    return room
