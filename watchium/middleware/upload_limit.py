"""The larger body limits: of staff who upload to the library, and of members who send uploads or captions to a room.

Permission is checked before Django reads the body; without it the ordinary limit applies.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from playback.library.uploads import ADD_PERMISSION, max_bytes
from playback.models import Upload
from playback.models.upload import ID_CHARS
from playback.room.captions.api import MAX_BODY_BYTES as CAPTION_BYTES
from playback.uploads.tus import PIECE_BYTES
from rooms import access
from rooms.auth.identity import identify_scope, scope_bearer, scope_session
from watchium.db.thread_pool import in_database
from watchium.protocol.errors import Refused

UPLOAD_PATH = "/admin/playback/mediaitem/files/"
FORM_BYTES = 64 * 1024  # the form around the files
UPLOAD_TIMEOUT_S = 3600.0
# A piece of 8 MiB at 28 KB/s; slower clients send smaller pieces.
PIECE_TIMEOUT_S = 300.0
_PIECE_PATH = re.compile(f"/api/rooms/([0-9A-Za-z_-]{{1,40}})/uploads/([0-9a-f]{{{ID_CHARS}}})/")
_CAPTIONS_PATH = re.compile(r"/api/rooms/([0-9A-Za-z_-]{1,40})/captions/")
CAPTIONS_TIMEOUT_S = 60.0


class BodyLimit(NamedTuple):
    size: int
    timeout_s: float


async def upload_limit(scope: dict[str, Any]) -> BodyLimit | None:
    """Return the limit of a permitted upload, or None for the ordinary limit."""
    try:
        if scope["method"] == "PATCH" and (piece := _PIECE_PATH.fullmatch(scope["path"])):
            may_send = await in_database(_may_send, scope, *piece.groups())
            return BodyLimit(PIECE_BYTES, PIECE_TIMEOUT_S) if may_send else None
        if scope["method"] == "POST" and scope["path"] == UPLOAD_PATH and scope_bearer(scope) is None:
            may_upload = await in_database(_may_upload, scope)
            return BodyLimit(max_bytes() + FORM_BYTES, UPLOAD_TIMEOUT_S) if may_upload else None
        if scope["method"] == "POST" and (captions := _CAPTIONS_PATH.fullmatch(scope["path"])):
            may_share = await in_database(_may_control, scope, captions[1])
            return BodyLimit(CAPTION_BYTES, CAPTIONS_TIMEOUT_S) if may_share else None
    except (DatabaseError, InterfaceError):
        return None
    return None


def _may_send(scope: dict[str, Any], room_id: str, upload_id: str) -> bool:
    try:
        member = access.member_for(identify_scope(scope), room_id)
    except Refused:
        return False
    upload = Upload.objects.in_room(member.room, upload_id)
    return upload is not None and upload.may_be_sent_by(member)


def _may_control(scope: dict[str, Any], room_id: str) -> bool:
    try:
        return access.member_for(identify_scope(scope), room_id).may_control
    except Refused:
        return False


def _may_upload(scope: dict[str, Any]) -> bool:
    request = _SessionRequest()
    request.session = scope_session(scope)
    user = get_user(request)
    return bool(user.is_active and user.is_staff and user.has_perm(ADD_PERMISSION))


class _SessionRequest(HttpRequest):
    """The part of a request that `get_user` needs."""

    session: SessionBase
