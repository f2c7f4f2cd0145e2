"""The pages that say why there is no page; below `/api/`, the same as JSON."""

from __future__ import annotations

import sys

from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext

from watchium.protocol.errors import BadMessage, Internal, NotFound, Refused
from watchium.services.error_mapping import is_database_unavailable, refusal
from watchium.telemetry import counters
from watchium.web.api_errors import error_response, with_retry_after

# Django's error pages parse the request's form for a CSRF token, which these pages do not use: a form that could not be
# parsed turned a 404 into a 500.


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return error_response(NotFound())
    return render(request, "404.html", status=404)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "403.html", status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return error_response(BadMessage())
    return _page(request, gettext("This request cannot be understood."), 400)


def not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405: the address takes forms, and was opened as a page."""
    response = _page(request, gettext("There is no page at this address. Go back and try again."), 405)
    response["Allow"] = allowed
    return response


def refused_page(request: HttpRequest, refused: Refused) -> HttpResponse:
    return with_retry_after(_page(request, refused.translated(translation), refused.status), refused)


def server_error(request: HttpRequest) -> HttpResponse:
    """500; 400 for a value that no column accepts; 503 with Retry-After if the database is unavailable."""
    error = sys.exc_info()[1]
    unavailable = is_database_unavailable(error)
    if isinstance(error, DataError | UnicodeError):
        return bad_request(request, error)
    if unavailable:
        counters.count("database_errors", "http")
    if _is_api(request):
        return error_response(refusal(error) if unavailable and isinstance(error, Exception) else Internal())
    response = HttpResponse(render_to_string("500.html"), status=500)
    if unavailable:
        response.status_code = 503
        response["Retry-After"] = "1"
    return response


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _page(request: HttpRequest, text: str, status: int) -> HttpResponse:
    return render(request, "refused.html", {"text": text}, status=status)
