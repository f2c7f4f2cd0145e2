"""Who asks: the person behind a bearer token or a browser's session, over HTTP and over a socket.

A bearer token stands alone: whoever sends one is its person, and cookies are not looked at. A browser's session keeps
the person and the device. A person with an account counts only while the session is signed in to that account.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, parse_cookie
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from rooms import display_names
from rooms.access import Identity
from rooms.auth.device_cookie import new_device_id, read_device_cookie
from rooms.auth.origin import client_address, header, same_origin, scope_address
from rooms.models import Person, Token, has_open_room

__all__ = [
    "Identity",
    "ensure_device",
    "identify",
    "identify_scope",
    "same_origin",
    "store_person",
]

PERSON = "person_id"
DEVICE = "device_id"
ACCOUNT_MARK = "u_"
SEEN_EVERY = timedelta(hours=1)


def identify(request: HttpRequest) -> Identity:
    address = client_address(
        request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", "")
    )
    value = bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    if value is not None:
        token = find_valid_token(value)
        return _by_token(token, address)
    return Identity(session_person(request.session), known_device(request), address)


def identify_scope(scope: dict[str, Any]) -> Identity:
    """The same for a socket's handshake; to be run in a thread, because it reads the database."""
    address = scope_address(scope)
    value = scope_bearer(scope)
    if value is not None:
        token = find_valid_token(value)
        return _by_token(token, address)
    cookies = parse_cookie(header(scope, b"cookie"))
    session = scope_session(scope)
    return Identity(session_person(session), session.get(DEVICE) or read_device_cookie(cookies), address)


def _by_token(token: Token | None, address: str) -> Identity:
    return Identity(token.person, "", address, token.pk) if token else Identity(None, "", address)


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header, None where there is no bearer token in it."""
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def scope_bearer(scope: dict[str, Any]) -> str | None:
    return bearer(header(scope, b"authorization"))


def find_valid_token(value: str) -> Token | None:
    now = timezone.now()
    token = Token.objects.find(value, now)
    if token is not None and not _is_barred(token.person) and _holds(token, now):
        if token.last_used_at < now - SEEN_EVERY:
            Token.objects.touch(token, now)
        _seen(token.person)
        return token
    return None


def _holds(token: Token, now: datetime) -> bool:
    """Whether a token whose person left a room is still good for anything; if not, it is deleted."""
    if token.ends_at is None or token.ends_at > now:
        return True
    holds = has_open_room(token.person)
    mine = Token.objects.filter(pk=token.pk)
    _ = mine.update(ends_at=None) if holds else mine.delete()
    return holds


def session_person(session: SessionBase) -> Person | None:
    pk = session.get(PERSON)
    person = Person.objects.with_account(pk) if pk is not None else None
    if person is None or not _may_be(person, session):
        return None
    _seen(person)
    return person


def _may_be(person: Person, session: SessionBase) -> bool:
    """Guests are who the session says. An account's person also needs its sign-in, unless the password changed."""
    if _is_barred(person):
        return False
    account = person.account
    if account is None:
        return True
    said = session.get(HASH_SESSION_KEY, "")
    # Sessions that were signed with the key before this one hold until they are renewed.
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    signed_in = str(session.get(SESSION_KEY)) == str(account.pk)
    return signed_in and any(constant_time_compare(said, known) for known in hashes)


def _is_barred(person: Person) -> bool:
    """Whether their account was switched off, or deleted from under them: then they are no guest either."""
    account = person.account
    return not account.is_active if account is not None else person.user_id.startswith(ACCOUNT_MARK)


def _seen(person: Person) -> None:
    """Kept to the hour: guests are forgotten after months."""
    now = timezone.now()
    if person.last_seen_at < now - SEEN_EVERY:
        Person.objects.filter(pk=person.pk).update(last_seen_at=now)


def store_person(request: HttpRequest, person: Person, username: str = "") -> None:
    """Keep the person in the session. A guest who says another name is called that from now on."""
    request.session[PERSON] = person.pk
    if username and person.account_id is None and person.username != display_names.clean_name(username):
        person.username = display_names.clean_name(username)
        person.save(update_fields=["username"])
    ensure_device(request)


def ensure_device(request: HttpRequest) -> str:
    """This browser's device, the same in all its tabs, kept in its session from now on."""
    if DEVICE not in request.session:
        request.session[DEVICE] = known_device(request) or new_device_id()
    return str(request.session[DEVICE])


def known_device(request: HttpRequest) -> str:
    """Empty for a browser that has none yet."""
    return str(request.session.get(DEVICE) or read_device_cookie(request.COOKIES))


def has_state(request: HttpRequest) -> bool:
    """Whether the request carries a cookie by which this server knows the browser."""
    return any(
        name in request.COOKIES for name in (settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME)
    )


def scope_session(scope: dict[str, Any]) -> SessionBase:
    cookies = parse_cookie(header(scope, b"cookie"))
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session: SessionBase = store(cookies.get(settings.SESSION_COOKIE_NAME))
    return session
