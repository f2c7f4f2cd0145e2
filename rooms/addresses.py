"""Network addresses: as they are counted, and as they are kept, which is as salted hashes only."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.utils.crypto import salted_hmac

PREFIX = 64  # of an IPv6 address: what one line has all to itself


def address_hash(address: str) -> str:
    """The same line gives the same hash on this server and tells nothing elsewhere.

    Empty for none, and for this machine's own: behind that may stand a proxy with everybody.
    """
    if is_this_machine(address):
        return ""
    return salted_hmac("watchium.address", counted(address)).hexdigest()


def counted(address: str) -> str:
    """The line an address belongs to: an IPv4 address itself, of an IPv6 address its /64.

    What is no address stays as it is.
    """
    known = _parsed(address)
    return (
        str(ip_network((known, PREFIX), strict=False))
        if isinstance(known, IPv6Address)
        else str(known or address)
    )


def is_address(text: str) -> bool:
    return _parsed(text) is not None


def is_this_machine(address: str) -> bool:
    """Whether it is the machine's own, or none at all: such as a bench's, or a proxy's that nobody declared."""
    known = _parsed(address.partition("/")[0])
    return known is None or known.is_loopback


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        known = ip_address(text)
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
