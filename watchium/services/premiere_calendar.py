"""The premiere of a room as a calendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from playback.models import Playback
from rooms.models import Room

UNKNOWN_LENGTH = timedelta(hours=2)
# A later file replaces an earlier one. The room's revision would too, but says how busy the room is.
_SEQUENCE_BEGINS = datetime(2020, 1, 1, tzinfo=UTC)
REMINDER = timedelta(minutes=-15)


def coming_premiere(room: Room, now: datetime) -> datetime | None:
    """Return when the room will start by itself, or None."""
    try:
        at_ms = room.playback.start_state.premiere_at
    except Playback.DoesNotExist:
        return None
    at = None if at_ms is None else datetime.fromtimestamp(round(at_ms / 1000), UTC)
    return at if at and at > now else None


def calendar_file(room: Room, url: str, now: datetime) -> bytes | None:
    """Return the file, or None if the room has no premiere ahead.

    It names the room and nothing of what it plays, so that it says no more than the page on which visitors join.
    """
    from icalendar import Alarm, Calendar, Event  # a tenth of a second and 8 MB, for those who use it

    begins = coming_premiere(room, now)
    if begins is None:
        return None
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("trigger", REMINDER)
    alarm.add("description", room.title)
    event = Event.new(
        uid=f"{room.room_id}-premiere@{urlsplit(settings.WATCHIUM_URL or '').hostname or 'watchium'}",
        summary=room.title,
        start=begins,
        end=begins + UNKNOWN_LENGTH,
        stamp=now,
        last_modified=now,
        sequence=(now - _SEQUENCE_BEGINS) // timedelta(minutes=1),
        url=url,
        description=url,
    )
    event.add_component(alarm)
    calendar = Calendar.new(prodid="-//Watchium//Watchium//EN")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
