"""Which account a page is about, and the proof that its owner asks: the password, or a sign-in minutes ago."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import UpdateError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils import timezone

from playback.player.user_agent import browser_name
from rooms.accounts.models import AccountSession
from rooms.auth.identity import PERSON_KEY, session_person
from rooms.models import Person

SIGNED_IN_KEY = "signed_in_at"
USED_KEY = "used_at"
RECENT_S = 600
USED_EVERY_S = 3600

View = Callable[..., HttpResponseBase]


def account_required(view: View) -> View:
    """Call the view with the signed-in person as second argument; send others to the sign-in."""

    @wraps(view)
    def checked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        person = session_account(request)
        if person is None:
            back = request.get_full_path() if request.method == "GET" else "/accounts/"
            return HttpResponseRedirect(f"/accounts/login/?{urlencode({'next': back})}")
        return view(request, person, *args, **kwargs)

    return checked


def session_account(request: HttpRequest) -> Person | None:
    """Return the person whose account is signed in, or None for guests and visitors."""
    person = session_person(request.session)
    return person if person is not None and person.account is not None else None


def record_sign_in(request: HttpRequest, person: Person) -> None:
    """Record the session, which is stored, and when its password was checked."""
    request.session[SIGNED_IN_KEY] = int(time.time())
    _record(request, person)


def record_use(request: HttpRequest, person: Person | None) -> None:
    """Record, at most once an hour, that a page of the account was opened in this session."""
    if person is None or person.account_id is None or request.session.get(PERSON_KEY) != person.pk:
        return  # a guest, or a program
    if time.time() - request.session.get(USED_KEY, 0) >= USED_EVERY_S:
        try:
            _record(request, person)
        except (UpdateError, IntegrityError):
            # Another tab signed this session out meanwhile. The page may be shown for the last time; its cookie is not
            # touched, because the browser has another one if that tab signed in.
            request.session.modified = False


def _record(request: HttpRequest, person: Person) -> None:
    request.session[USED_KEY] = int(time.time())
    request.session.save()
    assert person.account_id is not None
    assert request.session.session_key is not None
    name = browser_name(request.headers.get("User-Agent", ""))
    AccountSession.objects.record(person.account_id, request.session.session_key, name, timezone.now())


def signed_in_recently(request: HttpRequest) -> bool:
    return bool(time.time() - request.session.get(SIGNED_IN_KEY, 0) < RECENT_S)
