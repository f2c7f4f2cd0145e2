"""Whatever goes wrong in a call of the API is answered as one object: the Problem of the wire."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, DataError, InterfaceError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions

from rooms.api_view import answer
from watchium.protocol.errors import BadMessage, Internal, NotFound, Refused, TooLong, Unavailable
from watchium.protocol.events import Problem
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

DATABASE_PAUSE_MS = 1000


class NotThisWay(BadMessage):
    """The address is right, the method is not."""

    status = 405
    message = "This address does not answer to that method."


def handle_api_error(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler."""
    refused = refusal(error)
    counters.count("refused", refused.code)
    if is_database_away(error):
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
        message=str(refused),
        event_id=event_id,
        retry_after_ms=refused.retry_after_ms,
        detail=refused.detail,
    )
    response = answer(problem, refused.status)
    if refused.retry_after_ms is not None:
        response["Retry-After"] = str(max(1, round(refused.retry_after_ms / 1000)))
    return response


def refusal(error: Exception) -> Refused:
    """What to say of any exception; what nobody expected is noted in the log and told to nobody."""
    match error:
        case Refused():
            return error
        case RequestDataTooBig():
            return TooLong("A body has at most 16 KiB.")
        case UnreadablePostError() | exceptions.ParseError() | exceptions.UnsupportedMediaType():
            return BadMessage()
        case Http404() | exceptions.NotFound():
            return NotFound()
        case exceptions.MethodNotAllowed():
            return NotThisWay()
        case DataError() | UnicodeError():
            # A value that no column takes, such as a NUL on PostgreSQL: the database is there, the request is wrong.
            logger.info("a value does not fit: %s", error)
            return BadMessage()
        case DatabaseError() | InterfaceError():
            logger.warning("the database did not answer: %s", error)
            return Unavailable(retry_after_ms=DATABASE_PAUSE_MS)
        case exceptions.APIException() | PermissionDenied():
            return BadMessage()
    logger.error("a call failed", exc_info=error)
    return Internal()


def is_database_away(error: BaseException | None) -> bool:
    """Whether it is the database's fault, or its absence, and not that of a value it was given."""
    return isinstance(error, DatabaseError | InterfaceError) and not isinstance(error, DataError)


def _event_id(context: dict[str, Any]) -> str | None:
    """The event_id of the command that was refused, where the body was good enough to have one."""
    return getattr(context.get("view"), "event_id", None)
