"""Sends the message that resets a password, on one thread and behind the response.

The response must not take longer for an address that an account has: the time would say which addresses exist.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Any

from django.contrib.auth.models import User
from django.core.mail import send_mail
from django.db import close_old_connections
from django.utils import translation
from django.utils.translation import gettext as _

from watchium.services.accounts.passwords import reset_path

logger = logging.getLogger(__name__)

MAX_WAITING = 50
MAX_ACCOUNTS = 5  # that share an address

_thread = ThreadPoolExecutor(1, thread_name_prefix="mail")
_waiting = BoundedSemaphore(MAX_WAITING)


def send_reset_links(email: str, origin: str) -> None:
    """Send a link to each account with this address, soon. `origin`: of this server, such as https://watch.example."""
    if not _waiting.acquire(blocking=False):
        logger.warning(
            "%d messages that reset passwords wait for the mail server: one more was dropped", MAX_WAITING
        )
        return
    _thread.submit(_send_all, email, origin, translation.get_language())


def _send_all(email: str, origin: str, language: str | None) -> None:
    try:
        with translation.override(language):
            for account in accounts_with(email):
                send_reset_link(account, origin)
    except Exception:
        logger.exception("a message that resets a password could not be sent")
    finally:
        close_old_connections()
        _waiting.release()


def accounts_with(email: str) -> list[Any]:
    """Active accounts whose address is the same, byte for byte but for capitals: look-alike letters are others."""
    rows = User.objects.filter(email__iexact=email, is_active=True).order_by("pk")[:MAX_ACCOUNTS]
    return [account for account in rows if account.email.casefold() == email.casefold()]


def send_reset_link(account: Any, origin: str) -> None:
    text = _(
        "Someone, perhaps you, asked to reset the password of %(name)s at %(site)s.\n\n"
        "Open this address to set a new one. It works once, for an hour:\n\n%(link)s\n\n"
        "If that was not you, nothing happened: leave this message unanswered."
    ) % {"name": account.get_username(), "site": origin, "link": origin + reset_path(account)}
    send_mail(_("Your password for Watchium"), text, None, [account.email])
