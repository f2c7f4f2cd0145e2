"""Where a request comes from: its address, and whether a socket was opened by a page of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

HERE = ("127.0.0.1", "localhost", "::1")
PORTS = {"http": 80, "https": 443}

Origin = tuple[str, str, int]


def client_address(forwarded: str, peer: str) -> str:
    """Behind a proxy the address it wrote, which is the last; anybody may have written those before it."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None) and forwarded:
        return forwarded.rpartition(",")[2].strip()
    return peer


def forwarded_for(scope: dict[str, Any]) -> str:
    return header(scope, b"x-forwarded-for")


def header(scope: dict[str, Any], name: bytes) -> str:
    return str(dict(scope["headers"]).get(name, b"").decode("latin-1"))


def same_origin(scope: dict[str, Any]) -> bool:
    """Whether a socket may use the browser's cookies: its page has our scheme, host and port.

    A socket with a bearer token needs no origin: no browser adds that by itself.
    """
    if header(scope, b"authorization").lower().startswith("bearer "):
        return True
    origin = parse(header(scope, b"origin"))
    if origin is None:
        return False
    if settings.WATCHIUM_URL:
        return origin == parse(settings.WATCHIUM_URL)
    # The page's own address, whatever it is called: this machine by any port (a forwarded one too), and the local
    # network where we were asked to serve that. A name of anybody else's stays out, however it resolves.
    if origin != parse("http://" + header(scope, b"host")):
        return False
    return origin[1] in HERE or settings.HOST == "0.0.0.0"  # noqa: S104


def parse(origin: str) -> Origin | None:
    """Scheme, host and port; None for "null", nothing at all and what is no origin."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme]
