"""Which browser sessions of an account hold: those that began since its owner last signed all others out.

A session keeps the salt that its person had at the sign-in, and another salt ends it. So sessions end that no list
knows, such as those from before the list of browsers.
"""

from __future__ import annotations

from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import constant_time_compare

from rooms.models import Person

SALT_KEY = "session_salt"


def store_salt(session: SessionBase, person: Person) -> None:
    session[SALT_KEY] = person.session_salt


def has_salt(session: SessionBase, salt: str) -> bool:
    return constant_time_compare(str(session.get(SALT_KEY, "")), salt)
