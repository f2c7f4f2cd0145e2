"""Create, receive, check and remove the uploads of a room."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from playback.conversion import actions as conversions
from playback.conversion import budget
from playback.conversion import storage as results
from playback.domain.library import problems
from playback.library.metadata.ffprobe import UnreadableFile
from playback.models import Conversion, Upload
from playback.models.upload import ARRIVING, REFUSED, WHOLE
from playback.sources.own_copy import sha256_of
from playback.uploads import captions, content, space, storage
from playback.uploads.errors import DiskIsFull, UploadBusy
from rooms import access, rate_limits
from rooms.auth.client_address import address_hash
from rooms.domain.rights import Right
from rooms.models import Member, Person, Room
from watchium import server_clock
from watchium.protocol.errors import NotAllowed, NotFound, UnknownMedia
from watchium.shared_state import rate_limits as limits

CHECK_BYTES = 256 * 1024  # small pieces are looked at together, because a look costs more than a byte
KEPT = timedelta(hours=24)  # an upload that gets no more bytes
ABANDONED = timedelta(days=30)  # a room without visitors


@transaction.atomic
def create(by: Member, size: int, title: str, sha256: str = "", *, address: str = "") -> Upload:
    """Reserve space for a file and return its row; `sha256` is that of its edges (`playback.sources.own_copy`).

    `address`: of the client. Raises NotHost, NotAllowed, RateLimited, DiskIsFull, and TooLarge over the limit of a
    file, room, person, network or instance.
    """
    rate_limits.limit_uploads(address)
    by = access.lock(by)
    by.require(Right.MEDIA)
    if by.room.is_demo:
        raise NotAllowed("The demo room takes no uploads. Create your own room: it takes one click.")
    limits.spend("upload", by.person.user_id, server_clock.now_ms())
    space.require(by, size, address)
    upload = Upload.objects.create(
        room=by.room,
        person=by.person,
        address_hash=address_hash(address),
        title=title,
        size=size,
        sha256=sha256,
    )
    try:
        storage.create(upload.upload_id)
    except storage.DiskFull:
        raise DiskIsFull from None
    return upload


@transaction.atomic
def prepare(by: Member, upload: Upload, *, address: str = "") -> Conversion:
    """Queue the conversion of a whole upload. What it becomes counts like the file itself.

    Raises NotHost, TooLarge, and as `playback.conversion.actions.prepare`.
    """
    by = access.lock(by)
    by.require(Right.MEDIA)
    if upload.state != WHOLE:
        raise UnknownMedia("This file is still arriving. It can be prepared once all of it is here.")
    if Conversion.objects.active_of(upload) is None and Conversion.objects.result_of(upload) is None:
        needed = budget.expected_bytes(conversions.plan_for(upload), upload.size)
        space.require_result(upload, needed)
    return conversions.prepare(upload, by.person, limited=True, address=address, room_id=by.room.room_id)


def receive(upload: Upload, at: int, read: Callable[[int], bytes]) -> int:
    """Append a piece that begins at offset `at`; return how much of the file is here now.

    Raises UnknownMedia if the content turns out to be no media, storage.OffsetElsewhere, UploadBusy, DiskIsFull, and
    TooLarge if the upload had stopped and others have taken its space.
    """
    if upload.state == REFUSED:
        raise UnknownMedia(problems.read(upload.why))
    space.renew(upload)
    try:
        here = storage.append(upload.upload_id, at, read, upload.size - at)
    except storage.Busy:
        raise UploadBusy(retry_after_ms=500) from None
    except storage.DiskFull:
        raise DiskIsFull from None
    except FileNotFoundError:
        raise NotFound("This upload no longer exists.") from None
    is_first = at == 0 < here
    if is_first or here == upload.size or at // CHECK_BYTES != here // CHECK_BYTES:
        _check(upload, here)
    return here


def _check(upload: Upload, here: int, wait_s: float = content.PROBE_WAIT_S) -> None:
    """Look at what is here, and store what it is. Raises UnknownMedia, and removes the file, if it is no media."""
    try:
        found = _found(upload, here, wait_s)
    except UnreadableFile as refused:
        if here >= min(content.HEAD_BYTES, upload.size):
            _refuse(upload, str(refused))
            raise UnknownMedia(problems.read(str(refused))) from None
        found = None  # the next piece decides
    changes: dict[str, Any] = {"changed_at": timezone.now(), "received": here}
    if found is not None:
        changes |= found.to_columns()
        changes |= {"state": WHOLE} if here == upload.size else {}
    _store(upload, changes)


def _found(upload: Upload, here: int, wait_s: float) -> content.Found | None:
    """Return what is newly known, or None."""
    if upload.state == WHOLE:
        return None
    if here == upload.size:
        _require_same_edges(upload)
        return content.read_whole(upload.upload_id, wait_s)
    if upload.mime and not upload.waits_for_index:
        return None
    return content.read_head(upload.upload_id, here)


def _require_same_edges(upload: Upload) -> None:
    """Raises UnreadableFile if the sender announced another file: it changed, or a part of another one was sent."""
    if not upload.sha256:
        return
    opened = storage.open_upload(upload.upload_id)
    if opened is None or sha256_of(opened.read, upload.size) != upload.sha256:
        raise UnreadableFile(problems.UPLOAD_CHANGED)


def _refuse(upload: Upload, why: str) -> None:
    _store(upload, {"state": REFUSED, "why": why[:300], "changed_at": timezone.now()})
    storage.remove(upload.upload_id)


def _store(upload: Upload, changes: dict[str, Any]) -> None:
    """Raises NotFound, and removes the bytes, if the upload was removed meanwhile."""
    if not Upload.objects.store(upload, changes):
        storage.remove(upload.upload_id)
        raise NotFound("This upload no longer exists.")


def finish(upload: Upload) -> Upload:
    """Check a complete file that the server was stopped before checking. Raises UnknownMedia as `receive` does."""
    if upload.state == ARRIVING and storage.length(upload.upload_id) == upload.size:
        _check(upload, upload.size, wait_s=0)  # anyone may ask at any rate: no thread waits
    return upload


def remove(by: Member, upload: Upload) -> None:
    """Remove an upload and its bytes: by the member who sent it, and by members who control the room."""
    if not upload.may_be_removed_by(by):
        raise NotAllowed("Only the sender and members who control playback can remove this.")
    _remove(upload)


def remove_of_room(room: Room) -> None:
    """Remove the uploads of a room that was closed."""
    for upload in Upload.objects.filter(room=room):
        _remove(upload)


def remove_of_person(person: Person) -> None:
    """Remove the uploads of a person whose account is deleted."""
    for upload in Upload.objects.filter(person=person):
        _remove(upload)


def _remove(upload: Upload) -> None:
    """With what it was converted into; a conversion that runs notices that its row is gone."""
    owner = Conversion(upload=upload).owner
    upload.delete()
    storage.remove(upload.upload_id)
    results.remove_owner(owner)
    captions.forget(upload.upload_id)


def sweep(*, dry_run: bool = False) -> int:
    """Remove unfinished uploads of yesterday, those of closed and abandoned rooms, and what is left without a row."""
    now = timezone.now()
    rows = Upload.objects.unfinished_since(now - KEPT) | Upload.objects.of_abandoned_rooms(now - ABANDONED)
    doomed = list(rows)
    stray = _without_row(list(storage.stored_ids((now - KEPT).timestamp())))
    read = _without_row(captions.stored_ids())  # removed while their captions were taken out
    if not dry_run:
        for upload in doomed:
            _remove(upload)
        for upload_id in stray:
            storage.remove(upload_id)
        for upload_id in read:
            captions.forget(upload_id)
    return len(doomed) + len(stray) + len(read)


def _without_row(upload_ids: list[str]) -> list[str]:
    known: set[str] = set()
    for start in range(0, len(upload_ids), 500):
        known |= Upload.objects.known_ids(upload_ids[start : start + 500])
    return [upload_id for upload_id in upload_ids if upload_id not in known]
