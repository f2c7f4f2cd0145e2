"""Set the password of an account, which signs every other browser and all programs out."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.contrib.sessions.backends.base import SessionBase
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from rooms.models import Person
from watchium.services.accounts.sessions import end_other_sessions


def set_password(account: Any, password: str) -> None:
    """Store the password. Sessions and sockets of the former one are closed by `end_sessions_of_former_password`."""
    account.set_password(password)
    account.save(update_fields=["password"])


def end_sessions_of_former_password(account: Any, current: SessionBase | None = None) -> None:
    """Sign out what signed in with the former password, except the browser with this session."""
    person = Person.objects.filter(account=account.pk).first()
    if person is not None:
        end_other_sessions(person, current)


def reset_path(account: Any) -> str:
    """Return the path of a page that sets a new password: once, and for as long as PASSWORD_RESET_TIMEOUT says."""
    name = urlsafe_base64_encode(force_bytes(account.pk))
    return f"/accounts/reset/{name}/{default_token_generator.make_token(account)}/"
