"""Random ids, and the check and hash of passphrases."""

from __future__ import annotations

import secrets
import unicodedata

from django.contrib.auth.hashers import make_password

from watchium.protocol.errors import BadMessage

# Without look-alikes: neither 0 nor o, neither 1 nor l nor i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


MIN_PASSPHRASE_CHARS = 6


def random_id(length: int = 10) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def guest_id() -> str:
    return "g_" + random_id(16)


def check_passphrase(passphrase: str) -> None:
    """Raise BadMessage for a short passphrase, and for control characters: hashes ignore the text after a NUL."""
    if any(unicodedata.category(character) == "Cc" for character in passphrase):
        raise BadMessage("A passphrase is one line of text.")
    if len(passphrase.strip()) < MIN_PASSPHRASE_CHARS:
        raise BadMessage(f"A passphrase has at least {MIN_PASSPHRASE_CHARS} characters.")


def hash_passphrase(passphrase: str) -> str:
    """Check and hash a passphrase; an empty one stays empty. Takes a fifth of a second on purpose.

    Raises what `check_passphrase` raises.
    """
    if passphrase:
        check_passphrase(passphrase)
    return make_password(passphrase) if passphrase else ""


def new_epoch() -> str:
    return random_id(8)
