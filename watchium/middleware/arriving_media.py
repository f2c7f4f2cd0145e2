"""Holds a request for bytes of an upload that are still on their way, until they are here (ASGI middleware).

A player that reached the end of what is here asks for more. It waits here, as a coroutine, and not in a view, which
would keep a thread and a database connection for up to twenty seconds. The view then answers with what is here.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import DatabaseError, InterfaceError

from playback.models.upload import ID_CHARS, UPLOADS_AT
from playback.uploads import storage
from playback.uploads.arrival import arrival
from playback.uploads.views import readable_upload
from rooms.auth.identity import identify_scope
from rooms.auth.origin import header
from watchium.db.thread_pool import in_database
from watchium.middleware.body_limit import App, Receive, Scope, Send

# A player that gets a few bytes asks for the next ones at once.
LEAST_BYTES = 64 * 1024

_PATH = re.compile(f"{UPLOADS_AT}([0-9a-f]{{{ID_CHARS}}})")
_RANGE = re.compile(r"bytes=(\d{1,18})-\d{0,18}")


def hold_until_arrived(app: App) -> App:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(UPLOADS_AT) and scope["method"] == "GET":
            await _hold(scope)
        await app(scope, receive, send)

    return serve


async def _hold(scope: Scope) -> None:
    path, span = _PATH.fullmatch(scope["path"]), _RANGE.fullmatch(header(scope, b"range").strip())
    if path is None or span is None:
        return
    upload_id, first = path[1], int(span[1])
    if (storage.length(upload_id) or 0) >= first + LEAST_BYTES:
        return
    size = await _size_for_client(scope, upload_id)
    if size is None or first >= size:
        return
    await arrival(upload_id, min(first + LEAST_BYTES, size))


async def _size_for_client(scope: dict[str, Any], upload_id: str) -> int | None:
    """Return the final size of an upload that this client may read, or None."""

    def find() -> int | None:
        upload = readable_upload(identify_scope(scope), upload_id)
        return upload.size if upload else None

    try:
        return await in_database(find)
    except (DatabaseError, InterfaceError):
        return None
