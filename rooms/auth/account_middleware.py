"""Django's `request.user`, as the header of pages, the admin and staff pages read it, for sessions that hold."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from rooms.auth.identity import PERSON_KEY
from rooms.auth.session_salt import has_salt
from rooms.models import Person


class AccountMiddleware(AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: account_of(request))  # type: ignore[assignment]  # as Django does


def account_of(request: HttpRequest) -> Any:
    """Return the account that the request's session is signed in to, or an AnonymousUser, in one query."""
    session = request.session
    pk = session.get(PERSON_KEY)
    person = Person.objects.with_account(pk) if pk is not None and SESSION_KEY in session else None
    account = person.account if person is not None else None
    if person is not None and account is not None and _is_signed_in_to(account, request):
        return account if account.is_active and has_salt(session, person.session_salt) else AnonymousUser()
    # A session without a person, or one that was signed with the previous secret key, which this renews.
    user = get_user(request)
    if user.is_authenticated and not has_salt(session, Person.objects.session_salt_of(user.pk)):
        return AnonymousUser()
    return user


def _is_signed_in_to(account: Any, request: HttpRequest) -> bool:
    signed_in = str(request.session[SESSION_KEY]) == str(account.pk)
    return signed_in and constant_time_compare(
        request.session.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash()
    )
