"""A room's timeline, its media and its playback settings."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from operator import is_
from typing import Any, NamedTuple, cast

import msgspec
from django.db import models
from django.db.models import Q

from playback.domain.duration import EXACT, Duration
from playback.domain.room_queue.ending import Ending
from playback.domain.stall_policy import (
    CARRY_ON,
    LONGEST_S,
    POLICIES,
    SHORTEST_S,
    WAIT,
    WAIT_S,
    Wait,
    charge_waits,
)
from playback.domain.start.state import StartState
from playback.domain.timeline import FASTEST, HOLDING, IDLE, PAUSED, PHASES, SLOWEST, Timeline
from playback.domain.wait_budget import WaitBudget
from playback.models.media_item import CONVERTED_AT
from playback.models.upload import UPLOADS_AT
from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, Rows, any_of, run_in_one_round_trip
from watchium.db.rows import RowMapper, update
from watchium.protocol.types import Media, SharedCaptions, TypedChapter

SYNC_TOLERANCE_MS = 500
MAX_CAPTION_SHIFT_MS = 600_000
MOTION = ("position", "rate", "phase", "at_ms", "duration", "duration_source", "ends_at_ms")
DOCUMENTS = ("media", "hold", "hold_until_ms", "waited", "duration_refuted", "ending")
NO_START = StartState()
UNTOUCHED = Q(phase__in=("idle", "paused"), position=0, rate=1)


class SyncReference(NamedTuple):
    """What a player's report is evaluated against."""

    timeline: Timeline
    sync_tolerance_ms: int


def members_present() -> models.QuerySet[Member]:
    """Present members of the outer query's room."""
    return Member.objects.current().filter(room=models.OuterRef("room"), present=True)


class PlaybackQuerySet(models.QuerySet["Playback"]):
    def of(self, room: Room) -> Playback:
        """Return the room's playback, created idle if there is none; its `room` is the given object."""
        (rows,) = run_in_one_round_trip(Playback.to_read(room.pk))
        return Playback.from_rows(rows, room)

    def has(self, room: Room) -> bool:
        return self.filter(room=room).exists()

    def sync_references(self, room_ids: Iterable[str]) -> dict[str, SyncReference]:
        """Return the sync references of many rooms by room_id, in one statement."""
        which = any_of("room.room_id", room_ids)
        sql = f"""SELECT room.room_id, playback.sync_tolerance_ms, playback.position, playback.rate,
            playback.phase, playback.at_ms, room.revision, playback.duration, playback.duration_source
            FROM rooms_room room JOIN playback_playback playback ON playback.room_id = room.id
            WHERE {which.sql}"""  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, which.values))
        return {row[0]: SyncReference(Timeline(*row[2:]), row[1]) for row in rows}

    def over(self, now_ms: float, ahead_ms: float = 0, limit: int = 100) -> list[int]:
        """Return the rooms (primary keys) whose media has ended, or ends within `ahead_ms` and something may follow."""
        due = Q(ends_at_ms__lte=now_ms) | Q(loops=True) | Q(room__queue_revision__gt=0)
        rows = self.filter(due, ends_at_ms__lte=now_ms + ahead_ms, room__closed_at=None)
        return list(rows.order_by("ends_at_ms").values_list("room_id", flat=True)[:limit])

    def waiting(self, limit: int = 200) -> list[Playback]:
        """Return the waiting playbacks, the one whose wait ends first in front."""
        rows = self.filter(hold_until_ms__isnull=False, room__closed_at=None).select_related("room")
        return list(rows.order_by("hold_until_ms")[:limit])

    def start_due(self, now_ms: float, limit: int = 100) -> list[int]:
        """Return the rooms (primary keys) whose premiere, ready check or poll is due, the earliest in front."""
        rows = self.filter(start_due_ms__lte=now_ms, room__closed_at=None)
        return list(rows.order_by("start_due_ms").values_list("room_id", flat=True)[:limit])

    def claim_start(self, room_pk: int, now_ms: float) -> bool:
        """Return whether it was due, and this call is the one that handles it."""
        return bool(self.filter(room=room_pk, start_due_ms__lte=now_ms).update(start_due_ms=None))

    def with_start(self) -> PlaybackQuerySet:
        """Playbacks of rooms that use something of `StartState`."""
        return self.filter(start__isnull=False)

    def rooms_of(self, person: Person) -> list[int]:
        """Return the open rooms (primary keys) of these playbacks in which the person is."""
        return sorted(room for _, room in self.rooms_of_people([person.pk]))

    def rooms_of_people(self, people: list[int]) -> list[tuple[int, int]]:
        """Return persons and the open rooms of these playbacks in which they ever were (primary keys)."""
        rows = self.filter(room__closed_at=None, room__members__person__in=people)
        return list(rows.values_list("room__members__person", "room_id"))

    def rooms_that_start(self) -> models.QuerySet[Playback, int]:
        """Return the rooms (primary keys) in which a premiere, a ready check or a poll will be due."""
        return self.filter(start_due_ms__isnull=False).values_list("room_id", flat=True)

    def converted_in_use(self) -> set[int]:
        """Return the jobs whose results rooms with members present have loaded."""
        converted = Q(media__url__startswith=CONVERTED_AT) | Q(media__url__startswith=UPLOADS_AT)
        rooms = self.filter(converted, room__closed_at=None)
        urls = rooms.filter(models.Exists(members_present())).values_list("media__url", flat=True)
        paths = [url.split("/") for url in urls]  # /media/converted/<item>/<job>/..., and of uploads alike
        return {int(path[4]) for path in paths if len(path) > 5 and path[4].isdecimal()}

    def idle_demos(self, since: datetime, media: Media, limit: int = 100) -> list[int]:
        """Return the idle demo rooms (primary keys), except those at the start of their own media."""
        at_its_start = UNTOUCHED & Q(media__url=media.url)
        return self.idle(since, at_its_start).filter(room__is_demo=True).room_pks(limit)

    def idle(self, since: datetime, untouched: Q = UNTOUCHED) -> PlaybackQuerySet:
        """Playbacks of empty open rooms without activity since, unless they are `untouched` or start by themselves."""
        rows = self.filter(room__closed_at=None, room__last_active_at__lt=since).exclude(untouched)
        rows = rows.filter(Q(start_due_ms=None) | Q(room__is_demo=True))
        return rows.exclude(models.Exists(members_present()))

    def room_pks(self, limit: int) -> list[int]:
        return list(self.order_by("room_id").values_list("room_id", flat=True)[:limit])

    def motion_of(self, room: Room) -> tuple[Timeline, Duration | None] | None:
        """Return what reported durations are compared with; None before a room's first change."""
        columns = ("position", "rate", "phase", "at_ms", "room__revision", "duration", "duration_source")
        row = self.filter(room=room).values_list(*columns, "duration_refuted").first()
        if row is None:
            return None
        timeline = Timeline(*row[:-1])
        return timeline, timeline.duration_known(row[-1])


class Playback(models.Model):
    """A room's timeline, media and playback settings. `position` was true at server time `at_ms`."""

    room = models.OneToOneField(Room, on_delete=models.CASCADE, related_name="playback")
    position = models.FloatField(default=0)
    rate = models.FloatField(default=1)
    phase = models.CharField(max_length=8, default=IDLE)
    at_ms = models.FloatField(default=0)
    duration = models.FloatField(null=True, blank=True)
    duration_source = models.CharField(max_length=8, default=EXACT)
    duration_refuted = models.FloatField(null=True, blank=True)
    media: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    ends_at_ms = models.FloatField(null=True, blank=True, db_index=True)
    loops = models.BooleanField(default=False)
    sync_enabled = models.BooleanField(default=True)
    sync_tolerance_ms = models.PositiveIntegerField(default=SYNC_TOLERANCE_MS)
    stall_policy = models.CharField(max_length=8, default=CARRY_ON)
    stall_wait_s = models.PositiveSmallIntegerField(default=WAIT_S)
    notices_in_chat = models.BooleanField(default=False)
    caption_shift_ms = models.IntegerField(default=0)
    # What members gave to everyone, as `SharedCaptions`.
    captions: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # What a member typed, as `TypedChapter`.
    chapters: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # `StartState`, null in a room that uses nothing of it; and when something of it is due.
    start: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    start_due_ms = models.FloatField(null=True, blank=True)
    # The current wait and the recent ones: `stall_policy.Wait` and `wait_budget.WaitBudget`.
    hold: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    hold_until_ms = models.FloatField(null=True, blank=True)
    waited: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # What plays until an announced start: `room_queue.ending.Ending`. Null, or out of date, without one.
    ending: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)

    as_read: tuple[
        Any, ...
    ] = ()  # `documents` as stored; empty unless the row was read or written by statement

    brought_back: Ending | None = None  # until that is recorded, see `room.announcement`

    objects = PlaybackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "playback"
        constraints = [
            models.CheckConstraint(condition=Q(phase__in=PHASES), name="playback_phase_known"),
            models.CheckConstraint(
                condition=Q(rate__gte=SLOWEST, rate__lte=FASTEST), name="playback_rate_in_range"
            ),
            models.CheckConstraint(
                condition=Q(stall_policy__in=POLICIES), name="playback_stall_policy_known"
            ),
            models.CheckConstraint(
                condition=Q(stall_wait_s__gte=SHORTEST_S, stall_wait_s__lte=LONGEST_S),
                name="playback_stall_wait_in_range",
            ),
            models.CheckConstraint(
                condition=Q(
                    caption_shift_ms__gte=-MAX_CAPTION_SHIFT_MS, caption_shift_ms__lte=MAX_CAPTION_SHIFT_MS
                ),
                name="playback_caption_shift_in_range",
            ),
            models.CheckConstraint(
                condition=~Q(phase=HOLDING) | Q(hold_until_ms__isnull=False), name="playback_hold_ends"
            ),
        ]
        indexes = [
            models.Index(
                fields=["hold_until_ms"],
                name="playback_hold_until",
                condition=Q(hold_until_ms__isnull=False),
            ),
            models.Index(
                fields=["start_due_ms"],
                name="playback_start_due",
                condition=Q(start_due_ms__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.phase} at {self.position:.1f} s in {self.room_id}"

    @staticmethod
    def to_read(room_pk: int) -> PreparedQuery:
        """Select the row for `made_of`."""
        sql = f"SELECT {PLAYBACK.sql} FROM playback_playback playback WHERE playback.room_id = %s"  # noqa: S608
        return PreparedQuery(sql, [room_pk])

    @classmethod
    def from_rows(cls, rows: Rows, room: Room) -> Playback:
        playback = PLAYBACK.row(rows[0]) if rows else cls.objects.get_or_create(room=room)[0]
        # Not `playback.room = room`: the room would refer back to it, and only the garbage collector would free both.
        playback._state.fields_cache["room"] = room
        playback.as_read = playback.documents
        return playback

    @classmethod
    def with_position(cls, room: Room) -> Playback:
        """Return what `PlaybackQuerySet.of` does, but without the documents except `ending`: for a position."""
        sql = f"SELECT {POSITION.sql} FROM playback_playback playback WHERE playback.room_id = %s"  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [room.pk]))
        if not rows:
            return cls.objects.of(room)
        playback = POSITION.row(rows[0])
        playback._state.fields_cache["room"] = room
        return playback

    @property
    def documents(self) -> tuple[Any, ...]:
        """Values that are replaced, never modified in place."""
        return self.media, self.hold, self.hold_until_ms, self.waited, self.duration_refuted, self.ending

    @property
    def media_as_read(self) -> dict[str, Any] | None:
        """What the room played when its row was read or written last; `media` may be other media, not yet written."""
        if self.brought_back is not None:
            return cast(dict[str, Any], self.brought_back.media)
        return self.as_read[0] if self.as_read else None

    @property
    def timeline(self) -> Timeline:
        return Timeline(
            self.position,
            self.rate,
            self.phase,
            self.at_ms,
            self.room.revision,
            self.duration,
            self.duration_source,
        )

    @property
    def moves(self) -> bool:
        """Whether it plays, or would without a wait or the end of its media."""
        return self.phase not in (IDLE, PAUSED)

    @property
    def known_duration(self) -> Duration | None:
        return self.timeline.duration_known(self.duration_refuted)

    @property
    def current_media(self) -> Media | None:
        return None if self.media is None else msgspec.convert(self.media, Media)

    @property
    def settings(self) -> dict[str, Any]:
        """The playback settings, as the protocol shows them with the room's."""
        return {
            "sync_enabled": self.sync_enabled,
            "sync_tolerance_ms": self.sync_tolerance_ms,
            "stall_policy": self.stall_policy,
            "stall_wait_s": self.stall_wait_s,
            "notices_in_chat": self.notices_in_chat,
            "caption_shift_ms": self.caption_shift_ms,
            "captions": self.shared_captions,
            "chapters": self.typed_chapters,
            **self.start_state.settings,
        }

    @property
    def waits_for_members(self) -> bool:
        return self.stall_policy == WAIT and self.sync_enabled

    @property
    def current_wait(self) -> Wait | None:
        return None if self.hold is None else msgspec.convert(self.hold, Wait)

    @property
    def wait_budget(self) -> WaitBudget:
        return msgspec.convert(self.waited, WaitBudget)

    def set_wait(self, wait: Wait | None, now_ms: float) -> None:
        """Start, change or (None) end the wait, and charge the budget for the waits that are over. Unsaved."""
        if before := self.current_wait:
            self.waited = msgspec.to_builtins(charge_waits(self.wait_budget, before, wait, now_ms))
        self.hold = None if wait is None else msgspec.to_builtins(wait)
        self.hold_until_ms = None if wait is None else wait.until_ms

    @property
    def shared_captions(self) -> list[SharedCaptions]:
        return msgspec.convert(self.captions, list[SharedCaptions])

    def share_captions(self, captions: list[SharedCaptions]) -> None:
        self.captions = msgspec.to_builtins(captions)
        self.save(update_fields=["captions"])

    @property
    def typed_chapters(self) -> list[TypedChapter]:
        return msgspec.convert(self.chapters, list[TypedChapter])

    def set_chapters(self, chapters: list[TypedChapter]) -> None:
        """Store the chapters, if they are other ones."""
        if (stored := msgspec.to_builtins(chapters)) != self.chapters:
            self.chapters = stored
            self.save(update_fields=["chapters"])

    def shift_captions(self, ms: int) -> None:
        """Store the shift, if it is another one."""
        if ms != self.caption_shift_ms:
            self.caption_shift_ms = ms
            self.save(update_fields=["caption_shift_ms"])

    @property
    def start_state(self) -> StartState:
        return NO_START if self.start is None else msgspec.convert(self.start, StartState)

    def save_start(self, state: StartState) -> None:
        self.start = msgspec.to_builtins(state) or None
        self.start_due_ms = state.due_ms
        self.save(update_fields=["start", "start_due_ms"])

    def save_wait_budget(self, budget: WaitBudget) -> None:
        self.waited = msgspec.to_builtins(budget)
        self.save(update_fields=["waited"])

    def update_query(self) -> PreparedQuery:
        """Return the UPDATE of the timeline, and of the JSON fields if they changed. It leaves the settings alone."""
        documents = self.documents
        same = bool(self.as_read) and all(map(is_, documents, self.as_read))
        self.as_read = documents
        return update(self, *MOTION) if same else update(self, *MOTION, *DOCUMENTS)

    def set_timeline(self, timeline: Timeline, now_ms: float) -> None:
        """Set the timeline, and end the wait unless it is waiting. Unsaved."""
        if timeline.phase != HOLDING:
            self.set_wait(None, now_ms)
        self.position, self.rate, self.phase = timeline.position_s, timeline.rate, timeline.phase
        self.at_ms, self.ends_at_ms = timeline.at_ms, timeline.ends_at_ms
        self.duration, self.duration_source = timeline.duration_s, timeline.duration_source


PLAYBACK = RowMapper(Playback, "playback")
POSITION = RowMapper(
    Playback,
    "playback",
    without=[
        "loops",
        "sync_enabled",
        "sync_tolerance_ms",
        "stall_policy",
        "stall_wait_s",
        "notices_in_chat",
        "media",
        "caption_shift_ms",
        "captions",
        "chapters",
        "start",
        "start_due_ms",
        "hold",
        "hold_until_ms",
        "waited",
    ],
)
