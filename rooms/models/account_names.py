"""Names of accounts: what looks like one belongs to it alone."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models

from watchium.confusables import look_alike_keys

KEY_CHARS = 200


def keys_of(name: str) -> list[str]:
    """Sorted, so that two transactions that insert the same keys do so in one order."""
    return sorted({key[:KEY_CHARS] for key in look_alike_keys(name)})


class AccountNameQuerySet(models.QuerySet["AccountName"]):
    def claim(self, account: AbstractBaseUser) -> bool:
        """Give the account the keys of its name; whether it holds all of them now.

        Safe against a race: the unique index decides, and a later claim waits for the transaction of an earlier one.
        """
        keys = keys_of(account.get_username())
        self.filter(account=account.pk).exclude(key__in=keys).delete()
        self.bulk_create([AccountName(account_id=account.pk, key=key) for key in keys], ignore_conflicts=True)
        return self.holds(account)

    def holds(self, account: AbstractBaseUser) -> bool:
        keys = keys_of(account.get_username())
        return self.filter(account=account.pk, key__in=keys).count() == len(keys)

    def is_taken(self, name: str, besides: int | None) -> bool:
        """Whether the name looks like that of an account other than `besides` (a primary key)."""
        taken = self.filter(key__in=keys_of(name))
        return (taken if besides is None else taken.exclude(account=besides)).exists()


class AccountName(models.Model):
    """A key of an account's name (see `look_alikes`), held by one account at most.

    Accounts of before this table whose names look alike keep their names; the oldest of them holds the key.
    """

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="name_keys")
    key = models.CharField(max_length=KEY_CHARS, unique=True)

    objects = AccountNameQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key
