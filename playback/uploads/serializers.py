"""Uploads as the HTTP API shows them: how much is here, what is inside, how far their conversions are."""

from __future__ import annotations

from playback.domain.playability import CONVERTIBLE
from playback.library.serializers import conversion_state, shown, tracks_of
from playback.models import Conversion, Upload
from playback.models.upload import WHOLE
from playback.uploads import storage
from rooms.models import Member
from watchium.protocol.errors import NotFound
from watchium.protocol.player_types import RoomUpload


def found_upload(member: Member, upload_id: str) -> Upload:
    """Return the room's upload for its sender and for members who control playback. Raises NotFound."""
    found = Upload.objects.in_room(member.room, upload_id)
    if found is None or not (found.may_be_sent_by(member) or found.may_be_removed_by(member)):
        raise NotFound("There is no such upload in this room.")
    return found


def upload_states(uploads: list[Upload], member: Member) -> list[RoomUpload]:
    """The uploads with their latest conversions, read in one query if any may have one."""
    convertible = [upload for upload in uploads if upload.plays in CONVERTIBLE]
    latest = Conversion.objects.latest_of_uploads(convertible) if convertible else {}
    return [_upload_state(upload, member, latest.get(upload.pk)) for upload in uploads]


def _upload_state(upload: Upload, member: Member, conversion: Conversion | None) -> RoomUpload:
    return RoomUpload(
        id=upload.upload_id,
        url=upload.url,
        title=upload.title,
        size=upload.size,
        sha256=upload.sha256,
        offset=offset_of(upload),
        state=upload.state,
        why=shown(upload.why),
        playable=upload.is_playable,
        kind=upload.kind,
        username=upload.person.username if upload.person else None,
        yours=upload.may_be_sent_by(member),
        plays=upload.plays,  # type: ignore[arg-type]  # one of these, by `playability`
        tracks=tracks_of(upload.media_facts),
        conversion=conversion_state(conversion, upload.duration) if conversion else None,
    )


def offset_of(upload: Upload) -> int:
    return upload.size if upload.state == WHOLE else storage.length(upload.upload_id) or 0
