"""The address of a room, as it is sent to friends."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def room_url(request: HttpRequest, room_id: str) -> str:
    """By the one address people use; where none was set, by the one this request came to."""
    path = f"/rooms/{room_id}/"
    return settings.WATCHIUM_URL + path if settings.WATCHIUM_URL else request.build_absolute_uri(path)
