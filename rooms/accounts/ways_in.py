"""The ways in which the owner of an account signs in: the last one is not removed."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from rooms.accounts.models import LinkedSignIn, Passkey


@transaction.atomic
def remove_passkey(account: int, pk: int) -> bool:
    """Remove a passkey of an account (primary keys); return False if it is the only way to sign in."""
    owner = _locked(account)
    others = Passkey.objects.all_of(account).exclude(pk=pk).exists()
    if not (owner.has_usable_password() or _is_linked(account) or (settings.PASSKEYS and others)):
        return False
    Passkey.objects.remove(account, pk)
    return True


@transaction.atomic
def unlink(account: int, issuer: str) -> bool:
    """Unlink the provider's account; return False if it is the only way to sign in."""
    owner = _locked(account)
    has_passkey = settings.PASSKEYS and Passkey.objects.all_of(account).exists()
    if not (owner.has_usable_password() or has_passkey):
        return False
    LinkedSignIn.objects.unlink(account, issuer)
    return True


def _locked(account: int) -> User:
    """Let one transaction at a time count the account's ways."""
    return User.objects.select_for_update().get(pk=account)


def _is_linked(account: int) -> bool:
    """Accounts at a provider that the operator no longer names are no way to sign in."""
    provider = settings.OPENID
    return provider is not None and LinkedSignIn.objects.is_linked(account, provider.issuer)
