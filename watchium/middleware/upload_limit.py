"""The larger body limits: of staff who upload to the library, and of members who send uploads, captions or images
to a room.

Permission is checked before Django reads the body; without it the ordinary limit applies.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from playback.library.uploads import ADD_PERMISSION, max_bytes
from playback.models import Upload
from playback.models.upload import ID_CHARS
from playback.room.captions.api import MAX_BODY_BYTES as CAPTION_BYTES
from playback.uploads.tus import PIECE_BYTES
from rooms import access
from rooms.auth.account_middleware import account_of
from rooms.auth.identity import identify_scope, scope_bearer, scope_session
from rooms.domain.rights import Right
from watchium.db.thread_pool import in_database
from watchium.protocol.errors import Refused
from watchium.services.images.chat_images import MAX_BODY_BYTES as IMAGE_BYTES

UPLOAD_PATH = "/admin/playback/mediaitem/files/"
FORM_BYTES = 64 * 1024  # the form around the files
UPLOAD_TIMEOUT_S = 3600.0
# A piece of 8 MiB at 28 KB/s; slower clients send smaller pieces.
PIECE_TIMEOUT_S = 300.0
# Without a byte for so long the line is lost: the piece gives its place to the one that the client sends again.
SILENCE_S = 15.0
_PIECE_PATH = re.compile(f"/api/rooms/([0-9A-Za-z_-]{{1,40}})/uploads/([0-9a-f]{{{ID_CHARS}}})/")
_CAPTIONS_PATH = re.compile(r"/api/rooms/([0-9A-Za-z_-]{1,40})/captions/")
_IMAGES_PATH = re.compile(r"/api/rooms/([0-9A-Za-z_-]{1,40})/comments/images/")
_COVER_PATH = re.compile(r"/api/rooms/([0-9A-Za-z_-]{1,40})/cover/")
CAPTIONS_TIMEOUT_S = 60.0
IMAGE_TIMEOUT_S = 60.0


class BodyLimit(NamedTuple):
    """`silence_s`: the longest time without a byte. `sender`: the person whose bodies are counted, or empty."""

    size: int
    timeout_s: float
    silence_s: float
    sender: str = ""


async def upload_limit(scope: dict[str, Any]) -> BodyLimit | None:
    """Return the limit of a permitted upload, or None for the ordinary limit."""
    try:
        if scope["method"] == "PATCH" and (piece := _PIECE_PATH.fullmatch(scope["path"])):
            sender = await in_database(_sender, scope, *piece.groups())
            return BodyLimit(PIECE_BYTES, PIECE_TIMEOUT_S, SILENCE_S, sender) if sender else None
        if scope["method"] == "POST" and scope["path"] == UPLOAD_PATH and scope_bearer(scope) is None:
            may_upload = await in_database(_may_upload, scope)
            largest = max_bytes() + FORM_BYTES
            return BodyLimit(largest, UPLOAD_TIMEOUT_S, UPLOAD_TIMEOUT_S) if may_upload else None
        if scope["method"] == "POST" and (captions := _CAPTIONS_PATH.fullmatch(scope["path"])):
            sender = await in_database(_person_with, Right.MEDIA, scope, captions[1])
            return BodyLimit(CAPTION_BYTES, CAPTIONS_TIMEOUT_S, SILENCE_S, sender) if sender else None
        if scope["method"] == "POST" and (images := _IMAGES_PATH.fullmatch(scope["path"])):
            sender = await in_database(_person_with, Right.CHAT, scope, images[1])
            return BodyLimit(IMAGE_BYTES, IMAGE_TIMEOUT_S, SILENCE_S, sender) if sender else None
        if scope["method"] == "PUT" and (cover := _COVER_PATH.fullmatch(scope["path"])):
            sender = await in_database(_person_with, Right.SETTINGS, scope, cover[1])
            return BodyLimit(IMAGE_BYTES, IMAGE_TIMEOUT_S, SILENCE_S, sender) if sender else None
    except (DatabaseError, InterfaceError):
        return None
    return None


def _sender(scope: dict[str, Any], room_id: str, upload_id: str) -> str:
    """Return who may send this upload, if it is the client, and otherwise an empty string."""
    try:
        member = access.member_for(identify_scope(scope), room_id)
    except Refused:
        return ""
    upload = Upload.objects.in_room(member.room, upload_id)
    return member.person.user_id if upload is not None and upload.may_be_sent_by(member) else ""


def _person_with(right: Right, scope: dict[str, Any], room_id: str) -> str:
    """Return the client, if it is a member with this right, and otherwise an empty string."""
    try:
        member = access.member_for(identify_scope(scope), room_id)
    except Refused:
        return ""
    return member.person.user_id if member.may(right) else ""


def _may_upload(scope: dict[str, Any]) -> bool:
    request = _SessionRequest()
    request.session = scope_session(scope)
    user = account_of(request)
    return bool(user.is_active and user.is_staff and user.has_perm(ADD_PERMISSION))


class _SessionRequest(HttpRequest):
    """The part of a request that `account_of` needs."""

    session: SessionBase
