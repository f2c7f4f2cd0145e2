"""The larger body limit for staff who upload files to the library, at that one address.

Permission is checked before Django reads the body; without it the ordinary limit applies.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from playback.library.uploads import ADD_PERMISSION, max_bytes
from rooms.auth.identity import scope_bearer, scope_session
from watchium.db.thread_pool import in_database

UPLOAD_PATH = "/admin/playback/mediaitem/files/"
FORM_BYTES = 64 * 1024  # the form around the files
UPLOAD_TIMEOUT_S = 3600.0


class BodyLimit(NamedTuple):
    size: int
    timeout_s: float


async def upload_limit(scope: dict[str, Any]) -> BodyLimit | None:
    """Return the limit of a permitted upload, or None for the ordinary limit."""
    if scope["method"] != "POST" or scope["path"] != UPLOAD_PATH or scope_bearer(scope) is not None:
        return None
    try:
        may_upload = await in_database(_may_upload, scope)
    except (DatabaseError, InterfaceError):
        return None
    return BodyLimit(max_bytes() + FORM_BYTES, UPLOAD_TIMEOUT_S) if may_upload else None


def _may_upload(scope: dict[str, Any]) -> bool:
    request = _SessionRequest()
    request.session = scope_session(scope)
    user = get_user(request)
    return bool(user.is_active and user.is_staff and user.has_perm(ADD_PERMISSION))


class _SessionRequest(HttpRequest):
    """The part of a request that `get_user` needs."""

    session: SessionBase
