"""Sign-up, sign-in and sign-out. Accounts are optional: they reserve a username and share rooms between devices."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from playback.player.devices import assign_device
from rooms import rate_limits
from rooms.actions import reconnect_person
from rooms.auth.companions import end_issued
from rooms.auth.identity import (
    ACCOUNT_PREFIX,
    DEVICE_KEY,
    identify,
    known_device,
    session_person,
    store_person,
)
from rooms.auth.session_salt import store_salt
from rooms.display_names import NAME_CHARS
from rooms.models import AccountName, Person, random_id
from watchium.protocol.errors import NameTaken, RateLimited
from watchium.services.people.merge_guest import merge_guest_into_account
from watchium.web.accounts import login_limits
from watchium.web.accounts.access import record_sign_in
from watchium.web.accounts.forms import available_name

MAX_NEXT_CHARS = 2000


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    username = forms.CharField(
        label=_("Username"),
        min_length=2,
        max_length=NAME_CHARS,
        widget=forms.TextInput(attrs={"data-longest": NAME_CHARS}),
    )

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)

    def clean_username(self) -> str:
        return available_name(str(super().clean_username() or ""), None)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and _is_sign_up_allowed(request, form) and form.is_valid():
        try:
            with transaction.atomic():
                account = form.save()
                if not AccountName.objects.holds(account):
                    raise NameTaken
        except (IntegrityError, NameTaken):  # another request was faster
            form.add_error("username", _("This username is taken."))
        else:
            sign_in_as(request, account)
            return HttpResponseRedirect(next_address(request))
    return render(request, "accounts/signup.html", {"form": form, "next": next_address(request)})


def _is_sign_up_allowed(request: HttpRequest, form: SignUpForm) -> bool:
    """Spend an attempt; add a form error if the rate limit is exceeded."""
    try:
        address = identify(request).address
        rate_limits.limit_new_accounts(address)
        rate_limits.limit_new_secrets(address)
    except RateLimited:
        form.add_error(None, _("Too many attempts. Wait a minute."))
        return False
    return True


class SignInForm(AuthenticationForm):
    """Limits attempts per address and per account, right or wrong; see `login_limits`."""

    retry_after_s = 0

    def clean(self) -> dict[str, Any]:
        assert self.request is not None
        name = str(self.cleaned_data.get("username", ""))
        self.retry_after_s = login_limits.wait_s(identify(self.request).address, name)
        if self.retry_after_s:
            raise forms.ValidationError(_("Too many attempts. Wait a minute."), code="rate_limited")
        return super().clean()


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Also the sign-in of the admin: a user without permission for the requested page sees the form again."""
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in_as(request, form.get_user())
        return HttpResponseRedirect(next_address(request))
    context = {"form": form, "next": next_address(request)}
    context |= {"passkeys": settings.PASSKEYS, "provider": settings.OPENID}
    response = render(request, "accounts/login.html", context)
    if form.retry_after_s:
        response.status_code = RateLimited.status
        response["Retry-After"] = str(form.retry_after_s)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out, end this browser's second screens and player codes, and disconnect the account's pages.

    The device ID is kept.
    """
    person = session_person(request.session)
    device_id = known_device(request)
    end_issued(request.session)
    logout(request)
    if device_id:
        request.session[DEVICE_KEY] = device_id
    if person is not None and person.account_id is not None:
        # Browsers that are still signed in reconnect by themselves; this one is rejected.
        reconnect_person(person.pk)
    elif person is not None:
        store_person(request, person)
    if device_id:
        assign_device(device_id, None)
    return redirect("/")


def sign_in_as(request: HttpRequest, account: Any) -> None:
    """Sign in; the session's guest is merged into the account's person, and the device ID is kept."""
    guest = session_person(request.session)
    device_id = known_device(request)
    if guest is not None and guest.account_id not in (None, account.pk):
        end_issued(request.session)  # this browser leaves the other account
    login(request, account)
    person = person_of(account)
    if device_id:
        request.session[DEVICE_KEY] = device_id
    store_person(request, person)
    store_salt(request.session, person)
    # Saved before the guest's sockets are asked to reconnect, so that they reconnect as the person.
    record_sign_in(request, person)
    assign_device(request.session[DEVICE_KEY], person.pk)
    if guest is not None and guest.account_id is None:
        merge_guest_into_account(guest, person)
    elif guest is not None and guest.pk != person.pk:
        reconnect_person(guest.pk)  # with what this browser had issued


def person_of(account: Any) -> Person:
    defaults = {"user_id": ACCOUNT_PREFIX + random_id(16), "username": account.get_username()[:NAME_CHARS]}
    person, _created = Person.objects.get_or_create(account=account, defaults=defaults)
    return person


def next_address(request: HttpRequest) -> str:
    """The path to redirect to after sign-in: a page of this server, or `/`."""
    address = request.POST.get("next") or request.GET.get("next") or "/"
    # All pages of this server have short ASCII paths; parsing a long other one takes quadratic time.
    if len(address) > MAX_NEXT_CHARS or not address.isascii() or not _is_same_site(address, request):
        return "/"
    path = urlunsplit(("", "", *urlsplit(address)[2:]))
    # Checked again without the host: the path of http://this.host//other.host/ alone leads to other.host.
    return path if path.startswith("/") and _is_same_site(path, request) else "/"


def _is_same_site(address: str, request: HttpRequest) -> bool:
    return url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
