"""The work of the daily maintenance: deletes old rows and uploads, and resets inactive rooms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from chat.models import AcceptedChange, Comment, CommentImage, Reaction
from playback.conversion.tidy import tidy
from playback.library.captions.cleaning import discard_outdated
from playback.management.commands.cleanup_playback_events import cleanup_playback_events
from playback.management.commands.reset_inactive_rooms import clear_lapsed_presence, reset_inactive_rooms
from playback.models import (
    DevicePlayer,
    KeptEvening,
    Playback,
    PlaybackEvent,
    RoomCaptions,
    SyncState,
    WatchedMedia,
)
from playback.models.history.watched_media import MAX_WATCHED
from playback.room.captions import actions as captions
from playback.room.history.evenings import AROUND_MS, LOG_MS
from playback.uploads.actions import sweep
from rooms.accounts.models import UsedChallenge
from rooms.models import (
    Ban,
    Companion,
    JoinRequest,
    ModerationAct,
    PlayerCode,
    PlayerGuest,
    Room,
    Token,
    abandoned_guests,
)
from watchium import server_clock
from watchium.db.batch_delete import delete_in_batches
from watchium.services.evening.evenings import keep_due
from watchium.services.people.forget_people import forget_people

EIGHT_DAYS = timedelta(days=1, milliseconds=LOG_MS)  # a day after the log has lost it
DAY, WEEK, MONTH, YEAR = (timedelta(days=days) for days in (1, 7, 30, 366))
# Rows that refer to a room are deleted with it, in the same transaction.
ROOM_BATCH = 20

Rows = QuerySet[Any]


def expired_rows(now: datetime) -> Iterator[tuple[str, Rows, int]]:
    """Label, rows and batch size of everything to delete; referring rows come before the rows they refer to."""
    closed = Room.objects.closed_before(now - MONTH)
    unused = Room.objects.never_played(now - MONTH).exclude(pk__in=Comment.objects.rooms_with_comments())
    unused = unused.exclude(pk__in=Playback.objects.rooms_that_start())
    yield "sync states older than 7 days", SyncState.objects.discardable(now - WEEK), 1000
    yield "captions of media that rooms do not play any more", RoomCaptions.objects.unused(), 100
    kept = KeptEvening.objects.of_outer_rows(AROUND_MS)
    not_kept = Reaction.objects.outside(kept, before_ms=_ago_ms(EIGHT_DAYS))
    yield "reactions of evenings that were not kept", not_kept, 1000
    yield "watched media above 300 of a person", WatchedMedia.objects.of_persons_above(MAX_WATCHED), 1000
    yield (
        "deleted evenings older than 8 days",
        KeptEvening.objects.outdated_deletions(_ago_ms(EIGHT_DAYS)),
        100,
    )
    yield "tickets and rights of second screens that ended", Companion.objects.ended(now), 1000
    yield "codes of native players that ended", PlayerCode.objects.ended(now), 1000
    yield "guests with native players, a day after they joined", PlayerGuest.objects.outdated(now), 1000
    yield "answered challenges of passkeys", UsedChallenge.objects.outdated(now), 1000
    yield "requests to join that lapsed", JoinRequest.objects.lapsed(now), 1000
    yield "expired bans", Ban.objects.expired(now), 1000
    yield "events of rooms closed 30 days ago", PlaybackEvent.objects.of_rooms(closed), 1000
    yield "edits and reactions remembered for a day", AcceptedChange.objects.outdated(_ago_ms(DAY)), 1000
    yield "images of messages deleted 7 days ago", CommentImage.objects.of_deleted_comments(now - WEEK), 100
    days = settings.CHAT_IMAGES_DAYS
    yield f"images of messages older than {days} days", CommentImage.objects.older_than(now - days * DAY), 100
    yield "images of rooms closed 30 days ago", CommentImage.objects.of_rooms(closed), 100
    yield "comments of rooms closed 30 days ago", Comment.objects.of_rooms(closed), 1000
    yield "reactions of rooms closed 30 days ago", Reaction.objects.of_rooms(closed), 1000
    yield "rooms closed 30 days ago", closed, ROOM_BATCH
    yield "rooms never used, older than 30 days", unused, ROOM_BATCH
    yield (
        "moderation log older than a year, about host roles older than 30 days",
        ModerationAct.objects.outdated(now - MONTH, now - YEAR),
        1000,
    )
    yield "system comments older than 30 days", Comment.objects.system_comments_before(now - MONTH), 1000
    idle_codes = PlayerCode.objects.of_programs_idle_since(now - MONTH)
    yield "codes of native players, with tokens idle for 30 days", idle_codes, 1000
    yield "tokens idle for 30 days", Token.objects.idle_since(now - MONTH), 1000
    yield "guests without a room, idle for 30 days", abandoned_guests(now - MONTH, now), 200
    yield "players idle for a year, or empty and idle for 30 days", idle_players(now), 200
    yield "expired sessions", Session.objects.filter(expire_date__lt=now), 1000


def _ago_ms(age: timedelta) -> float:
    return server_clock.now_ms() - age.total_seconds() * 1000


def idle_players(now: datetime) -> Rows:
    """A browser's session lasts a year; without the session its player cannot be reached again."""
    year, month = ((now - age).timestamp() * 1000 for age in (YEAR, MONTH))
    return DevicePlayer.objects.idle_since(year, empty_since_ms=month)


def _forget_rules(now: datetime, *, dry_run: bool) -> int:
    return 0 if dry_run else ModerationAct.objects.forget_before(now)


def maintain(*, dry_run: bool = False) -> Iterator[tuple[str, int]]:
    """Do all of the work; yields a label and a number of rows after each step."""
    yield "lapsed leases", clear_lapsed_presence(dry_run=dry_run)
    yield "rooms reset", reset_inactive_rooms(dry_run=dry_run)
    yield "evenings kept", keep_due(server_clock.now_ms(), dry_run=dry_run)
    yield "playback events older than 7 days", cleanup_playback_events(dry_run=dry_run)
    yield "uploads unfinished for a day, or of rooms closed or unused for 30 days", sweep(dry_run=dry_run)
    yield "captions for everyone in rooms unused for 30 days", captions.sweep(dry_run=dry_run)
    yield "leftovers of conversions, results of changed files", tidy(dry_run=dry_run)
    yield "captions taken out of films that changed or are gone", discard_outdated(dry_run=dry_run)
    now = timezone.now()
    yield (
        "rules of chats from before changes that can no longer be undone",
        _forget_rules(now, dry_run=dry_run),
    )
    gone = abandoned_guests(now - MONTH, now)
    yield "names of these guests in queues and polls", forget_people(gone, dry_run=dry_run)
    for label, rows, batch in expired_rows(now):
        yield label, delete_in_batches(rows, batch=batch, dry_run=dry_run)
