"""The address of a client behind proxies, and the origin check of socket handshakes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from rooms.auth.client_address import UNKNOWN, network_of, parse_forwarded_entry
from watchium.config.host_names import PORTS, is_accepted

Origin = tuple[str, str, int]


def client_address(forwarded: str, peer: str) -> str:
    """Return the client's network as `network_of` writes it.

    Behind `settings.PROXIES` proxies it comes from the X-Forwarded-For entry that the outermost of them wrote; clients
    can forge the entries before it. Without a proxy or an entry it is the peer address. Clients whose entry is not an
    address share one limit: a proxy that writes something else must not disable the limits.
    """
    if not settings.PROXIES or not forwarded.strip():
        return network_of(peer)
    entry = forwarded.split(",")[-settings.PROXIES :][0]
    return network_of(parse_forwarded_entry(entry)) or UNKNOWN


def forwarded_for(scope: dict[str, Any]) -> str:
    """Join all X-Forwarded-For headers of the request: some proxies add a second header after the client's."""
    values = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return ",".join(values)


def scope_address(scope: dict[str, Any]) -> str:
    return client_address(forwarded_for(scope), (scope.get("client") or ("",))[0])


def header(scope: dict[str, Any], name: bytes) -> str:
    return str(dict(scope["headers"]).get(name, b"").decode("latin-1"))


def same_origin(scope: dict[str, Any]) -> bool:
    """Return whether a socket may use the browser's cookies: its page has this server's scheme, host and port.

    A socket with a bearer token needs no origin: browsers do not send one by themselves.
    """
    if header(scope, b"authorization").lower().startswith("bearer "):
        return True
    origin = parse(header(scope, b"origin"))
    if origin is None:
        return False
    if settings.WATCHIUM_URL:
        return origin == parse(settings.WATCHIUM_URL)
    # The origin of the page itself, with any port (it may be forwarded), if its host name is one of this server's.
    if origin != parse("http://" + header(scope, b"host")):
        return False
    return is_accepted(origin[1], url="", bound_to=settings.HOST, extra=settings.EXTRA_HOSTS)


def parse(origin: str) -> Origin | None:
    """Return scheme, host and port, or None for "null", an empty string and invalid origins."""
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if parts.scheme not in PORTS or not parts.hostname or parts.path or parts.query or parts.fragment:
        return None
    return parts.scheme, parts.hostname, port or PORTS[parts.scheme]
