"""Making a room, playback included: one deed for the page and the API."""

from __future__ import annotations

from django.db import transaction

import playback.room.actions
import rooms.actions
from playback.media_lookup import find
from rooms import display_names, rate_limits
from rooms.access import Identity
from rooms.forms import NewRoom
from rooms.models import Member, hash_passphrase
from watchium.protocol.types import Media


def create_room(identity: Identity, form: NewRoom) -> Member:
    """A room and its playback, or neither; its maker is owner, host and member, and a new guest if nobody yet.

    Raises BadMessage, TooLong, NameTaken or UnknownMedia for what the form says, RateLimited after many rooms.
    """
    rate_limits.limit_new_rooms(identity.address)
    media = find(form.media_url) if form.media_url else None
    display_names.clean_name(form.username or "nobody")  # what is refused below anyway costs no hashing
    if form.passphrase:
        rate_limits.limit_new_secrets(identity.address)
    return _open(identity, form, media, hash_passphrase(form.passphrase))


@transaction.atomic
def _open(identity: Identity, form: NewRoom, media: Media | None, passphrase_hash: str) -> Member:
    owner = identity.person or rooms.actions.create_guest(form.username)
    member = rooms.actions.create_room(
        owner,
        title=form.title,
        visibility=form.visibility,
        passphrase_hash=passphrase_hash,
        username=form.username,
    )
    playback.room.actions.prepare(member.room, media)
    return member
