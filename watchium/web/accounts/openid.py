"""Sign in with an account of the operator's OpenID Connect provider, or link it to the account here."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rooms import rate_limits
from rooms.accounts import openid, ways_in
from rooms.accounts.models import LinkedSignIn
from rooms.accounts.openid import Confirmed, Flow, ProviderFailed
from rooms.auth.identity import identify
from rooms.display_names import NAME_CHARS, generate_name
from rooms.models import AccountName, Person
from rooms.urls import own_url
from watchium.config.openid import Provider
from watchium.protocol.errors import NotAllowed, RateLimited, Refused
from watchium.web.accounts.access import account_required, session_account, signed_in_recently
from watchium.web.accounts.sign_in import next_address, sign_in_as

logger = logging.getLogger(__name__)

COOKIE = "openid"
COOKIE_S = 600
PATH = "/accounts/openid/"
MAX_CODE_CHARS = 4000
NAME_SIGNS = "@.+-_"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider: by GET to sign in, by POST to link. What it has to return is in a cookie."""
    provider = _provider()
    person = session_account(request)
    if (request.method == "POST") != (person is not None) or _is_linked(provider, person):
        return HttpResponseRedirect("/accounts/")  # which asks to sign in, or shows the link
    flow = Flow.begin()
    try:
        rate_limits.limit_joins(identify(request).address)
        if person is not None:
            _may_link(request)
        there = openid.authorization_url(provider, flow, _callback(request))
    except Refused as refused:
        return _problem(request, refused)
    linking = person.pk if person is not None else 0
    value = signing.dumps([flow.state, flow.nonce, flow.verifier, next_address(request), linking])
    if person is None:
        response: HttpResponse = HttpResponseRedirect(there)
    else:
        # The policy's form-action covers redirects of a form; a page that goes on by itself is none.
        response = render(request, "accounts/openid_continue.html", {"provider": provider, "there": there})
        response["Refresh"] = f"0; url={there}"
    response.set_signed_cookie(
        COOKIE,
        value,
        salt=COOKIE,
        max_age=COOKIE_S,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",  # the provider sends the browser back from another site
    )
    return response


@never_cache
@require_safe
def callback(request: HttpRequest) -> HttpResponse:
    provider = _provider()
    try:
        response = _signed_in(request, provider)
    except Refused as refused:
        response = _problem(request, refused)
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


def _signed_in(request: HttpRequest, provider: Provider) -> HttpResponse:
    flow, next_path, linking = _flow(request)
    rate_limits.limit_joins(identify(request).address)
    code = request.GET.get("code", "")
    if not code or len(code) > MAX_CODE_CHARS:
        raise ProviderFailed(f"the provider returned no code: {request.GET.get('error', '')!r:.100}")
    confirmed = openid.confirm(provider, flow, code, _callback(request))
    person = session_account(request)
    if (person.pk if person is not None else 0) != linking:
        raise NotAllowed(_("You signed in or out meanwhile. Try again."))
    if person is not None:
        return _link(request, provider, person, confirmed)
    known = LinkedSignIn.objects.find(provider.issuer, confirmed.subject)
    if known is not None and not known.account.is_active:
        raise NotAllowed(_("This account is disabled."))
    sign_in_as(request, known.account if known is not None else _new_account(request, provider, confirmed))
    return HttpResponseRedirect(next_path)


def _may_link(request: HttpRequest) -> None:
    """A linked account would outlive a stolen session: it is added minutes after a sign-in only."""
    if not signed_in_recently(request):
        raise NotAllowed(_("Sign out, sign in again, and do this within ten minutes."))


def _is_linked(provider: Provider, person: Person | None) -> bool:
    account = person.account_id if person is not None else None
    return account is not None and LinkedSignIn.objects.is_linked(account, provider.issuer)


def _link(request: HttpRequest, provider: Provider, person: Person, confirmed: Confirmed) -> HttpResponse:
    _may_link(request)
    if _is_linked(provider, person):
        return HttpResponseRedirect("/accounts/")
    if not LinkedSignIn.objects.link(person.account, provider.issuer, confirmed.subject):
        raise NotAllowed(_("That account signs in to another account here."))
    messages.success(request, _("%(name)s signs you in from now on.") % {"name": provider.name})
    return HttpResponseRedirect("/accounts/")


def _new_account(request: HttpRequest, provider: Provider, confirmed: Confirmed) -> Any:
    """Create an account without a password. Never by an e-mail address: another provider may have given it away."""
    rate_limits.limit_new_accounts(identify(request).address)
    for name in _names(confirmed.name):
        try:
            with transaction.atomic():
                account = User.objects.create_user(name)
                linked = LinkedSignIn.objects.link(account, provider.issuer, confirmed.subject)
                if linked and AccountName.objects.holds(account):
                    return account
                transaction.set_rollback(True)
        except IntegrityError:  # taken, letter by letter
            continue
    raise NotAllowed(_("There is no free name for you. Create an account first and link it."))


def _names(proposed: str) -> list[str]:
    """Return names to try: the proposed one, then with numbers, then a random one."""
    kept = "".join(sign for sign in proposed if sign.isalnum() or sign in NAME_SIGNS)[: NAME_CHARS - 3]
    base = kept if len(kept) >= 2 else generate_name().replace(" ", "_")
    return [base, *(f"{base}{number}" for number in range(2, 10)), f"{base[:30]}_{secrets.token_hex(4)}"]


def _flow(request: HttpRequest) -> tuple[Flow, str, int]:
    """Return what `begin` stored. Raises ProviderFailed if this browser began nothing, or something else."""
    value = request.get_signed_cookie(COOKIE, None, salt=COOKIE, max_age=COOKIE_S)
    if not value:
        raise ProviderFailed("the cookie of the sign-in is missing or old")
    state, nonce, verifier, next_path, linking = signing.loads(value)
    if not constant_time_compare(state, request.GET.get("state", "")):
        raise ProviderFailed("the state belongs to another sign-in")
    return Flow(state, nonce, verifier), next_path, linking


def _callback(request: HttpRequest) -> str:
    return f"{own_url(request)}{PATH}callback/"


def _provider() -> Provider:
    if settings.OPENID is None:
        raise Http404
    provider: Provider = settings.OPENID
    return provider


def _problem(request: HttpRequest, refused: Refused) -> HttpResponse:
    if refused.detail:
        logger.warning("OpenID Connect: %s", refused.detail)
    response = render(
        request,
        "accounts/openid_problem.html",
        {"problem": refused.translated(translation)},
        status=refused.status,
    )
    if isinstance(refused, RateLimited):
        response["Retry-After"] = str(max(1, (refused.retry_after_ms or 0) // 1000))
    return response


@never_cache
@require_POST
@account_required
def unlink(request: HttpRequest, person: Person) -> HttpResponse:
    assert person.account_id is not None
    if ways_in.unlink(person.account_id, _provider().issuer):
        messages.success(request, _("The other account does not sign you in any more."))
    else:
        messages.error(request, _("This is the only way to sign in. Set a password first."))
    return HttpResponseRedirect("/accounts/")
