"""Everything an instance needs once a day: old rows are deleted, silent rooms go back to their start."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import Comment
from playback.management.commands.cleanup_playback_events import cleanup_playback_events
from playback.management.commands.reset_inactive_rooms import clear_lapsed_presence, reset_inactive_rooms
from playback.models import DevicePlayer, PlaybackEvent, SyncState
from rooms.models import Ban, ModerationAct, Room, Token, abandoned_guests
from watchium.db.batch_delete import delete_in_batches

WEEK, MONTH, YEAR = timedelta(days=7), timedelta(days=30), timedelta(days=366)
# What hangs on a room goes with it, in the same transaction.
ROOMS_AT_ONCE = 20

Rows = QuerySet[Any]


def leftovers(now: datetime) -> Iterator[tuple[str, Rows, int]]:
    """What may go: words, rows, and how many at once; what hangs on a row comes before it."""
    closed = Room.objects.closed_before(now - MONTH)
    unused = Room.objects.never_played(now - MONTH).exclude(pk__in=Comment.objects.rooms_with_comments())
    yield "sync states older than 7 days", SyncState.objects.discardable(now - WEEK), 1000
    yield "bans that are over", Ban.objects.expired(now), 1000
    yield "events of rooms closed 30 days ago", PlaybackEvent.objects.of_rooms(closed), 1000
    yield "comments of rooms closed 30 days ago", Comment.objects.of_rooms(closed), 1000
    yield "rooms closed 30 days ago", closed, ROOMS_AT_ONCE
    yield "rooms never used, older than 30 days", unused, ROOMS_AT_ONCE
    yield (
        "acts of a year ago, and of a month ago those about seats",
        ModerationAct.objects.outdated(now - MONTH, now - YEAR),
        1000,
    )
    yield "system comments older than 30 days", Comment.objects.system_comments_before(now - MONTH), 1000
    yield "tokens idle for 30 days", Token.objects.idle_since(now - MONTH), 1000
    yield "guests of no room, idle for 30 days", abandoned_guests(now - MONTH, now), 200
    yield "players idle for a year, or for 30 days with nothing in them", idle_players(now), 200
    yield "expired sessions", Session.objects.filter(expire_date__lt=now), 1000


def idle_players(now: datetime) -> Rows:
    """A browser's session lasts a year; without it its player cannot be found again."""
    year, month = ((now - age).timestamp() * 1000 for age in (YEAR, MONTH))
    return DevicePlayer.objects.idle_since(year, empty_since_ms=month)


def maintain(*, dry_run: bool = False) -> Iterator[tuple[str, int]]:
    """Do all of it; yields words and a count for each part when it is done."""
    yield "leases that lapsed", clear_lapsed_presence(dry_run=dry_run)
    yield "rooms back at the start", reset_inactive_rooms(dry_run=dry_run)
    yield "playback events older than 7 days", cleanup_playback_events(dry_run=dry_run)
    for words, rows, batch in leftovers(timezone.now()):
        yield words, delete_in_batches(rows, batch=batch, dry_run=dry_run)
