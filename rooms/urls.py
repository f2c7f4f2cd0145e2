"""The URLs of the server and of a room, as shared with friends."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def room_url(request: HttpRequest, room_id: str) -> str:
    """Return the absolute URL, based on WATCHIUM_URL or, if that is not set, on the request's host."""
    path = f"/rooms/{room_id}/"
    return settings.WATCHIUM_URL + path if settings.WATCHIUM_URL else request.build_absolute_uri(path)


def site_url(request: HttpRequest) -> str:
    """Return the address of this server without a slash at its end, such as https://watch.example.org."""
    return settings.WATCHIUM_URL or request.build_absolute_uri("/")[:-1]
