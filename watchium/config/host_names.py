"""The host names under which this server answers.

A browser sends the name it was given in `Host` and `Origin`. A page of another site can have its own name resolve to
this machine (DNS rebinding) and would then be taken for a page of ours, so names are compared with a list. An IP
address needs no list: no other site has one of ours as its name.
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
# Ends of names that no public name server has, and local ones put behind a machine's name.
LOCAL_SUFFIXES = ("local", "lan", "home.arpa", "internal")
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-)){0,60}")


def parsed_ip(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host is, without the brackets of a URL; None for a name."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


def canonical(host: str) -> str:
    """One spelling for a host: lower case, no dot at its end, an IPv6 address short and without brackets."""
    host = host.strip().lower().removesuffix(".")
    known = parsed_ip(host)
    return host if known is None else known.compressed


def in_url(host: str) -> str:
    """The host as a URL has it: an IPv6 address in brackets."""
    return f"[{host}]" if ":" in host else host


def is_loopback(host: str) -> bool:
    known = parsed_ip(host)
    if known is None:
        return canonical(host) == "localhost"
    return (getattr(known, "ipv4_mapped", None) or known).is_loopback


@lru_cache
def machine_names(name: str = "") -> frozenset[str]:
    """What others on the local network call this machine: its name, alone and under the local suffixes."""
    full = canonical(name or socket.gethostname())
    short = full.partition(".")[0]
    return frozenset({full, short, *(f"{short}.{suffix}" for suffix in LOCAL_SUFFIXES)} - {""})


def is_accepted(host: str, *, url: str, bound_to: str, extra: Iterable[str] = ()) -> bool:
    """Whether a request for this host (without a port) is one for us.

    `url`: WATCHIUM_URL; where it is set it has the only name. `bound_to`: HOST. `extra`: WATCHIUM_HOSTS.
    """
    host = canonical(host)
    if url:
        return host == urlsplit(url).hostname
    if is_loopback(host) or host in extra:
        return True
    if is_loopback(bound_to):
        return False
    return parsed_ip(host) is not None or host == canonical(bound_to) or host in machine_names()


def normal_url(said: str) -> str:
    """WATCHIUM_URL as browsers write an origin: `HTTPS://Watch.Example.org:443/` is `https://watch.example.org`.

    Raises:
        ValueError: it is no origin; the message says why.
    """
    try:
        parts = urlsplit(said.strip())
        host, port = canonical(parts.hostname or ""), parts.port
    except ValueError as error:
        raise ValueError(f"{said!r} is no address: {error}") from None
    if parts.scheme not in PORTS or not host:
        raise ValueError(f"{said!r} should look like https://watch.example.org")
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username is not None:
        raise ValueError(
            f"{said!r} has more than a scheme, a host and a port: Watchium needs a host name of its own, "
            "such as https://watch.example.org"
        )
    check_host(host)
    netloc = in_url(host) + (f":{port}" if port not in (None, PORTS[parts.scheme]) else "")
    return f"{parts.scheme}://{netloc}"


def check_host(host: str) -> None:
    """Raises ValueError, with a remedy, for what no browser sends as a host."""
    if parsed_ip(host) is not None or HOST_NAME.fullmatch(host):
        return
    if not host.isascii():
        raise ValueError(
            f"{host!r} has letters beyond a to z: browsers send {_in_ascii(host)!r}, so write that"
        )
    raise ValueError(f"{host!r} is no host name: those have letters, digits, hyphens and dots")


def _in_ascii(host: str) -> str:
    try:
        return host.encode("idna").decode()
    except UnicodeError:
        return "xn--..."


def bind_host(said: str) -> str:
    """HOST as a socket takes it and a page shows it; nothing said is this machine. Raises ValueError."""
    host = canonical(said) or "127.0.0.1"
    if re.fullmatch(r"(0x)?[0-9a-f]+(\.(0x)?[0-9a-f]+){0,3}", host) and parsed_ip(host) is None:
        with suppress(OSError):  # short forms of IPv4 addresses: `0` and `127.1`
            return socket.inet_ntoa(socket.inet_aton(host))
    if "%" in host and parsed_ip(host) is not None:
        raise ValueError(f"{said!r} names a network interface, and browsers take no such address")
    check_host(host)
    return host


def needs_https(address: str) -> bool:
    """Whether an https page cannot load this address: it is http, and not of the visitor's own machine."""
    try:
        parts = urlsplit(address.strip())
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme == "http" and not (is_loopback(host) or host.endswith(".localhost"))
