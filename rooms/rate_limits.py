"""Rate limits per client address for requests that create rows or guess: rooms, accounts, devices, joins, room ids.

Loopback is exempt, because benchmarks and proxies missing in the settings use it. New passwords and passphrases are
limited from every address; attempts with them are limited in `actions.admission` and in `watchium.web.accounts`.
"""

from __future__ import annotations

from rooms.auth.client_address import is_loopback
from watchium import server_clock
from watchium.protocol.errors import gettext_noop
from watchium.shared_state import rate_limits


def limit_new_rooms(address: str) -> None:
    """Count a new room. Raises RateLimited."""
    _count("new_room", address)


def limit_new_accounts(address: str) -> None:
    """Count a new account. Raises RateLimited."""
    _count("new_account", address)


def limit_new_devices(address: str) -> None:
    """Count a new device, which a browser gets for its player. Raises RateLimited."""
    _count("new_device", address)


def limit_joins(address: str) -> None:
    """Count an attempt to join a room. Raises RateLimited."""
    _count("join", address)


def limit_room_guesses(address: str) -> None:
    """Count a request for a room that does not exist for the client. Raises RateLimited.

    Unknown and hidden rooms count alike, so that the limit does not reveal which rooms exist.
    """
    _count("guess", address)


def limit_uploads(address: str) -> None:
    """Count an upload that is begun; persons are counted too, but guests are free. Raises RateLimited."""
    _count("upload", address)


def limit_preparations(address: str) -> None:
    """Count a file that a member has the server convert. Raises RateLimited."""
    _count("prepare", address)


def limit_caption_files(address: str) -> None:
    """Count a caption file that a member gives to everyone. Raises RateLimited."""
    _count("captions", address)


def limit_comments_by_position(address: str) -> None:
    """Count a page of comments in the order of their positions. Raises RateLimited."""
    _count("comments_by_position", address)


def limit_comment_searches(address: str) -> None:
    """Count a search in the comments of a room. Raises RateLimited."""
    _count("comment_search", address)


def limit_film_reads(address: str) -> None:
    """Count a film of the library that is read for its captions. Raises RateLimited."""
    _count("film_read", address)


def limit_account_changes(person: str) -> None:
    """Count a change of an account's name, by person: each is broadcast to all its rooms. Raises RateLimited."""
    rate_limits.spend("account_change", person, server_clock.now_ms())


def limit_exports(person: str) -> None:
    """Count an export of everything that belongs to an account, by person. Raises RateLimited."""
    rate_limits.spend("export", person, server_clock.now_ms())


def limit_password_resets(address: str, email: str) -> None:
    """Count a message that resets a password, by address and by receiver. Raises RateLimited."""
    now_ms = server_clock.now_ms()
    rate_limits.spend("reset", address, now_ms)
    rate_limits.spend("reset_receiver", email.casefold(), now_ms)


def limit_new_secrets(client: str) -> None:
    """Count a new password or passphrase, by person or address. Raises RateLimited.

    Loopback is not exempt: each hash costs a fifth of a second of a core.
    """
    rate_limits.spend(
        "new_secret",
        client,
        server_clock.now_ms(),
        gettext_noop("Too many of these at once. Wait a minute."),
    )


def _count(limit: str, address: str) -> None:
    if not is_loopback(address):
        rate_limits.spend(limit, address, server_clock.now_ms())
