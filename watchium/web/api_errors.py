"""The API's error responses: every exception becomes one `Problem` object of the protocol."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.utils import translation
from rest_framework import exceptions

from rooms.api_view import json_response
from watchium.protocol.errors import Refused
from watchium.protocol.replies import Problem
from watchium.services.error_mapping import is_database_unavailable, refusal
from watchium.telemetry import counters


def handle_api_error(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler."""
    refused = refusal(error)
    counters.count("refused", refused.code)
    if is_database_unavailable(error):
        counters.count("database_errors", "http")
    response = error_response(refused, event_id=_event_id(context))
    if refused.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    if isinstance(error, exceptions.MethodNotAllowed) and "view" in context:
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return response


def error_response(refused: Refused, event_id: str | None = None) -> HttpResponse:
    problem = Problem(
        code=refused.code,
        message=refused.translated(translation),
        event_id=event_id,
        retry_after_ms=refused.retry_after_ms,
        detail=refused.detail,
    )
    return with_retry_after(json_response(problem, refused.status), refused)


def with_retry_after(response: HttpResponse, refused: Refused) -> HttpResponse:
    if refused.retry_after_ms is not None:
        response["Retry-After"] = str(max(1, round(refused.retry_after_ms / 1000)))
    return response


def _event_id(context: dict[str, Any]) -> str | None:
    """The event_id of the refused command, or None if the body could not be read that far."""
    return getattr(context.get("view"), "event_id", None)
