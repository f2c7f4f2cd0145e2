"""Client addresses: parsing, grouping by network for limits, and hashing. Only salted hashes are stored."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from django.utils.crypto import salted_hmac

from rooms.domain.address_hash import RANGE_CHARS

PREFIX = 64  # bits of an IPv6 address that identify one subscriber line
RANGE_PREFIXES = {4: 24, 6: 48}  # bits that addresses of a provider, a school or a company often share
# What no route of the internet leads to: RFC 1918, unique local and link-local addresses.
PRIVATE = [
    ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
]
UNKNOWN = "unknown"  # for a proxy that wrote no valid address
# As some proxies write addresses: `203.0.113.9:4711`, `[2001:db8::1]:4711`, in quotes.
WITH_PORT = re.compile(r"\[([^\[\]]{2,45})\](?::\d{1,5})?|([\d.]{7,15}):\d{1,5}")


def address_hash(address: str) -> str:
    """Return salted hashes of the address's network and of the range around it, which mean nothing on another server.

    Empty for an unknown address and for loopback: all clients of a local proxy would share it.
    """
    if address == UNKNOWN or is_loopback(address):
        return ""
    return salted_hmac("watchium.address", network_of(address)).hexdigest() + _range_hash(address)


def _range_hash(address: str) -> str:
    parsed = _parsed(address.partition("/")[0])  # of IPv6 the network may be all that is known
    if parsed is None:
        return ""
    network = ip_network(f"{type(parsed)(int(parsed))}/{RANGE_PREFIXES[parsed.version]}", strict=False)
    return salted_hmac("watchium.address_range", str(network)).hexdigest()[:RANGE_CHARS]


def network_of(address: str) -> str:
    """Return the network that limits count by: an IPv4 address itself, the /64 of an IPv6 address.

    Text that is not an address is returned unchanged.
    """
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address) and not parsed.is_loopback:
        return str(ip_network((int(parsed), PREFIX), strict=False))
    return str(parsed or address)


def parse_forwarded_entry(text: str) -> str:
    """Return the address of an X-Forwarded-For entry without port and brackets, or an empty string if invalid."""
    text = text.strip().strip('"')
    if match := WITH_PORT.fullmatch(text):
        text = match[1] or match[2]
    return text if _parsed(text) is not None else ""


def is_loopback(address: str) -> bool:
    """Return whether the address is loopback or empty, as from a benchmark or a proxy missing in the settings."""
    parsed = _parsed(address)
    return parsed.is_loopback if parsed is not None else not address


def is_private(address: str) -> bool:
    """Return whether the address, or the network as `network_of` writes it, is loopback or of a private network."""
    parsed = _parsed(address.partition("/")[0])
    if parsed is None or parsed.is_loopback:
        return is_loopback(address)
    return is_within(str(parsed), PRIVATE)


def is_within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Return whether the address is one of the networks; IPv4 inside IPv6 is IPv4."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    return getattr(parsed, "ipv4_mapped", None) or parsed
