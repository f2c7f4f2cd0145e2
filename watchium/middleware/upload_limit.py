"""Who may send more than everybody else: staff who bring files into the library, at that one address.

Asked before Django reads the body, so that for anybody else it ends where every body ends.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest

from playback.library.uploads import MAY_BRING, most_bytes
from rooms.auth.identity import scope_bearer, scope_session
from watchium.db.thread_pool import in_database

FILES_AT = "/admin/playback/mediaitem/files/"
FORM_BYTES = 64 * 1024  # what stands around the files
ARRIVAL_S = 3600.0


class BodyLimit(NamedTuple):
    size: int
    timeout_s: float


async def upload_limit(scope: dict[str, Any]) -> BodyLimit | None:
    """None for what keeps to everybody's bounds."""
    if scope["method"] != "POST" or scope["path"] != FILES_AT or scope_bearer(scope) is not None:
        return None
    try:
        may_upload = await in_database(_may_upload, scope)
    except (DatabaseError, InterfaceError):
        return None
    return BodyLimit(most_bytes() + FORM_BYTES, ARRIVAL_S) if may_upload else None


def _may_upload(scope: dict[str, Any]) -> bool:
    request = _SessionRequest()
    request.session = scope_session(scope)
    user = get_user(request)
    return bool(user.is_active and user.is_staff and user.has_perm(MAY_BRING))


class _SessionRequest(HttpRequest):
    """As much of a request as it takes to know whose session it is."""

    session: SessionBase
