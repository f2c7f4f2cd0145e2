"""The language of a socket's page: of its cookie, else of the browser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import parse_cookie
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header

from rooms.auth.origin import header
from watchium.protocol.errors import Refused


def language_of(scope: dict[str, Any]) -> str:
    """Return a language of this server for a handshake, as Django chooses it for a page."""
    for name in _preferred(scope):
        try:
            return translation.get_supported_language_variant(name)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def _preferred(scope: dict[str, Any]) -> Iterator[str]:
    if chosen := parse_cookie(header(scope, b"cookie")).get(settings.LANGUAGE_COOKIE_NAME):
        yield chosen
    for name, _weight in parse_accept_lang_header(header(scope, b"accept-language")):
        yield name


def message_in(language: str, refused: Refused) -> str:
    """Return the message for the user in a language."""
    if language == "en":
        return str(refused)
    with translation.override(language):
        return refused.translated(translation)
