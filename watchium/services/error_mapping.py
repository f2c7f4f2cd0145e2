"""Maps any exception to the error of the protocol that a socket or an API response reports."""

from __future__ import annotations

import logging

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import DatabaseError, DataError, InterfaceError
from django.http import Http404, UnreadablePostError
from rest_framework import exceptions

from watchium.protocol.errors import (
    BadMessage,
    Internal,
    NotFound,
    Refused,
    TooLong,
    Unavailable,
    gettext_noop,
)

logger = logging.getLogger(__name__)

DATABASE_RETRY_MS = 1000


class MethodNotAllowed(BadMessage):
    """The address exists but does not support the HTTP method."""

    status = 405
    message = gettext_noop("This address does not support that method.")


def refusal(error: Exception) -> Refused:
    """Return the protocol error for any exception; an unexpected one is logged and reported without details."""
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
            return MethodNotAllowed()
        case DataError() | UnicodeError():
            # A value that no column can store, such as a NUL on PostgreSQL: the request is wrong, not the database.
            logger.info("a value does not fit its column: %s", error)
            return BadMessage()
        case DatabaseError() | InterfaceError():
            logger.warning("the database did not answer: %s", error)
            return Unavailable(retry_after_ms=DATABASE_RETRY_MS)
        case exceptions.APIException() | PermissionDenied():
            return BadMessage()
    logger.error("a call failed", exc_info=error)
    return Internal()


def is_database_unavailable(error: BaseException | None) -> bool:
    """Whether the database failed or cannot be reached, as opposed to a value it cannot store."""
    return isinstance(error, DatabaseError | InterfaceError) and not isinstance(error, DataError)
