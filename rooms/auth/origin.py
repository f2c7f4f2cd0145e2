"""Where a request comes from: its address, and whether a socket was opened by a page of ours."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from rooms.auth.client_address import UNKNOWN, counted, parse_forwarded_entry
from watchium.config.host_names import PORTS, is_accepted

Origin = tuple[str, str, int]


def client_address(forwarded: str, peer: str) -> str:
    """Whose line a request comes from, as `addresses.counted` names it.

    Behind `settings.PROXIES` proxies that is the entry of X-Forwarded-For which the outermost of them wrote; anybody
    may have written those before it. Without a proxy or an entry it is the other end. Those whose entry is no address
    are counted together: a proxy that writes something else shall not lift the limits.
    """
    if not settings.PROXIES or not forwarded.strip():
        return counted(peer)
    written = forwarded.split(",")[-settings.PROXIES :][0]
    return counted(parse_forwarded_entry(written)) or UNKNOWN


def forwarded_for(scope: dict[str, Any]) -> str:
    """Every X-Forwarded-For of the request as one: some proxies add a header of their own behind the sender's."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return ",".join(found)


def scope_address(scope: dict[str, Any]) -> str:
    return client_address(forwarded_for(scope), (scope.get("client") or ("",))[0])


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
    # The page's own address, by any port (a forwarded one too), where that name is one of ours.
    if origin != parse("http://" + header(scope, b"host")):
        return False
    return is_accepted(origin[1], url="", bound_to=settings.HOST, extra=settings.EXTRA_HOSTS)


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
