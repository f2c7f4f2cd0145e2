"""Accounts are optional: a name nobody else can take, and the same rooms on every device."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm, UserCreationForm
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from rooms.adoption import adopt
from rooms.identity import DEVICE, identify, keep_person, session_person
from rooms.models import Person, random_id
from rooms.names import NAME_CHARS
from watchium.throttle import Allowance, Throttle
from watchium.wire import broadcast, server_clock
from watchium.wire.errors import CloseCode

PASSWORDS = Allowance(burst=10, per_s=10 / 60)

THROTTLE = Throttle()


class SignUpForm(UserCreationForm):  # type: ignore[type-arg]  # generic in the stubs only
    username = forms.CharField(label=_("Name"), min_length=2, max_length=NAME_CHARS)

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username",)

    def clean_username(self) -> str:
        name = str(super().clean_username() or "")
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(_("This name is taken."))
        return name


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                account = form.save()
        except IntegrityError:  # somebody else was faster
            form.add_error("username", _("This name is taken."))
        else:
            sign_in_as(request, account)
            return redirect(next_address(request))
    return render(request, "accounts/signup.html", {"form": form, "next": next_address(request)})


class SignInForm(AuthenticationForm):
    """Ten tries a minute from one address, right or wrong."""

    def clean(self) -> dict[str, Any]:
        assert self.request is not None
        if THROTTLE.wait_ms(identify(self.request).address, PASSWORDS, server_clock.now_ms()):
            raise forms.ValidationError(_("Too many tries. Wait a minute."), code="rate_limited")
        return super().clean()


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Also the way into the admin: whoever lacks the right for where they wanted to go sees the form again."""
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        sign_in_as(request, form.get_user())
        return redirect(next_address(request))
    return render(request, "accounts/login.html", {"form": form, "next": next_address(request)})


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The account goes, with every open page of it; the browser stays the same device."""
    person = session_person(request.session)
    device_id = request.session.get(DEVICE)
    logout(request)
    if device_id:
        request.session[DEVICE] = device_id
    if person is not None and person.account_id is not None:
        # Whoever is still signed in comes back by themselves; this browser is not let in again.
        broadcast.close_person(person.pk, CloseCode.RESTART)
    elif person is not None:
        keep_person(request, person)
    return redirect("/")


def sign_in_as(request: HttpRequest, account: Any) -> None:
    """The session's guest becomes the account's person, rooms and all; the device stays."""
    guest = session_person(request.session)
    device_id = request.session.get(DEVICE)
    login(request, account)
    person = person_of(account)
    if device_id:
        request.session[DEVICE] = device_id
    keep_person(request, person)
    # Saved before the guest's sockets are told to come back, so that they come back as the person.
    request.session.save()
    if guest is not None and guest.account_id is None:
        adopt(guest, person)


def person_of(account: Any) -> Person:
    facts = {"user_id": "u_" + random_id(16), "username": account.get_username()[:NAME_CHARS]}
    person, _made = Person.objects.get_or_create(account=account, defaults=facts)
    return person


def next_address(request: HttpRequest) -> str:
    """Where to go afterwards: a page of ours, never somebody else's."""
    address = request.POST.get("next") or request.GET.get("next") or "/"
    ours = url_has_allowed_host_and_scheme(address, {request.get_host()}, require_https=request.is_secure())
    return address if ours else "/"
