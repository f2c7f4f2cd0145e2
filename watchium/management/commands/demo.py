"""Create the demo room, a public room without an owner that plays a sample clip, and add samples to the library."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from playback.library.samples import offer_samples
from playback.media_lookup import find
from playback.models import Playback
from playback.room import actions
from rooms.display_names import DEMO_TITLE
from rooms.models import Room, Visibility

# A fixed ID, with the letters of any room ID.
ROOM_ID = "watchparty"
CLIP = "/media/samples/clip.webm"


@transaction.atomic
def make_demo_room() -> Room:
    """Create the demo room or reset its settings; its playback does not change."""
    values = {
        "title": DEMO_TITLE,
        "visibility": Visibility.PUBLIC,
        "is_demo": True,
        "owner": None,
        "closed_at": None,
    }
    room, _ = Room.objects.update_or_create(room_id=ROOM_ID, defaults=values)
    if not Playback.objects.has(room):
        actions.prepare(room, find(CLIP), loops=True)
    return room


class Command(BaseCommand):
    help = "Create or repair the demo room, add the samples to an empty library, and print the room's path."

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        room = make_demo_room()
        offer_samples()
        if verbosity:
            self.stdout.write(f"The demo room: /rooms/{room.room_id}/")
