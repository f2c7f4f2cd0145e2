"""The tables of accounts, and the queries on them as QuerySet methods."""

from rooms.accounts.models.account_session import AccountSession
from rooms.accounts.models.linked_sign_in import LinkedSignIn
from rooms.accounts.models.passkey import MAX_PASSKEYS, Passkey
from rooms.accounts.models.used_challenge import UsedChallenge

__all__ = ["MAX_PASSKEYS", "AccountSession", "LinkedSignIn", "Passkey", "UsedChallenge"]
