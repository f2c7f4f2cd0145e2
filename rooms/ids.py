"""Names nobody can guess, and what is kept of a passphrase."""

from __future__ import annotations

import secrets

from django.contrib.auth.hashers import make_password

# No look-alikes: neither 0 nor o, neither 1 nor l nor i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def random_id(length: int = 10) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def guest_id() -> str:
    return "g_" + random_id(16)


def seal(passphrase: str) -> str:
    """A passphrase as it is kept; none stays none. Takes a fifth of a second on purpose."""
    return make_password(passphrase) if passphrase else ""


def new_epoch() -> str:
    return random_id(8)
