"""Account names: a name that looks like an account's name belongs to that account alone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from watchium.confusables import look_alike_keys

KEY_CHARS = 200


def keys_of(name: str) -> list[str]:
    """Return the name's look-alike keys, sorted: concurrent transactions insert them in the same order."""
    return sorted({key[:KEY_CHARS] for key in look_alike_keys(name)})


class AccountNameQuerySet(models.QuerySet["AccountName"]):
    def claim(self, account: AbstractBaseUser) -> bool:
        """Give the account the keys of its name; return whether it now holds all of them.

        Safe against races: the unique index decides, and a later claim waits for the transaction of an earlier one.
        """
        keys = keys_of(account.get_username())
        self.filter(account=account.pk).exclude(key__in=keys).delete()
        self.bulk_create([AccountName(account_id=account.pk, key=key) for key in keys], ignore_conflicts=True)
        return self.holds(account)

    def holds(self, account: AbstractBaseUser) -> bool:
        """Return whether the account holds all keys of its name."""
        keys = keys_of(account.get_username())
        return self.filter(account=account.pk, key__in=keys).count() == len(keys)

    def is_taken(self, name: str, except_account: int | None) -> bool:
        """Return whether the name looks like that of an account other than `except_account` (a primary key)."""
        taken = self.filter(key__in=keys_of(name))
        return (taken if except_account is None else taken.exclude(account=except_account)).exists()


class AccountName(models.Model):
    """A look-alike key of an account's name, held by at most one account.

    Accounts that are older than this table keep names that look alike; the oldest of them holds the key.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="name_keys")
    key = models.CharField(max_length=KEY_CHARS, unique=True)

    objects = AccountNameQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
