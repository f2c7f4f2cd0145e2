"""The host names that this server accepts.

A browser sends the name from the address bar in `Host` and `Origin`. Another site can let its own name resolve to this
machine (DNS rebinding), and its pages would then pass as pages of this server, so names are compared with a list. IP
addresses need no list: another site cannot have an IP address of this machine as its name.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}
# Suffixes of names on local networks; no public name server resolves them.
LOCAL_SUFFIXES = ("local", "lan", "home.arpa", "internal")
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-)){0,60}")


def parsed_ip(host: str) -> IPv4Address | IPv6Address | None:
    """The host as an IP address, also if it is in brackets as in a URL; None if it is a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def canonical(host: str) -> str:
    """The canonical spelling of a host: lower case, no trailing dot, IPv6 compressed and without brackets."""
    host = host.strip().lower().removesuffix(".")
    known = parsed_ip(host)
    return host if known is None else known.compressed


def in_url(host: str) -> str:
    """The host as part of a URL: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    known = parsed_ip(host)
    if known is None:
        return canonical(host) == "localhost"
    return (getattr(known, "ipv4_mapped", None) or known).is_loopback


@lru_cache
def machine_names(name: str = "") -> frozenset[str]:
    """The names of this machine on the local network: its host name, alone and with each local suffix."""
    full = canonical(name or socket.gethostname())
    short = full.partition(".")[0]
    return frozenset({full, short, *(f"{short}.{suffix}" for suffix in LOCAL_SUFFIXES)} - {""})


def is_accepted(host: str, *, url: str, bound_to: str, extra: Iterable[str] = ()) -> bool:
    """Whether this server accepts requests for the host (without a port).

    `url`: WATCHIUM_URL; if set, its host is the only one accepted. `bound_to`: HOST. `extra`: WATCHIUM_HOSTS.
    """
    host = canonical(host)
    if url:
        return host == urlsplit(url).hostname
    if is_loopback(host) or host in extra:
        return True
    if is_loopback(bound_to):
        return False
    return parsed_ip(host) is not None or host == canonical(bound_to) or host in machine_names()


def canonical_url(value: str) -> str:
    """WATCHIUM_URL as browsers write an origin: `HTTPS://Watch.Example.org:443/` is `https://watch.example.org`.

    Raises:
        ValueError: the value is not an origin; the message says why.
    """
    try:
        parts = urlsplit(value.strip())
        host, port = canonical(parts.hostname or ""), parts.port
    except ValueError as error:
        raise ValueError(f"{value!r} is not a valid address: {error}") from None
    if parts.scheme not in PORTS or not host:
        raise ValueError(f"{value!r} should look like https://watch.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(
            f"{value!r} has more than a scheme, a host and a port: Watchium needs a host name of its own, "
            "such as https://watch.example.org"
        )
    check_host(host)
    netloc = in_url(host) + (f":{port}" if port not in (None, PORTS[parts.scheme]) else "")
    return f"{parts.scheme}://{netloc}"


def check_host(host: str) -> None:
    """Raise ValueError, with a remedy, for a host that no browser sends."""
    if parsed_ip(host) is not None or HOST_NAME.fullmatch(host):
        return
    if not host.isascii():
        raise ValueError(
            f"{host!r} has letters other than a to z: write {_in_ascii(host)!r}, as browsers send it"
        )
    raise ValueError(f"{host!r} is not a host name, which consists of letters, digits, hyphens and dots")


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "xn--..."


def bind_host(value: str) -> str:
    """HOST in the spelling for sockets and pages; empty means this machine only. Raises ValueError."""
    host = canonical(value) or "127.0.0.1"
    if re.fullmatch(r"(0x)?[0-9a-f]+(\.(0x)?[0-9a-f]+){0,3}", host) and parsed_ip(host) is None:
        with suppress(OSError):  # short forms of IPv4 addresses: `0` and `127.1`
            return socket.inet_ntoa(socket.inet_aton(host))
    if "%" in host and parsed_ip(host) is not None:
        raise ValueError(f"{value!r} names a network interface, which browsers do not accept in an address")
    check_host(host)
    return host


def needs_https(address: str) -> bool:
    """Whether an HTTPS page cannot load this address: it is HTTP, and not on the visitor's own machine."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "http" and not (is_loopback(host) or host.endswith(".localhost"))
