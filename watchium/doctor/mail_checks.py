"""Checks of the mail server that sends links for resetting passwords."""

from __future__ import annotations

import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import get_connection

from watchium.doctor.check import Result, fail, first_line, ok, warn

TIMEOUT_S = 5


def mail() -> Result:
    """Connect, encrypt and sign in as for a message, and send none."""
    if not settings.EMAIL_HOST:
        return ok("not configured: passwords are reset by manage.py reset_link")
    where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    connection: Any = get_connection(timeout=TIMEOUT_S)
    try:
        connection.open()
        connection.connection.noop()
    except smtplib.SMTPAuthenticationError as error:
        return fail(
            f"{where} rejects the user or the password ({error.smtp_code})", "Correct WATCHIUM_MAIL_URL."
        )
    except smtplib.SMTPNotSupportedError:
        return fail(f"{where} offers no STARTTLS", "Use smtps:// in WATCHIUM_MAIL_URL, or another port.")
    except OSError as error:  # smtplib's errors too
        fix = "Check host, port and scheme of WATCHIUM_MAIL_URL, and whether this machine may connect there."
        return fail(f"{where}: {type(error).__name__}: {first_line(error)}", fix)
    finally:
        connection.close()
    if not settings.WATCHIUM_URL:
        return warn(
            f"{where} accepts messages, but their links lead to the address of the request",
            "Set WATCHIUM_URL to the address that people open.",
        )
    return ok(f"{where} accepts messages from {settings.DEFAULT_FROM_EMAIL}")
