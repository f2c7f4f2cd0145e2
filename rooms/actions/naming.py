"""What a person is called: one check for every way in which a name is said."""

from __future__ import annotations

from rooms.display_names import clean_name
from rooms.models import AccountName, Person
from watchium.protocol.errors import NameTaken


def resolve_name(person: Person, said: str) -> str:
    """The name that was said, cleaned, else the one the person has.

    Raises BadMessage, TooLong, and NameTaken for a name that looks like that of another account.
    """
    name = clean_name(said) if said else person.username
    is_own = person.account_id is not None and name == person.username
    if not is_own and AccountName.objects.is_taken(name, besides=person.account_id):
        raise NameTaken
    return name
