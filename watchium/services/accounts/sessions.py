"""Sign browsers and programs out of an account, also those that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.models import Session
from django.db import transaction

from playback.player.devices import assign_device
from rooms.accounts.models import AccountSession
from rooms.actions import reconnect_person
from rooms.auth.companions import end_issued
from rooms.auth.identity import DEVICE_KEY
from rooms.auth.session_salt import store_salt
from rooms.models import Companion, Person, PlayerCode, Token


def end_session(person: Person, pk: int) -> bool:
    """Sign one browser of the account out, with its second screens and player codes.

    Return False if it was signed out before.
    """
    sessions = AccountSession.objects.stored_sessions(_account(person), only=pk)
    _end(person, sessions)
    return bool(sessions)


@transaction.atomic
def end_other_sessions(person: Person, current: SessionBase | None) -> None:
    """Sign every browser out but the one with this session.

    All second screens, player codes and tokens of programs end.
    """
    current_key = current.session_key if current is not None else None
    sessions = AccountSession.objects.stored_sessions(_account(person), except_key=current_key)
    Token.objects.of(person).delete()
    Companion.objects.end_all_of(person.pk)
    PlayerCode.objects.end_all_of(person.pk)
    Person.objects.renew_session_salt(person)
    if current is not None:
        store_salt(current, person)
        try:
            current.save()  # before the sockets of this browser reconnect
        except UpdateError:  # another browser ended this session meanwhile
            current.modified = False
    _end(person, sessions)


@transaction.atomic
def _end(person: Person, sessions: Iterable[Session]) -> None:
    """All sockets of the person reconnect: those of ended sessions are rejected then."""
    for session in sessions:
        stored = session.get_decoded()
        device_id = stored.get(DEVICE_KEY)
        end_issued(stored)
        session.delete()
        if device_id:
            assign_device(device_id, None)
    reconnect_person(person.pk)


def _account(person: Person) -> int:
    assert person.account_id is not None
    return person.account_id
