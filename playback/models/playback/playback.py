"""A room's timeline and its media."""

from __future__ import annotations

from collections.abc import Iterable
from operator import is_
from typing import Any, NamedTuple, cast

import msgspec
from django.db import models
from django.db.models import Q

from playback.domain.duration import EXACT, Duration
from playback.domain.room_queue.ending import Ending
from playback.domain.stall_policy import LONGEST_S, POLICIES, SHORTEST_S, Wait, charge_waits
from playback.domain.timeline import FASTEST, HOLDING, IDLE, PAUSED, PHASES, SLOWEST, Timeline
from playback.domain.wait_budget import WaitBudget
from playback.models.playback.due_rooms import DueRoomsQuerySet
from playback.models.playback.settings import PlaybackSettings
from rooms.models import Room
from watchium.db.prepared import PreparedQuery, Rows, any_of, run_in_one_round_trip
from watchium.db.rows import RowMapper, update
from watchium.protocol.types import Media

MAX_CAPTION_SHIFT_MS = 600_000
MOTION = ("position", "rate", "phase", "at_ms", "duration", "duration_source", "ends_at_ms")
DOCUMENTS = ("media", "hold", "hold_until_ms", "waited", "duration_refuted", "ending")


class SyncReference(NamedTuple):
    """What a player's report is evaluated against."""

    timeline: Timeline
    sync_tolerance_ms: int


class PlaybackQuerySet(DueRoomsQuerySet["Playback"]):
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

    def with_start(self) -> PlaybackQuerySet:
        """Playbacks of rooms that use something of `StartState`."""
        return self.filter(start__isnull=False)

    def motion_of(self, room: Room) -> tuple[Timeline, Duration | None] | None:
        """Return what reported durations are compared with; None before a room's first change."""
        columns = ("position", "rate", "phase", "at_ms", "room__revision", "duration", "duration_source")
        row = self.filter(room=room).values_list(*columns, "duration_refuted").first()
        if row is None:
            return None
        timeline = Timeline(*row[:-1])
        return timeline, timeline.duration_known(row[-1])


class Playback(PlaybackSettings):
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
_SETTINGS = [field.name for field in PlaybackSettings._meta.local_fields]
POSITION = RowMapper(Playback, "playback", without=[*_SETTINGS, "media", "hold", "hold_until_ms", "waited"])
