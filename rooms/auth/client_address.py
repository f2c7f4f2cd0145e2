"""Network addresses: as they are counted, and as they are kept, which is as salted hashes only."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.utils.crypto import salted_hmac

PREFIX = 64  # of an IPv6 address: what one line has all to itself
UNKNOWN = "unknown"  # where a proxy was to write an address and wrote something else
# As proxies write them: `203.0.113.9:4711`, `[2001:db8::1]:4711`, in quotes.
WITH_PORT = re.compile(r"\[([^\[\]]{2,45})\](?::\d{1,5})?|([\d.]{7,15}):\d{1,5}")


def address_hash(address: str) -> str:
    """The same line gives the same hash on this server and tells nothing elsewhere.

    Empty for none, and for this machine's own: behind that may stand a proxy with everybody.
    """
    if address == UNKNOWN or is_loopback(address):
        return ""
    return salted_hmac("watchium.address", counted(address)).hexdigest()


def counted(address: str) -> str:
    """The line an address belongs to: an IPv4 address itself, of an IPv6 address its /64.

    What is no address stays as it is.
    """
    known = _parsed(address)
    if isinstance(known, IPv6Address) and not known.is_loopback:
        return str(ip_network((int(known), PREFIX), strict=False))
    return str(known or address)


def parse_forwarded_entry(text: str) -> str:
    """The address in an entry of X-Forwarded-For, without its port and brackets; empty where there is none."""
    text = text.strip().strip('"')
    if found := WITH_PORT.fullmatch(text):
        text = found[1] or found[2]
    return text if _parsed(text) is not None else ""


def is_loopback(address: str) -> bool:
    """Whether it is the machine's own, or none at all: such as a bench's, or a proxy's that nobody declared."""
    known = _parsed(address)
    return known.is_loopback if known is not None else not address


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        known = ip_address(text)
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
