"""Recognises a person's second screen: its session acts as the person at the addresses of one room."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rooms.models import Companion, Person, PlayerCode

COMPANIONS_KEY = "companions"  # primary keys, by room id
MOST_IN_SESSION = 10
# Where a session keeps the primary keys of what its browser issued.
ISSUED_KEYS: dict[type[Companion | PlayerCode], str] = {
    Companion: "issued_companions",
    PlayerCode: "issued_player_codes",
}
MOST_ISSUED = 50  # of a kind


def companion_in(session: SessionBase, room_id: str | None) -> Companion | None:
    """Return as whose second screen this browser acts in the room, with the person, or None."""
    if room_id is None:
        return None
    pk = session.get(COMPANIONS_KEY, {}).get(room_id)
    companion = Companion.objects.in_use(pk, room_id, timezone.now()) if pk is not None else None
    person = Person.objects.with_account(companion.person_id) if companion is not None else None
    if companion is None or person is None or not has_same_account(companion.account_hash, person):
        return None
    companion.person = person
    return companion


def account_hash(person: Person) -> str:
    """Return a hash that changes with the password of the person's account; empty for guests."""
    account = person.account
    return str(account.get_session_auth_hash()) if account is not None else ""


def store_companion(session: SessionBase, companion: Companion) -> None:
    """Let the browser of this session act as the person in the room."""
    others = dict(list(session.get(COMPANIONS_KEY, {}).items())[-MOST_IN_SESSION + 1 :])
    session[COMPANIONS_KEY] = {**others, companion.room.room_id: companion.pk}


def record_issued(session: SessionBase, issued: Companion | PlayerCode) -> None:
    """Remember that this browser issued it: they end together. Beyond `MOST_ISSUED` of a kind the oldest ends."""
    kind = type(issued)
    pks = [*session.get(ISSUED_KEYS[kind], []), issued.pk]
    kind.objects.end(pks[:-MOST_ISSUED])
    session[ISSUED_KEYS[kind]] = pks[-MOST_ISSUED:]


def end_issued(session: SessionBase | dict[str, Any]) -> None:
    """End the player codes, and the second screens of tickets, that the browser of this session issued."""
    for kind, key in ISSUED_KEYS.items():
        kind.objects.end(session.get(key, []))


def has_same_account(stored_hash: str, person: Person) -> bool:
    """Whether the account is that of `account_hash`, with the same password, and active."""
    account = person.account
    if account is None:
        return not stored_hash
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    is_same = any(constant_time_compare(stored_hash, str(each)) for each in hashes)
    return is_same and account.is_active


def room_of(kwargs: dict[str, Any]) -> str | None:
    """Return the room that a URL names, from what its pattern matched."""
    room_id = kwargs.get("room_id")
    return room_id if isinstance(room_id, str) else None
