"""The space of uploads: limits of a file, a room, a person, a network, guests and the instance, and the reservations.

An upload reserves its whole size while it arrives. If it stops, its rest is free for others after a quarter of an hour;
if it arrives a little at a time, after that and the time that the largest file takes at 64 KiB a second.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from playback.models import Upload
from playback.uploads import storage
from playback.uploads.errors import DiskIsFull, TooLarge, UploadsOff
from rooms.auth.client_address import address_hash
from rooms.models import Member, Person
from watchium.protocol.errors import gettext_noop

MB = 1024 * 1024
NETWORKS = 4  # that fill the instance: guests are free, addresses are not
GUESTS_SHARE = 2  # guests of all networks together have this part of the instance; the rest is for accounts

ROOM_FULL = gettext_noop("This room has no space left for this: {used} of {limit} MB are in use.")
SENDER_FULL = gettext_noop("You have no space left for this: {used} of {limit} MB are in use.")
OTHER_SENDER_FULL = gettext_noop("Its sender has no space left for this: {used} of {limit} MB are in use.")
NETWORK_FULL = gettext_noop("Your network has no space left for this: {used} of {limit} MB are in use.")
GUESTS_FULL = gettext_noop("Guests together have no space left for this: {used} of {limit} MB are in use.")
SERVER_FULL = gettext_noop("This server has no space left for this: {used} of {limit} MB are in use.")


def largest_bytes() -> int:
    """Return the size of the largest accepted file; 0 if uploads are switched off."""
    return min(settings.UPLOAD_MB, settings.ROOM_UPLOAD_MB) * MB


def require(by: Member, size: int, address: str) -> None:
    """Raise TooLarge, UploadsOff or DiskIsFull unless a file fits. The space is the caller's until it commits."""
    if not settings.ROOM_UPLOAD_MB:
        raise UploadsOff
    if size > settings.UPLOAD_MB * MB:
        raise TooLarge("A file has at most {size} MB here.", size=settings.UPLOAD_MB)
    Person.objects.lock(by.person)
    _require(size, room=by.room, person=by.person, address_hash=address_hash(address))


@transaction.atomic
def renew(upload: Upload) -> None:
    """Reserve the rest of an upload that had stopped. Raises TooLarge or DiskIsFull if others took the space."""
    now = timezone.now()
    if upload.has_lapsed(now):
        rest = upload.size - upload.received
        _require(rest, room=upload.room, person=upload.person, address_hash=upload.address_hash)
        Upload.objects.store(upload, {"changed_at": now})


def require_result(upload: Upload, size: int) -> None:
    """Raise TooLarge or DiskIsFull unless what an upload is converted into fits: it counts like the file itself."""
    _require(
        size,
        sender_full=OTHER_SENDER_FULL,
        room=upload.room,
        person=upload.person,
        address_hash=upload.address_hash,
    )


def _require(size: int, sender_full: str = SENDER_FULL, **of: Any) -> None:
    Upload.objects.lock_space()
    now = timezone.now()
    person = of["person"]
    of["guests"] = person is None or person.account_id is None
    for name, limit_mb, full in (
        ("room", settings.ROOM_UPLOAD_MB, ROOM_FULL),
        ("person", settings.ROOM_UPLOAD_MB, sender_full),
        ("address_hash", _network_mb(), NETWORK_FULL),
        ("guests", _guests_mb(), GUESTS_FULL),
        ("", settings.UPLOADS_GB * 1024, SERVER_FULL),
    ):
        scope = {name: of[name]} if name else {}
        if name and not of[name]:
            continue  # a person who was removed, or this machine's own address
        reserved = Upload.objects.reserved_bytes(now, **scope)
        if reserved + size > limit_mb * MB:
            raise TooLarge(full, used=reserved // MB, limit=limit_mb)
    if not storage.has_space_for(size):
        raise DiskIsFull


def _guests_mb() -> int:
    return max(settings.UPLOADS_GB * 1024 // GUESTS_SHARE, settings.ROOM_UPLOAD_MB)


def _network_mb() -> int:
    return max(settings.UPLOADS_GB * 1024 // NETWORKS, settings.ROOM_UPLOAD_MB)
