"""What one address may do that makes rows or guesses: rooms, accounts, browsers, coming in, rooms it is not in.

This machine's own address is not counted, because behind it stand benches and proxies that nobody declared. Passphrases
and passwords are counted from every address: those that are set here, tries elsewhere.
"""

from __future__ import annotations

from rooms.auth.client_address import is_loopback
from watchium import server_clock
from watchium.shared_state import rate_limits


def limit_new_rooms(address: str) -> None:
    """Somebody is about to make a room. Raises RateLimited."""
    _count("new_room", address)


def limit_new_accounts(address: str) -> None:
    """Somebody is about to make an account. Raises RateLimited."""
    _count("new_account", address)


def limit_new_devices(address: str) -> None:
    """A browser is about to get a device, for its player. Raises RateLimited."""
    _count("new_device", address)


def limit_joins(address: str) -> None:
    """Somebody asks to be let into a room. Raises RateLimited."""
    _count("join", address)


def limit_room_guesses(address: str) -> None:
    """Somebody asked for a room that is not there for them. Raises RateLimited.

    Unknown and hidden rooms count alike, so that the limit tells no more than the answer did.
    """
    _count("guess", address)


def limit_new_secrets(who: str) -> None:
    """A password or a passphrase is about to be hashed and kept. Raises RateLimited.

    By person, or by address, this machine's own too: each costs a fifth of a second of a core.
    """
    rate_limits.spend("new_secret", who, server_clock.now_ms(), "Too many of these at once. Wait a minute.")


def _count(what: str, address: str) -> None:
    if not is_loopback(address):
        rate_limits.spend(what, address, server_clock.now_ms())
