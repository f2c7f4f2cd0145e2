"""Django's settings for sending e-mail, from the address of a mail server.

`submission://` begins without encryption and switches to TLS (STARTTLS), `smtps://` is encrypted from the first byte,
`smtp://` stays in clear text, for a server on this machine.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import EmailValidator

PORTS = {"submission": 587, "smtps": 465, "smtp": 25}
LOOKS = "it should look like submission://user:password@mail.example.org"
TIMEOUT_S = 10


def mail_settings(url: str, sender: str) -> dict[str, Any]:
    """Return EMAIL_HOST and its companions; the host is empty if no mail is sent. The password is in no error."""
    if not url:
        return {"EMAIL_HOST": "", "DEFAULT_FROM_EMAIL": ""}
    if not url.isascii():
        raise ImproperlyConfigured(f"WATCHIUM_MAIL_URL: {LOOKS}, with other characters as %XX")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(f"WATCHIUM_MAIL_URL has no valid port: {LOOKS}") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path not in ("", "/"):
        raise ImproperlyConfigured(f"WATCHIUM_MAIL_URL: {LOOKS}")
    return {
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or PORTS[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "submission",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        "EMAIL_TIMEOUT": TIMEOUT_S,
        "DEFAULT_FROM_EMAIL": _sender(sender),
    }


def _sender(value: str) -> str:
    try:
        EmailValidator()(value)
    except ValidationError:
        raise ImproperlyConfigured(
            f"WATCHIUM_MAIL_FROM is {value!r}; WATCHIUM_MAIL_URL needs the address that messages come from"
        ) from None
    return value
