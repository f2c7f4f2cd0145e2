"""Delete an account and what belongs to it.

Sessions and programs end first, and then memberships: nothing can be written meanwhile. Each step is a transaction of
its own, because rooms are locked one after the other and comments are many. If the server stops in between, the account
is still there, and signing in and deleting it again does the rest.
"""

from __future__ import annotations

from django.db import transaction

from chat.actions import erase_comments
from playback.models import DevicePlayer, PlaybackEvent
from playback.uploads.actions import remove_of_person, remove_of_room
from rooms.actions import close_room, leave, reconnect_person
from rooms.models import Ban, ModerationAct, Person
from watchium.protocol.errors import CloseCode
from watchium.realtime import broadcast
from watchium.services.accounts.sessions import end_other_sessions
from watchium.services.people.forget_people import forget_person


def delete_account(person: Person) -> None:
    end_other_sessions(person, None)
    for room in person.owned_rooms.open():
        close_room(room, actor=None, reason="the owner deleted their account")
        remove_of_room(room)
    for member in person.memberships.of_open_rooms().select_related("room", "person"):
        leave(member)
    erase_comments(person)
    remove_of_person(person)
    forget_person(person)
    _delete_rows(person)


@transaction.atomic
def _delete_rows(person: Person) -> None:
    account = person.account
    assert account is not None
    end_other_sessions(person, None)
    reconnect_person(person.pk)
    players = DevicePlayer.objects.all_of(person)
    for device_id in players.values_list("device_id", flat=True):
        broadcast.close_device(device_id, CloseCode.RESTART)
    players.delete()
    Ban.objects.keep_without(person)
    ModerationAct.objects.erase_words_of(person)
    PlaybackEvent.objects.remove_name(person)
    person.delete()
    account.delete()
