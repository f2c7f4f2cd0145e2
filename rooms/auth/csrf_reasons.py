"""Explanations of a failed CSRF check for users, with what they can do about it."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE, REASON_NO_REFERER
from django.utils.translation import gettext as _

MAX_ORIGIN_CHARS = 100
ORIGIN = REASON_BAD_ORIGIN.partition("%s")[0]
REFERER = REASON_NO_REFERER.partition(" - ")[0]


def csrf_failure_text(request: HttpRequest, reason: str) -> str:
    """Return the explanation for the `reason` of Django's CSRF check."""
    origin = request.META.get("HTTP_ORIGIN", "")
    if reason.startswith((ORIGIN, REFERER)):
        return _origin_failure_text(request, origin)
    if reason != REASON_NO_CSRF_COOKIE:
        return _(
            "The page was open for a long time, or you signed in or out in another tab. Go back, reload the page and "
            "try again."
        )
    if settings.HTTPS and origin.startswith("http://"):
        return _(
            "Your browser connected without encryption, but cookies need it here. Open %(address)s instead."
        ) % {"address": settings.WATCHIUM_URL}
    return _(
        "Your browser did not send this server's cookie. Allow cookies for this address, reload the page and try "
        "again."
    )


def _origin_failure_text(request: HttpRequest, origin: str) -> str:
    if origin in ("", "null"):
        return _(
            "Your browser did not send the address of the page that made this request. Reload the page; if that "
            "does not help, an add-on or a privacy setting removes it."
        )
    ours = settings.WATCHIUM_URL or f"{request.scheme}://{request.get_host()}"
    return _(
        "This request came from a page at %(origin)s, but this server is set up for %(ours)s. Open it there; if "
        "%(origin)s is its right address, set WATCHIUM_URL to it."
    ) % {"origin": origin[:MAX_ORIGIN_CHARS], "ours": ours}
