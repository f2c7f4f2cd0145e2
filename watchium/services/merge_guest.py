"""A guest signs in: what was the guest's is the account's from then on, on every floor, or on none."""

from __future__ import annotations

from django.db import transaction

from chat.models import Comment
from playback.models import PlaybackEvent
from rooms.actions.merge_guest import merge_guest
from rooms.models import ModerationAct, Person


@transaction.atomic
def merge_guest_into_account(guest: Person, person: Person) -> None:
    """Rooms, seats and bans; what the guest said; and what they commanded, so that a command that is sent again
    after signing in is known still. Twice is harmless."""
    merge_guest(guest, person)
    Comment.objects.reassign(guest, person)
    PlaybackEvent.objects.reassign(guest, person)
    ModerationAct.objects.reassign(guest, person)
