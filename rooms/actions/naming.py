"""Names of members: the check shared by all actions that set one, and the renaming of a person."""

from __future__ import annotations

from django.db import transaction

from rooms.actions.presence import broadcast_presence
from rooms.display_names import clean_name, unique_name
from rooms.models import AccountName, Person, Room
from watchium import server_clock
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


@transaction.atomic
def rename(person: Person) -> None:
    """Give the person's new name to its members of all open rooms. Comments keep the name they were written under."""
    for room_pk in person.memberships.of_open_rooms().values_list("room_id", flat=True):
        room = Room.objects.locked(room_pk)
        member = room.members.select_related("person").get(person=person)
        member.room = room
        member.username = unique_name(person.username, room.members.present_names(excluding=person))
        member.save(update_fields=["username"])
        if member.present:
            broadcast_presence(member, server_clock.now_ms())
