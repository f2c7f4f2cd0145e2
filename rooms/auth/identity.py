"""Identification of clients over HTTP and sockets, by bearer token or browser session.

A request with a bearer token is identified by the token alone; its cookies are ignored. A session stores the person and
the device. A person with an account is accepted only while the session is signed in to that account.
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
from rooms.auth.companions import companion_in, room_of
from rooms.auth.device_cookie import new_device_id, read_device_cookie
from rooms.auth.origin import client_address, header, scope_address
from rooms.auth.session_salt import has_salt
from rooms.models import Companion, Person, Token, has_open_room

PERSON_KEY = "person_id"
DEVICE_KEY = "device_id"
ACCOUNT_PREFIX = "u_"
SEEN_EVERY = timedelta(hours=1)


def identify(request: HttpRequest) -> Identity:
    address = client_address(
        request.META.get("HTTP_X_FORWARDED_FOR", ""), request.META.get("REMOTE_ADDR", "")
    )
    value = bearer(request.META.get("HTTP_AUTHORIZATION", ""))
    if value is not None:
        token = find_valid_token(value)
        return _by_token(token, address)
    match = request.resolver_match
    companion = companion_in(request.session, room_of(match.kwargs)) if match else None
    return _by_session(request.session, companion, known_device(request), address)


def identify_scope(scope: dict[str, Any]) -> Identity:
    """Identify the client of a socket handshake. Blocking: it reads the database."""
    address = scope_address(scope)
    value = scope_bearer(scope)
    if value is not None:
        token = find_valid_token(value)
        return _by_token(token, address)
    cookies = parse_cookie(header(scope, b"cookie"))
    session = scope_session(scope)
    room_id = room_of(scope.get("url_route", {}).get("kwargs", {}))
    device_id = session.get(DEVICE_KEY) or read_device_cookie(cookies)
    return _by_session(session, companion_in(session, room_id), device_id, address)


def _by_session(session: SessionBase, companion: Companion | None, device_id: str, address: str) -> Identity:
    if companion is None:
        return Identity(session_person(session), device_id, address)
    return Identity(companion.person, device_id, address, is_companion=True, ends_at=companion.ends_at)


def _by_token(token: Token | None, address: str) -> Identity:
    return Identity(token.person, "", address, token.pk) if token else Identity(None, "", address)


def bearer(authorization: str) -> str | None:
    """Return the token of an Authorization header, or None without a bearer token."""
    scheme, _, value = authorization.partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def scope_bearer(scope: dict[str, Any]) -> str | None:
    return bearer(header(scope, b"authorization"))


def find_valid_token(value: str) -> Token | None:
    """Return the token if it is valid, and record when it was used and its person seen."""
    now = timezone.now()
    token = Token.objects.find(value, now)
    if token is not None and not _is_disabled(token.person) and _keep_or_delete(token, now):
        if token.last_used_at < now - SEEN_EVERY:
            Token.objects.touch(token, now)
        _record_seen(token.person)
        return token
    return None


def _keep_or_delete(token: Token, now: datetime) -> bool:
    """Delete an expired token unless its person is in a room again; return whether the token is kept."""
    if token.ends_at is None or token.ends_at > now:
        return True
    is_kept = has_open_room(token.person)
    row = Token.objects.filter(pk=token.pk)
    _ = row.update(ends_at=None) if is_kept else row.delete()
    return is_kept


def session_person(session: SessionBase) -> Person | None:
    """Return the session's person, or None if it has none or its account is not signed in."""
    pk = session.get(PERSON_KEY)
    person = Person.objects.with_account(pk) if pk is not None else None
    if person is None or not _is_authenticated(person, session):
        return None
    _record_seen(person)
    return person


def _is_authenticated(person: Person, session: SessionBase) -> bool:
    """Accept guests by the session alone; the person of an account needs a sign-in with the current password."""
    if _is_disabled(person):
        return False
    account = person.account
    if account is None:
        return True
    session_hash = session.get(HASH_SESSION_KEY, "")
    # Sessions signed with the previous secret key stay valid until they are renewed.
    hashes = [account.get_session_auth_hash(), *account.get_session_auth_fallback_hash()]
    signed_in = str(session.get(SESSION_KEY)) == str(account.pk) and has_salt(session, person.session_salt)
    return signed_in and any(constant_time_compare(session_hash, expected) for expected in hashes)


def _is_disabled(person: Person) -> bool:
    """Return whether the person's account is deactivated or deleted: such a person is not a guest either."""
    account = person.account
    return not account.is_active if account is not None else person.user_id.startswith(ACCOUNT_PREFIX)


def _record_seen(person: Person) -> None:
    """Store when the person was last seen, at most once an hour: guests are deleted after months."""
    now = timezone.now()
    if person.last_seen_at < now - SEEN_EVERY:
        Person.objects.filter(pk=person.pk).update(last_seen_at=now)


def store_person(request: HttpRequest, person: Person, username: str = "") -> None:
    """Store the person in the session, and rename a guest who gave another name.

    A session that gains a guest gets another key: another person may know the former one. A sign-in changes it anyway.
    """
    if PERSON_KEY not in request.session and person.account_id is None and request.session.session_key:
        request.session.cycle_key()
    request.session[PERSON_KEY] = person.pk
    if username and person.account_id is None and person.username != display_names.clean_name(username):
        person.username = display_names.clean_name(username)
        person.save(update_fields=["username"])
    ensure_device(request)


def ensure_device(request: HttpRequest) -> str:
    """Return this browser's device id, the same in all its tabs, and store it in the session."""
    if DEVICE_KEY not in request.session:
        request.session[DEVICE_KEY] = known_device(request) or new_device_id()
    return str(request.session[DEVICE_KEY])


def known_device(request: HttpRequest) -> str:
    """Return the browser's device id, or an empty string if it has none yet."""
    return str(request.session.get(DEVICE_KEY) or read_device_cookie(request.COOKIES))


def has_identity_cookie(request: HttpRequest) -> bool:
    """Return whether the request has a session or device cookie."""
    return any(
        name in request.COOKIES for name in (settings.SESSION_COOKIE_NAME, settings.DEVICE_COOKIE_NAME)
    )


def scope_session(scope: dict[str, Any]) -> SessionBase:
    cookies = parse_cookie(header(scope, b"cookie"))
    store = import_module(settings.SESSION_ENGINE).SessionStore
    session: SessionBase = store(cookies.get(settings.SESSION_COOKIE_NAME))
    return session
