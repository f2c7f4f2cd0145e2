"""API authentication for DRF: a bearer token, or a browser's session with Django's CSRF token."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from rooms.auth.companions import companion_in, room_of
from rooms.auth.csrf_reasons import csrf_failure_text
from rooms.auth.identity import bearer, find_valid_token, has_identity_cookie, session_person
from rooms.models import Person, Token
from watchium.protocol.errors import Refused, gettext_noop

AS_COMPANION = "companion"  # `request.auth` of a second screen


class BadToken(Refused):
    code = "not_member"
    status = 401
    message = gettext_noop("This token is invalid or has expired.")


class Forged(Refused):
    """A request with cookies but without a valid CSRF token: a page of another site may have sent it."""

    code = "bad_message"
    status = 403
    message = gettext_noop("The CSRF token is missing or wrong. Reload the page.")


class PersonAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Person, Token | str | None] | None:
        value = bearer(request.META.get("HTTP_AUTHORIZATION", ""))
        if value is not None:
            token = find_valid_token(value)
            if token is None:
                raise BadToken
            return token.person, token
        # For visitors without a person too: a visitor of the player has a queue.
        if has_identity_cookie(request._request):
            _require_csrf(request._request)
        match = request._request.resolver_match
        if match and (companion := companion_in(request.session, room_of(match.kwargs))):
            return companion.person, AS_COMPANION
        person = session_person(request.session)
        return None if person is None else (person, None)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class _Check(CsrfViewMiddleware):
    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        raise Forged(csrf_failure_text(request, reason), detail=f"CSRF: {reason:.200}")


def _require_csrf(request: HttpRequest) -> None:
    check = _Check(lambda _: HttpResponse())
    check.process_request(request)
    check.process_view(request, lambda _: HttpResponse(), (), {})
