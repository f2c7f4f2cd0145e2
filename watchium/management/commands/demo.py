"""The demo room: a public room without an owner in which a sample clip waits for whoever comes; and samples to play."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from playback.library.samples import offer_samples
from playback.media_lookup import find
from playback.models import Playback
from playback.room import actions
from rooms.models import Room, Visibility

# Always the same address; the letters are those of any room_id.
ROOM_ID = "watchparty"
TITLE = "Demo: a clip to watch together"
CLIP = "/media/samples/clip.webm"


@transaction.atomic
def make_demo_room() -> Room:
    """The demo room, open and as it should be, made if it is not there; what plays in it is left alone."""
    facts = {
        "title": TITLE,
        "visibility": Visibility.PUBLIC,
        "is_demo": True,
        "owner": None,
        "closed_at": None,
    }
    room, _ = Room.objects.update_or_create(room_id=ROOM_ID, defaults=facts)
    if not Playback.objects.has(room):
        actions.prepare(room, find(CLIP), loops=True)
    return room


class Command(BaseCommand):
    help = (
        "Make the demo room, or put it right; put the samples into a library that is empty. Says its address."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        room = make_demo_room()
        offer_samples()
        if verbosity:
            self.stdout.write(f"The demo room: /rooms/{room.room_id}/")
