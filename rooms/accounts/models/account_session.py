"""The browsers that are signed in to an account."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db import models, transaction

MAX_LISTED = 50
BROWSER_CHARS = 60


class AccountSessionQuerySet(models.QuerySet["AccountSession"]):
    def record(self, account: int, session_key: str, browser: str, now: datetime) -> None:
        """Record that the browser of a stored session used the account (a primary key) now."""
        values = {"account_id": account, "browser": browser[:BROWSER_CHARS], "last_used_at": now}
        self.update_or_create(
            session_id=session_key, defaults=values, create_defaults={**values, "signed_in_at": now}
        )

    def renew_key(self, session: SessionBase) -> None:
        """Give a session another key, under which it stays on the list of its account."""
        if session.session_key is None:
            return
        with transaction.atomic():
            listed = self.filter(session=session.session_key).first()
            session.cycle_key()  # deletes the former row
            if listed is not None:
                listed.pk, listed.session_id = None, str(session.session_key)
                listed.save(force_insert=True)

    def of(self, account: int) -> list[AccountSession]:
        """Return the sessions of an account, the last used first, at most `MAX_LISTED`."""
        return list(self.filter(account=account).order_by("-last_used_at", "-pk")[:MAX_LISTED])

    def all_of(self, account: int) -> AccountSessionQuerySet:
        return self.filter(account=account)

    def stored_sessions(
        self, account: int, *, only: int | None = None, except_key: str | None = None
    ) -> list[Session]:
        """Return Django's rows of the account's sessions: all, one (a primary key), or all but one (a key)."""
        rows = self.filter(account=account)
        if only is not None:
            rows = rows.filter(pk=only)
        if except_key is not None:
            rows = rows.exclude(session=except_key)
        return [row.session for row in rows.select_related("session")]


class AccountSession(models.Model):
    """A browser that signed in. The row goes with Django's row of the session."""

    session = models.OneToOneField(Session, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    browser = models.CharField(max_length=BROWSER_CHARS)
    signed_in_at = models.DateTimeField()
    last_used_at = models.DateTimeField()

    objects = AccountSessionQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.browser} of {self.account_id}"
