"""Sign browsers and programs out of an account, also those that are elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.sessions.models import Session
from django.db import transaction

from playback.player.devices import assign_device
from rooms.accounts.models import AccountSession
from rooms.actions import reconnect_person
from rooms.auth.identity import DEVICE_KEY
from rooms.models import Person, Token


def end_session(person: Person, pk: int) -> bool:
    """Sign one browser of the account out; return False if it was signed out before."""
    sessions = AccountSession.objects.stored_sessions(_account(person), only=pk)
    _end(person, sessions)
    return bool(sessions)


def end_other_sessions(person: Person, current_key: str | None) -> None:
    """Sign every browser out but the one with this session key, and end the tokens of programs."""
    sessions = AccountSession.objects.stored_sessions(_account(person), except_key=current_key)
    _end(person, sessions, with_tokens=True)


@transaction.atomic
def _end(person: Person, sessions: Iterable[Session], *, with_tokens: bool = False) -> None:
    """All sockets of the person reconnect: those of ended sessions are rejected then."""
    for session in sessions:
        device_id = session.get_decoded().get(DEVICE_KEY)
        session.delete()
        if device_id:
            assign_device(device_id, None)
    if with_tokens:
        Token.objects.of(person).delete()
    reconnect_person(person.pk)


def _account(person: Person) -> int:
    assert person.account_id is not None
    return person.account_id
