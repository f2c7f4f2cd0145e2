"""Accounts at an OpenID Connect provider that sign in to an account here."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models, transaction


class LinkedSignInQuerySet(models.QuerySet["LinkedSignIn"]):
    def find(self, issuer: str, subject: str) -> LinkedSignIn | None:
        return self.select_related("account").filter(issuer=issuer, subject=subject).first()

    def all_of(self, account: int) -> LinkedSignInQuerySet:
        return self.filter(account=account)

    def is_linked(self, account: int, issuer: str) -> bool:
        return self.filter(account=account, issuer=issuer).exists()

    def link(self, account: Any, issuer: str, subject: str) -> bool:
        """Link the provider's account; return False if one of both is linked to another already."""
        with transaction.atomic():
            User.objects.select_for_update().only("pk").get(pk=account.pk)
            if self.filter(account=account, issuer=issuer).exclude(subject=subject).exists():
                return False
            row, _ = self.get_or_create(issuer=issuer, subject=subject, defaults={"account": account})
            return bool(row.account_id == account.pk)

    def unlink(self, account: int, issuer: str) -> None:
        self.filter(account=account, issuer=issuer).delete()


class LinkedSignIn(models.Model):
    """`subject` is the provider's name for the person, unique at the issuer and never used again."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    issuer = models.CharField(max_length=255)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = LinkedSignInQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject"], name="linked_subject_once")]

    def __str__(self) -> str:
        return f"{self.subject} at {self.issuer}"
