"""Creates a room with its playback, for the page and the API."""

from __future__ import annotations

from django.db import transaction

import playback.room.actions
import rooms.actions
from playback.media_lookup import find, find_own
from rooms import display_names, rate_limits
from rooms.access import Identity
from rooms.forms import NewRoom
from rooms.models import Member, hash_for_players, hash_passphrase
from watchium.protocol.errors import BadMessage
from watchium.protocol.types import Media


def create_room(identity: Identity, form: NewRoom) -> Member:
    """Create a room and its playback in one transaction; the creator, a new guest if need be, becomes owner and host.

    Raises BadMessage, TooLong, NameTaken or UnknownMedia for an invalid form, RateLimited after many rooms.
    """
    rate_limits.limit_new_rooms(identity.address)
    media = _media(form)
    display_names.clean_name(form.username or "nobody")  # rejects an invalid name before the costly hashing
    if form.passphrase:
        rate_limits.limit_new_secrets(identity.address)
    hashes = (hash_passphrase(form.passphrase), hash_for_players(form.passphrase))
    return _create(identity, form, media, hashes)


def _media(form: NewRoom) -> Media | None:
    if form.own is None:
        return find(form.media_url) if form.media_url else None
    if form.media_url:
        raise BadMessage("A room begins with an address or with a file that everyone brings, not with both.")
    return find_own(form.own)


@transaction.atomic
def _create(identity: Identity, form: NewRoom, media: Media | None, hashes: tuple[str, str]) -> Member:
    owner = identity.person or rooms.actions.create_guest(form.username)
    member = rooms.actions.create_room(
        owner,
        title=form.title,
        visibility=form.visibility,
        passphrase_hash=hashes[0],
        player_hash=hashes[1],
        username=form.username,
    )
    playback.room.actions.prepare(member.room, media, premiere_at=form.premiere_at)
    return member
