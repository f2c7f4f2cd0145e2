"""The parts of a stored address hash: that of one network, and that of the range around it. Pure."""

from __future__ import annotations

NETWORK_CHARS, RANGE_CHARS = 40, 24  # of hexadecimal digits


def network_part(stored: str) -> str:
    """What all clients of one IPv4 address, or /64 of IPv6, share."""
    return stored[:NETWORK_CHARS]


def range_part(stored: str) -> str:
    """What all addresses of a range share; the network's part if the hash is older than ranges."""
    return stored[NETWORK_CHARS:] or stored


def is_range(stored: str) -> bool:
    return len(stored) == RANGE_CHARS


def parts(stored: str) -> set[str]:
    """All that a ban of this address may hold for."""
    return {stored, network_part(stored), range_part(stored)}
