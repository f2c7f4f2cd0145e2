"""The check of a member's name, shared by all actions that set one."""

from __future__ import annotations

from rooms.display_names import clean_name
from rooms.models import AccountName, Person
from watchium.protocol.errors import NameTaken


def resolve_name(person: Person, requested: str) -> str:
    """Return the requested name, cleaned, or the person's own name if none was requested.

    Raises BadMessage, TooLong, and NameTaken for a name that looks like that of another account.
    """
    name = clean_name(requested) if requested else person.username
    is_own = person.account_id is not None and name == person.username
    if not is_own and AccountName.objects.is_taken(name, except_account=person.account_id):
        raise NameTaken
    return name
