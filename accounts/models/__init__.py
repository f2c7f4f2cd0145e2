"""The tables of accounts, and the queries on them as QuerySet methods."""

from accounts.models.account_session import AccountSession
from accounts.models.linked_sign_in import LinkedSignIn
from accounts.models.passkey import MAX_PASSKEYS, Passkey

__all__ = ["MAX_PASSKEYS", "AccountSession", "LinkedSignIn", "Passkey"]
