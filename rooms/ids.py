"""Random ids, and the check and hash of passphrases."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata

from django.conf import settings
from django.contrib.auth.hashers import make_password

from watchium.protocol.errors import BadMessage

# Without look-alikes: neither 0 nor o, neither 1 nor l nor i.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


MIN_PASSPHRASE_CHARS = 6


def random_id(length: int = 10) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


# Letters that differ clearly on any keyboard and screen, without vowels, so that they make no words.
CODE_LETTERS = "BCDFGHJKMNPQRSTVWXZ"
CODE_CHARS = 6


def new_code() -> str:
    """A room code: 47 million of them, which are guessed at no more than sixty a minute."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_CHARS))


def typed_code(text: str) -> str:
    """Return the code as it is stored, however it was typed; empty if this is no code."""
    letters = "".join(character for character in text.upper() if character.isalnum())
    return letters if len(letters) == CODE_CHARS and set(letters) <= set(CODE_LETTERS) else ""


def guest_id() -> str:
    return "g_" + random_id(16)


def check_passphrase(passphrase: str) -> None:
    """Raise BadMessage for a short passphrase, and for control characters: hashes ignore the text after a NUL."""
    if any(unicodedata.category(character) == "Cc" for character in passphrase):
        raise BadMessage("A passphrase is one line of text.")
    if len(passphrase.strip()) < MIN_PASSPHRASE_CHARS:
        raise BadMessage("A passphrase has at least {count} characters.", count=MIN_PASSPHRASE_CHARS)


def hash_passphrase(passphrase: str) -> str:
    """Check and hash a passphrase; an empty one stays empty. Takes a fifth of a second on purpose.

    Raises what `check_passphrase` raises.
    """
    if passphrase:
        check_passphrase(passphrase)
    return make_password(passphrase) if passphrase else ""


def hash_for_players(passphrase: str) -> str:
    """Hash what native players send of a passphrase; empty if the server lets none in, and for an empty passphrase."""
    return make_password(md5_of(passphrase)) if passphrase and settings.SYNCPLAY else ""


def md5_of(password: str) -> str:
    """All that Syncplay's clients send of a password, in hexadecimal."""
    return hashlib.md5(password.encode(), usedforsecurity=False).hexdigest()


def new_epoch() -> str:
    return random_id(8)
