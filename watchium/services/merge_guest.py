"""A guest signs in: what was the guest's is the account's from then on, on every floor, or on none."""

from __future__ import annotations

from django.db import transaction

from chat.models import Comment
from playback.models import PlaybackEvent
from rooms.actions.merge_guest import adopt
from rooms.models import ModerationAct, Person


@transaction.atomic
def hand_over(guest: Person, person: Person) -> None:
    """Rooms, seats and bans; what the guest said; and what they commanded, so that a command that is sent again
    after signing in is known still. Twice is harmless."""
    adopt(guest, person)
    Comment.objects.hand_over(guest, person)
    PlaybackEvent.objects.hand_over(guest, person)
    ModerationAct.objects.hand_over(guest, person)
