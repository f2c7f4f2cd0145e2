"""The page of one's own account: name, password, e-mail address, browsers, export and deletion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rooms import rate_limits
from rooms.accounts.models import AccountSession, LinkedSignIn, Passkey
from rooms.models import Person
from watchium.db.thread_pool import in_database
from watchium.protocol.errors import NameTaken, RateLimited
from watchium.services.accounts.contents import counts_of
from watchium.services.accounts.deletion import delete_account
from watchium.services.accounts.export import export
from watchium.services.accounts.names import rename_account
from watchium.services.accounts.passwords import end_sessions_of_former_password, set_password
from watchium.services.accounts.sessions import end_other_sessions, end_session
from watchium.web.accounts.access import USED_EVERY_S, account_required, record_sign_in, record_use
from watchium.web.accounts.forms import DeleteForm, EmailForm, NameForm, PasswordForm
from watchium.web.error_pages import refused_page


@never_cache
@require_safe
@account_required
def page(request: HttpRequest, person: Person) -> HttpResponse:
    record_use(request, person)
    return _page(request, person)


def _page(request: HttpRequest, person: Person, **invalid: Any) -> HttpResponse:
    """`invalid`: a form with errors, shown in place of the empty one."""
    assert person.account_id is not None
    sessions = AccountSession.objects.of(person.account_id)
    context: dict[str, Any] = {
        "person": person,
        "name_form": NameForm(person),
        "password_form": PasswordForm(request, person),
        "email_form": EmailForm(request, person) if settings.EMAIL_HOST else None,
        "sessions": sessions,
        "passkeys": Passkey.objects.of(person.account_id) if settings.PASSKEYS else None,
        "provider": settings.OPENID,
        "current_key": request.session.session_key,
        "lately": timezone.now() - timedelta(seconds=USED_EVERY_S),
        "is_linked": _is_linked(person.account_id),
        **invalid,
    }
    return render(request, "accounts/account.html", context, status=400 if invalid else 200)


def _is_linked(account: int) -> bool:
    provider = settings.OPENID
    return provider is not None and LinkedSignIn.objects.is_linked(account, provider.issuer)


def _done(request: HttpRequest, text: str) -> HttpResponse:
    messages.success(request, text)
    return HttpResponseRedirect("/accounts/")


@never_cache
@require_POST
@account_required
def change_name(request: HttpRequest, person: Person) -> HttpResponse:
    form = NameForm(person, request.POST)
    if form.is_valid():
        try:
            rename_account(person, form.cleaned_data["username"])
            return _done(request, _("Your name was changed."))
        except NameTaken:
            form.add_error("username", _("This username is taken."))
    return _page(request, Person.objects.get(pk=person.pk), name_form=form)


@never_cache
@sensitive_post_parameters()
@require_POST
@account_required
def change_password(request: HttpRequest, person: Person) -> HttpResponse:
    form = PasswordForm(request, person, request.POST)
    if not form.is_valid():
        return _page(request, person, password_form=form)
    assert request.user.is_authenticated  # read before the password changes: later its session is another's
    set_password(form.account, form.cleaned_data["password1"])
    update_session_auth_hash(request, form.account)  # with a new session key
    record_sign_in(request, person)
    end_sessions_of_former_password(form.account, request.session)
    return _done(request, _("Your password was changed. All other browsers are signed out."))


@never_cache
@sensitive_post_parameters()
@require_POST
@account_required
def change_email(request: HttpRequest, person: Person) -> HttpResponse:
    form = EmailForm(request, person, request.POST)
    if not settings.EMAIL_HOST or not form.is_valid():
        return _page(request, person, email_form=form)
    form.account.email = form.cleaned_data["email"]
    form.account.save(update_fields=["email"])
    return _done(request, _("Your e-mail address was changed."))


@never_cache
@require_POST
@account_required
def sign_out_there(request: HttpRequest, person: Person, number: int) -> HttpResponse:
    end_session(person, number)
    return _done(request, _("That browser is signed out."))


@never_cache
@require_POST
@account_required
def sign_out_elsewhere(request: HttpRequest, person: Person) -> HttpResponse:
    end_other_sessions(person, request.session)
    return _done(request, _("All other browsers are signed out."))


@never_cache
@require_safe
@account_required
def download(request: HttpRequest, person: Person) -> HttpResponse | StreamingHttpResponse:
    try:
        rate_limits.limit_exports(person.user_id)
    except RateLimited as refused:
        return refused_page(request, refused)
    pieces = export(person, timezone.now())
    response = StreamingHttpResponse(
        _read_in_database(pieces) if hasattr(request, "scope") else pieces, content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="watchium-account.json"'
    return response


async def _read_in_database(pieces: Iterator[str]) -> AsyncIterator[str]:
    """Read a page of rows when the one before was sent: a slow reader holds neither thread nor memory."""
    while (piece := await in_database(next, pieces, None)) is not None:
        yield piece


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@account_required
def delete(request: HttpRequest, person: Person) -> HttpResponse:
    form = DeleteForm(request, person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        delete_account(person)
        logout(request)
        return HttpResponseRedirect("/accounts/deleted/")
    context = {"form": form, "contents": counts_of(person), "next": None}
    return render(request, "accounts/delete.html", context, status=400 if form.errors else 200)


@never_cache
@require_safe
def deleted(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/deleted.html")
