"""What a controller does to a room's playback. Each deed is one transaction and tells the room when it is committed.

The order of checks is the same for all: membership, an event_id already answered, the throttle, authority.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from playback import lead, signals
from playback.changes import Why, explain, record
from playback.models import Playback, PlaybackEvent
from playback.reports import LAST, ROOMS
from playback.sources import duration_of, find
from playback.timeline import PAUSED, Timeline
from rooms import access
from rooms.models import Member, Room
from watchium.throttle import Allowance, Throttle
from watchium.wire import server_clock
from watchium.wire.errors import EventIdConflict, NotHost, RateLimited
from watchium.wire.messages import (
    Accepted,
    BufferEnd,
    BufferStart,
    Load,
    Media,
    Pause,
    Play,
    Seek,
    SetRate,
    SyncRequest,
)

EARLIEST_MS = 1000.0  # how far back a gesture may have happened
THROTTLE = Throttle()
_LENGTH_KNOWN: dict[str, int] = {}  # by room_id, the revision that players spoke of

Deed = Play | Pause | Seek | SetRate | Load
Notice = BufferStart | BufferEnd | SyncRequest


@dataclass
class Scene:
    """A deed under way: the room is locked and `now_ms` was read inside the lock."""

    by: Member
    playback: Playback
    before: Timeline
    now_ms: float
    metadata: dict[str, Any] = field(default_factory=dict)

    def heard_at(self, at: float | None) -> float:
        """When a gesture happened: not before the last change, at most a second ago, never ahead."""
        if at is None:
            return self.now_ms
        earliest = self.now_ms - EARLIEST_MS
        if self.before.at_ms <= self.now_ms:
            earliest = max(earliest, self.before.at_ms)
        return min(max(at, earliest), self.now_ms)

    @property
    def reports(self) -> list[Any]:
        return LAST.fresh(self.by.room.room_id, self.now_ms)


@transaction.atomic
def play(by: Member, command: Play, *, now_ms: float | None = None) -> Accepted:
    """Start together: far enough ahead that everyone has heard of it."""

    def started(scene: Scene) -> Timeline:
        at_ms = scene.now_ms + lead.play_lead_ms(scene.reports)
        return scene.before.played(at_ms=at_ms, position_s=command.payload.current_time)

    return _accept(by, command, started, now_ms)


@transaction.atomic
def pause(by: Member, command: Pause, *, now_ms: float | None = None) -> Accepted:
    """Stop where the controller stopped."""

    def stopped(scene: Scene) -> Timeline:
        at_ms = scene.heard_at(command.payload.at)
        return scene.before.paused(at_ms=at_ms, position_s=command.payload.current_time)

    return _accept(by, command, stopped, now_ms)


@transaction.atomic
def seek(by: Member, command: Seek, *, now_ms: float | None = None) -> Accepted:
    """Go elsewhere, at once while paused; while playing late enough for everyone to have loaded that place."""

    def moved(scene: Scene) -> Timeline:
        ahead_ms = lead.seek_lead_ms(scene.reports) if scene.before.playing else 0.0
        scene.metadata["from"] = round(scene.before.position_at(scene.now_ms), 3)
        return scene.before.sought(at_ms=scene.now_ms + ahead_ms, position_s=command.payload.current_time)

    return _accept(by, command, moved, now_ms)


@transaction.atomic
def set_rate(by: Member, command: SetRate, *, now_ms: float | None = None) -> Accepted:
    def faster(scene: Scene) -> Timeline:
        return scene.before.at_rate(at_ms=scene.heard_at(command.payload.at), rate=command.payload.rate)

    return _accept(by, command, faster, now_ms)


@transaction.atomic
def load(by: Member, command: Load, *, now_ms: float | None = None) -> Accepted:
    """Put another medium on, paused at its start. Raises UnknownMedia for what cannot be played."""

    def put_on(scene: Scene) -> Timeline:
        media = find(command.payload.media_url, command.payload.title)
        scene.playback.media = msgspec.to_builtins(media)
        signals.media_loaded.send(
            sender=Playback, room=scene.by.room, by=scene.by, media=media, now_ms=scene.now_ms
        )
        return scene.before.loaded(at_ms=scene.now_ms, duration_s=duration_of(media))

    return _accept(by, command, put_on, now_ms)


@transaction.atomic
def notice(by: Member, command: Notice, *, now_ms: float | None = None) -> None:
    """Keep that somebody's player waited, or that somebody had to ask for what they missed. Told to nobody."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    kind = _kind(command)
    _throttle(by, kind, now_ms)
    metadata = {
        name: value for name, value in msgspec.to_builtins(command.payload).items() if value is not None
    }
    position_s = metadata.pop("current_time", None)
    why = Why(by=by, event_id=command.event_id, content_hash=_hash(command), metadata=metadata)
    explain(Playback.objects.of(by.room), kind, why, now_ms, position_s)


@transaction.atomic
def prepare(room: Room, media: Media | None, *, loops: bool = False) -> Playback:
    """A new room's playback: its medium paused at the start, or idle without one."""
    playback = Playback(room=room, loops=loops, at_ms=server_clock.now_ms())
    if media is not None:
        playback.media = msgspec.to_builtins(media)
        playback.phase = PAUSED
        playback.duration = duration_of(media)
    playback.save(force_insert=True)
    return playback


def learn_duration(
    by: Member, duration: float, *, revision: int | None = None, now_ms: float | None = None
) -> bool:
    """How long the medium is, from a controller's player; whether that was news.

    `revision` is the one its report was about: an older one may be about another medium. Players say this with
    every heartbeat, so what is known already costs nothing, and no lock is taken to find out.
    """
    room_id = by.room.room_id
    if duration <= 0 or (revision is not None and _LENGTH_KNOWN.get(room_id) == revision):
        return False
    if not Playback.objects.without_duration(by.room):
        _remember_length_known(room_id, revision)
        return False
    return _learn_duration(by, duration, revision, now_ms)


@transaction.atomic
def _learn_duration(by: Member, duration: float, revision: int | None, now_ms: float | None) -> bool:
    by = access.lock(by)
    playback = Playback.objects.of(by.room)
    known = playback.media is None or playback.duration is not None
    if known or not by.may_control or revision not in (None, by.room.revision):
        return False
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    record(playback, "timeline", playback.timeline.lasting(duration), Why(cause="duration"), now_ms)
    return True


def _remember_length_known(room_id: str, revision: int | None) -> None:
    if revision is None:
        return
    if len(_LENGTH_KNOWN) >= ROOMS:
        _LENGTH_KNOWN.clear()
    _LENGTH_KNOWN[room_id] = revision


def _accept(by: Member, command: Deed, change: Callable[[Scene], Timeline], now_ms: float | None) -> Accepted:
    by = access.lock(by)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    content_hash = _hash(command)
    answered = PlaybackEvent.objects.answered(by.room, by.person, command.event_id)
    if answered is not None:
        return _answer_again(answered, content_hash)
    _throttle(by, _kind(command), now_ms)
    if not by.may_control:
        raise NotHost
    playback = Playback.objects.of(by.room)
    scene = Scene(by, playback, playback.timeline, now_ms)
    timeline = change(scene)
    client_ms = getattr(command.payload, "at", None)
    why = Why(by, command.event_id, content_hash, client_ms, metadata=scene.metadata)
    return _accepted(record(playback, _kind(command), timeline, why, now_ms))


def _answer_again(answered: PlaybackEvent, content_hash: str) -> Accepted:
    if answered.content_hash != content_hash:
        raise EventIdConflict
    return _accepted(answered)


def _accepted(row: PlaybackEvent) -> Accepted:
    assert row.event_id is not None
    return Accepted(event_id=row.event_id, revision=row.revision, timestamp=row.at_ms)


def _throttle(by: Member, kind: str, now_ms: float) -> None:
    per_minute = settings.PLAYBACK_COMMANDS_PER_MINUTE
    wait_ms = THROTTLE.wait_ms((by.person.user_id, kind), Allowance(per_minute, per_minute / 60), now_ms)
    if wait_ms:
        raise RateLimited(retry_after_ms=wait_ms)


def _kind(command: Deed | Notice) -> str:
    return str(command.__struct_config__.tag)


def _hash(command: Deed | Notice) -> str:
    """Of what is asked for, not of when: the same command sent again is the same."""
    asked = msgspec.to_builtins(command.payload)
    asked.pop("at", None)
    return sha256(msgspec.json.encode([_kind(command), asked], order="sorted")).hexdigest()
