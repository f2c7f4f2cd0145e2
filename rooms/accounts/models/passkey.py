"""Passkeys: WebAuthn credentials that sign in to an account without a password."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models

from watchium.protocol.errors import TooLong

MAX_PASSKEYS = 20
NAME_CHARS = 60


class PasskeyQuerySet(models.QuerySet["Passkey"]):
    def of(self, account: int) -> list[Passkey]:
        return list(self.filter(account=account).order_by("created_at", "pk")[:MAX_PASSKEYS])

    def all_of(self, account: int) -> PasskeyQuerySet:
        return self.filter(account=account)

    def find(self, credential_id: str) -> Passkey | None:
        return self.select_related("account").filter(credential_id=credential_id).first()

    def locked(self, pk: int) -> Passkey | None:
        """Return the passkey as it is now, for the one transaction that compares and stores its count."""
        return self.select_for_update(of=("self",)).select_related("account").filter(pk=pk).first()

    def add(self, account: int, credential_id: str, **fields: Any) -> Passkey | None:
        """Store a passkey of an account (a primary key), or return None if it is stored already.

        Raises TooLong for the 21st. In a transaction.
        """
        User.objects.select_for_update().only("pk").get(pk=account)
        if self.filter(account=account).count() >= MAX_PASSKEYS:
            raise TooLong("You have {count} passkeys. Remove one first.", count=MAX_PASSKEYS)
        defaults = {"account_id": account, **fields}
        passkey, created = self.get_or_create(credential_id=credential_id, defaults=defaults)
        return passkey if created else None

    def record_use(self, passkey: Passkey, sign_count: int, now: datetime) -> None:
        self.filter(pk=passkey.pk).update(sign_count=sign_count, last_used_at=now)

    def remove(self, account: int, pk: int) -> None:
        self.filter(account=account, pk=pk).delete()


class Passkey(models.Model):
    """`credential_id` is base64url; `public_key` is a COSE key. Neither is secret."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=1400, unique=True)  # 1023 bytes at most
    public_key = models.BinaryField()
    sign_count = models.BigIntegerField(default=0)
    name = models.CharField(max_length=NAME_CHARS)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = PasskeyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.name} of {self.account_id}"
