"""The premiere of a room as a calendar file (RFC 5545)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings

from playback.models import Playback
from rooms.models import Room

UNKNOWN_LENGTH = timedelta(hours=2)
REMINDER = timedelta(minutes=-15)


def premiere_at(room: Room) -> datetime | None:
    """Return when the room starts by itself, or None."""
    playback = room._state.fields_cache.get("playback") or Playback.objects.of(room)
    at_ms = playback.start_state.premiere_at
    return None if at_ms is None else datetime.fromtimestamp(round(at_ms / 1000), UTC)


def calendar_file(room: Room, url: str, now: datetime) -> bytes | None:
    """Return the file, or None if the room has no premiere.

    It names the room and nothing of what it plays, so that it says no more than the page on which visitors join.
    """
    from icalendar import Alarm, Calendar, Event  # a tenth of a second and 8 MB, for those who use it

    begins = premiere_at(room)
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
        sequence=room.revision,
        url=url,
        description=url,
    )
    event.add_component(alarm)
    calendar = Calendar.new(prodid="-//Watchium//Watchium//EN")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
