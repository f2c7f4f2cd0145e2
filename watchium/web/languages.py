"""The choice of a language, and the texts of scripts in each language."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST, require_safe
from django.views.i18n import JavaScriptCatalog

from watchium.web.accounts.sign_in import next_address

YEAR_S = 365 * 86400


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, and return to the page."""
    response = HttpResponseRedirect(next_address(request))
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
            httponly=True,
        )
    return response


class _Catalogue(JavaScriptCatalog):
    domain = "djangojs"
    packages = ["locale"]

    def get_paths(self, packages: list[str]) -> list[str]:
        """Only the texts of this project: its scripts show none of Django's."""
        return [str(path) for path in settings.LOCALE_PATHS]


@lru_cache
def _content(language: str) -> bytes:
    request = HttpRequest()
    request.method = "GET"
    with translation.override(language):
        response: Any = _Catalogue.as_view()(request)
    return bytes(response.content)


@require_safe
@gzip_page
@cache_control(public=True, max_age=YEAR_S, immutable=True)
def catalogue(request: HttpRequest, language: str, version: str) -> HttpResponse:
    """A script that defines `django.gettext`; `version` only names it, so that browsers may keep it."""
    if language not in dict(settings.LANGUAGES):
        raise Http404
    return HttpResponse(_content(language), content_type="text/javascript; charset=utf-8")
