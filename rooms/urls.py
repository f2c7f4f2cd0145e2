"""The URLs of the server and of a room, as shared with friends."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest

from watchium.config.host_names import is_loopback
from watchium.config.listen_address import address_text, local_url


def room_url(request: HttpRequest, room_id: str) -> str:
    """Return the absolute URL, based on WATCHIUM_URL or, if that is not set, on the request's host."""
    path = f"/rooms/{room_id}/"
    return settings.WATCHIUM_URL + path if settings.WATCHIUM_URL else request.build_absolute_uri(path)


def player_server(request: HttpRequest) -> str:
    """Return what to type as the server into Syncplay, host and port; empty if native players are not let in."""
    if settings.SYNCPLAY is None:
        return ""
    return address_text(urlsplit(site_url(request)).hostname or "", settings.SYNCPLAY[1])


def site_url(request: HttpRequest) -> str:
    """Return the address of this server without a slash at its end, such as https://watch.example.org."""
    return settings.WATCHIUM_URL or request.build_absolute_uri("/")[:-1]


def is_loopback_site(request: HttpRequest) -> bool:
    """Return whether only programs on this computer reach the address that the visitor uses."""
    return is_loopback(urlsplit(site_url(request)).hostname or "")


def own_url(request: HttpRequest) -> str:
    """Return the address for links that leave this server: never one of a visitor's choice.

    Any IP address is accepted as `Host` on a network without WATCHIUM_URL; on loopback only names of the operator are.
    """
    if settings.WATCHIUM_URL or is_loopback(settings.HOST):
        return site_url(request)
    return local_url(settings.HOST, settings.PORT)
