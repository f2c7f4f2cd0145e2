"""Persons, who are guests or have an account, and their API tokens."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import QuerySet
from django.utils import timezone

from rooms.ids import guest_id
from rooms.models.fields import GeneratedCharField
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip
from watchium.db.rows import RowMapper

TOKEN_GRACE = timedelta(hours=1)


class PersonQuerySet(models.QuerySet["Person"]):
    def with_account(self, pk: int) -> Person | None:
        sql = f"SELECT {FULL_PERSON.sql}, {accounts().sql} FROM {_PERSONS} WHERE person.id = %s"  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [pk]))
        return _with_account(rows[0]) if rows else None

    def lock(self, person: Person) -> None:
        """Let one transaction at a time count what belongs to the person."""
        self.select_for_update().only("pk").get(pk=person.pk)

    def session_salt_of(self, account: int) -> str:
        """Return the salt of an account's sessions, which is empty until they were ended once."""
        return self.filter(account=account).values_list("session_salt", flat=True).first() or ""

    def renew_session_salt(self, person: Person) -> None:
        """End all sessions of the person's account, also those that no list knows. Harmless for a deleted person."""
        person.session_salt = secrets.token_urlsafe(12)
        self.filter(pk=person.pk).update(session_salt=person.session_salt)

    def of_accounts(self, accounts: list[int]) -> list[int]:
        """Return the persons (primary keys) of accounts (primary keys)."""
        return list(self.filter(account__in=accounts).values_list("pk", flat=True))


class Person(models.Model):
    """A guest or the owner of an account, across all rooms."""

    user_id = GeneratedCharField(max_length=18, unique=True, default=guest_id)
    username = models.CharField(max_length=40)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_seen_at = models.DateTimeField(default=timezone.now, db_index=True)
    session_salt = models.CharField(max_length=16, blank=True, default="")  # see rooms.auth.session_salt

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return f"{self.username} ({self.user_id})"

    # Required of `request.user` by DRF and its permission classes.
    is_authenticated = True
    is_anonymous = False
    avatar_url: str | None = None  # drawn in the browser from the user_id


class TokenQuerySet(models.QuerySet["Token"]):
    def issue(self, person: Person) -> str:
        """Create a token and return its value; only the digest is stored."""
        value = secrets.token_urlsafe(32)
        self.create(person=person, digest=digest_of(value))
        return value

    def find(self, value: str, now: datetime) -> Token | None:
        """Return the token, or None if it is unknown or was idle for 30 days."""
        oldest = connection.ops.adapt_datetimefield_value(now - timedelta(days=30))
        sql = f"""SELECT {TOKEN.sql}, {FULL_PERSON.sql}, {accounts().sql}
            FROM rooms_token token JOIN {_PERSONS} ON person.id = token.person_id
            WHERE token.digest = %s AND token.last_used_at > %s"""  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [digest_of(value), oldest]))
        if not rows:
            return None
        token = TOKEN.row(rows[0])
        token.person = _with_account(rows[0][len(TOKEN.names) :])
        return token

    def of(self, person: Person) -> TokenQuerySet:
        return self.filter(person=person)

    def idle_since(self, moment: datetime) -> TokenQuerySet:
        return self.filter(last_used_at__lt=moment)

    def expire_soon(self, persons: QuerySet[Any], now: datetime) -> int:
        """Let the tokens of persons (primary keys) who left a room end in an hour, unless they are in a room then."""
        return self.filter(person__in=persons, ends_at=None).update(ends_at=now + TOKEN_GRACE)

    def touch(self, token: Token, now: datetime) -> None:
        """Record a use of the token, at most once an hour: idleness is counted in days."""
        self.filter(pk=token.pk, last_used_at__lt=now - timedelta(hours=1)).update(last_used_at=now)


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Token(models.Model):
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(default=timezone.now)
    # Set when the person left a room, checked at each later use: see `find_valid_token` in rooms.auth.identity.
    ends_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    def __str__(self) -> str:
        return f"token of {self.person_id}"


# Used at every request and socket handshake.
FULL_PERSON = RowMapper(Person, "person")
TOKEN = RowMapper(Token, "token")
_PERSONS = "(rooms_person person LEFT JOIN auth_user account ON account.id = person.account_id)"


@cache
def accounts() -> RowMapper[Any]:
    return RowMapper(get_user_model(), "account")


def _with_account(values: Sequence[Any]) -> Person:
    person = FULL_PERSON.row(values)
    if person.account_id is not None:
        person.account = accounts().row(values[len(FULL_PERSON.names) :])
    return person
