"""Rename an account, and its member in every room."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from rooms.actions import rename
from rooms.models import AccountName, Person
from watchium.protocol.errors import NameTaken


def rename_account(person: Person, name: str) -> None:
    """Give the account another name, which is cleaned already. Raises NameTaken."""
    try:
        _rename(person, name)
    except IntegrityError:  # another request was faster
        raise NameTaken from None


@transaction.atomic
def _rename(person: Person, name: str) -> None:
    account = person.account
    assert account is not None
    account.username = name
    account.save(update_fields=["username"])
    if not AccountName.objects.holds(account):
        raise NameTaken
    person.username = name
    person.save(update_fields=["username"])
    rename(person)
