"""The device cookie: a signed device id for visitors who only opened the player, without a row in the database.

Browsers with a session keep the device id there, where it also survives a change of the secret key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.http import HttpResponse

DEVICE_ID = re.compile(r"[0-9A-F]{16}")
_SALT = "watchium.device"


def new_device_id() -> str:
    """Return 16 random upper-case hexadecimal characters."""
    return secrets.token_hex(8).upper()


def read_device_cookie(cookies: Mapping[str, str]) -> str:
    """Return the device id, or an empty string without a cookie signed by this server."""
    try:
        device_id = Signer(salt=_SALT).unsign(cookies.get(settings.DEVICE_COOKIE_NAME, ""))
    except BadSignature:
        return ""
    return device_id if DEVICE_ID.fullmatch(device_id) else ""


def set_device_cookie(response: HttpResponse, device_id: str) -> None:
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME,
        Signer(salt=_SALT).sign(device_id),
        max_age=settings.SESSION_COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
