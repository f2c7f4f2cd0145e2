"""Passkeys over HTTP: the page's script fetches options, asks the browser, and posts what it returned."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from playback.player.user_agent import browser_name
from rooms.accounts import passkeys, ways_in
from rooms.accounts.passkeys import PasskeyRefused
from rooms.auth.identity import identify
from rooms.models import Person
from rooms.urls import site_url
from watchium import server_clock
from watchium.protocol.errors import BadMessage, NotMember, Refused
from watchium.shared_state import rate_limits
from watchium.web.accounts.access import View, account_required, session_account, signed_in_recently
from watchium.web.accounts.sign_in import next_address, sign_in_as
from watchium.web.api_errors import error_response

COOKIE = "passkey"
COOKIE_S = 300


def endpoint(view: View) -> View:
    """Without WATCHIUM_PASSKEYS: 404. Refusals become JSON."""

    @wraps(view)
    @require_POST
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not settings.PASSKEYS:
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except Refused as refused:
            return error_response(refused)

    return never_cache(checked)


def server_of(request: HttpRequest) -> passkeys.Server:
    origin = site_url(request)
    return passkeys.Server(urlsplit(origin).hostname or "", origin)


@endpoint
def registration_options(request: HttpRequest) -> HttpResponse:
    person = _signed_in(request)
    options = passkeys.begin_registration(server_of(request), person.account, person.user_id)
    return _with_challenge(options, person.pk)


@endpoint
def register(request: HttpRequest) -> HttpResponse:
    person = _signed_in(request)
    challenge = _challenge(request, person.pk)
    name = browser_name(request.headers.get("User-Agent", ""))
    passkeys.finish_registration(server_of(request), person.account, _body(request), challenge, name)
    messages.success(request, _("Your passkey was added. It signs you in without a password."))
    return JsonResponse({"next": "/accounts/"}, status=201)


@endpoint
def sign_in_options(request: HttpRequest) -> HttpResponse:
    return _with_challenge(passkeys.begin_sign_in(server_of(request)), 0)


@endpoint
def sign_in(request: HttpRequest) -> HttpResponse:
    rate_limits.spend("password", identify(request).address, server_clock.now_ms())
    challenge = _challenge(request, 0)
    passkey = passkeys.finish_sign_in(server_of(request), _body(request), challenge)
    sign_in_as(request, passkey.account)
    response = JsonResponse({"next": next_address(request)})
    response.delete_cookie(COOKIE, path="/accounts/")
    return response


@never_cache
@require_POST
@account_required
def remove(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    assert person.account_id is not None
    if ways_in.remove_passkey(person.account_id, number):
        messages.success(request, _("The passkey was removed here. Delete it on your device too."))
    else:
        messages.error(request, _("This is the only way to sign in. Set a password first."))
    return HttpResponseRedirect("/accounts/")


def _signed_in(request: HttpRequest) -> Person:
    """A passkey is added minutes after a sign-in only: it would outlive a stolen session."""
    person = session_account(request)
    if person is None:
        raise NotMember(_("Sign in first."))
    if not signed_in_recently(request):
        raise PasskeyRefused(_("Sign out, sign in again, and do this within ten minutes."))
    return person


def _with_challenge(options: dict[str, Any], person: int) -> HttpResponse:
    response = JsonResponse(options)
    response.set_signed_cookie(
        COOKIE,
        signing.dumps([options["challenge"], person]),
        salt=COOKIE,
        max_age=COOKIE_S,
        path="/accounts/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


def _challenge(request: HttpRequest, person: int) -> str:
    """Return the challenge of this browser's ceremony, once. Raises PasskeyRefused."""
    value = request.get_signed_cookie(COOKIE, None, salt=COOKIE, max_age=COOKIE_S)
    challenge, owner = signing.loads(value) if value else ("", None)
    if not challenge or owner != person:
        raise PasskeyRefused
    if rate_limits.wait_ms("passkey_challenge", challenge, server_clock.now_ms()):
        raise PasskeyRefused
    return str(challenge)


def _body(request: HttpRequest) -> Any:
    try:
        return msgspec.json.decode(request.body)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise BadMessage from None
