"""Play an item in the rooms that wait for it, once its conversion is done or will stay ahead of a player.

The server does it, in the name of the member who asked: that works if their page was closed in the meantime.
"""

from __future__ import annotations

import logging

from playback.models import Conversion, PlayWhenReady
from playback.models.conversion import CANCELLED, DONE, FAILED
from playback.room import actions
from rooms.models import Member
from watchium.protocol.commands import Load, MediaRequest, OptionalPosition, Play
from watchium.protocol.errors import Refused

logger = logging.getLogger(__name__)


def request(member: Member, conversion: Conversion) -> None:
    """Have the room play the item when it is ready; at once if it is."""
    PlayWhenReady.objects.replace(member, conversion)
    conversion.refresh_from_db(fields=["state"])  # it may have ended since: its worker saw no request then
    if conversion.state == DONE:
        play_ready(conversion)
    elif conversion.state in (FAILED, CANCELLED):
        PlayWhenReady.objects.forget(conversion)


def play_ready(conversion: Conversion) -> int:
    """Load and start the item in all rooms that wait for it; return in how many.

    A room in which other media were loaded since, or whose member has lost the right or left, is passed over.
    """
    return sum(_play(waiting) for waiting in PlayWhenReady.objects.of(conversion))


def _play(waiting: PlayWhenReady) -> bool:
    if not PlayWhenReady.objects.take(waiting) or waiting.is_void:
        return False
    number = f"{waiting.conversion_id}-{waiting.since_revision}"
    media = MediaRequest(media_url=waiting.conversion.source.url)
    try:
        actions.load(waiting.member, Load(event_id=f"ready-load-{number}", payload=media))
        actions.play(waiting.member, Play(event_id=f"ready-play-{number}", payload=OptionalPosition()))
    except Refused as refused:
        logger.info("a prepared item is not played in room %s: %s", waiting.room.room_id, refused)
        return False
    return True
