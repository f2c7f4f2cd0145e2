"""What a controller does to a room's playback; each deed is one transaction, told when it commits."""

from __future__ import annotations

import msgspec
from django.db import transaction

from playback import signals
from playback.domain import start_lead
from playback.domain.timeline import HOLDING, PAUSED, PLAYING, Timeline
from playback.media_lookup import duration_of, find
from playback.models import Playback
from playback.room import stall_handling
from playback.room.command import CommandContext, Notice, command_type, content_hash_of, handle, spend
from playback.room.event_log import Reason, record_diagnostic
from rooms import access
from rooms.models import Member, Room
from watchium import server_clock
from watchium.protocol.commands import ContinueWithout, Load, Pause, Play, Seek, SetRate
from watchium.protocol.replies import Accepted
from watchium.protocol.types import Media

_OF_STALLS = {"buffer_start": stall_handling.on_underrun, "buffer_end": stall_handling.on_recovery}


@transaction.atomic
def play(by: Member, command: Play, *, now_ms: float | None = None) -> Accepted:
    """Start together: far enough ahead that everyone has heard of it, and where the room waits, when all are ready.

    While it waits already, starting is going on without.
    """

    def started(context: CommandContext) -> Timeline:
        if command.payload.current_time is None and context.moving:
            return context.before.unmoved()  # a start that lies ahead would move everybody by the lead
        at_ms = context.now_ms + start_lead.play_lead_ms(context.reports)
        start = context.before.played(at_ms=at_ms, position_s=command.payload.current_time)
        return (
            start
            if context.before.phase == HOLDING
            else stall_handling.with_start_gate(context.playback, start, context.now_ms)
        )

    return handle(by, command, started, now_ms)


@transaction.atomic
def pause(by: Member, command: Pause, *, now_ms: float | None = None) -> Accepted:
    """Stop where the controller stopped."""

    def stopped(context: CommandContext) -> Timeline:
        at_ms = context.gesture_ms(command.payload.at)
        return context.before.paused(at_ms=at_ms, position_s=command.payload.current_time)

    return handle(by, command, stopped, now_ms)


@transaction.atomic
def seek(by: Member, command: Seek, *, now_ms: float | None = None) -> Accepted:
    """Go elsewhere, at once while paused; while playing late enough for everyone to have loaded that place."""

    def moved(context: CommandContext) -> Timeline:
        moving = context.before.phase in (PLAYING, HOLDING)
        ahead_ms = start_lead.seek_lead_ms(context.reports) if moving else 0.0
        context.metadata["from"] = round(context.before.position_at(context.now_ms), 3)
        there = context.before.sought(
            at_ms=context.now_ms + ahead_ms, position_s=command.payload.current_time
        )
        return stall_handling.with_start_gate(context.playback, there, context.now_ms) if moving else there

    return handle(by, command, moved, now_ms)


@transaction.atomic
def set_rate(by: Member, command: SetRate, *, now_ms: float | None = None) -> Accepted:
    def faster(context: CommandContext) -> Timeline:
        return context.before.at_rate(at_ms=context.gesture_ms(command.payload.at), rate=command.payload.rate)

    return handle(by, command, faster, now_ms)


@transaction.atomic
def continue_without(by: Member, command: ContinueWithout, *, now_ms: float | None = None) -> Accepted:
    """Wait no longer for whoever the room waits for. Harmless where it waits for nobody: no revision then."""

    def going_on(context: CommandContext) -> Timeline | None:
        if context.before.phase != HOLDING:
            return None
        context.cause = "release"
        return stall_handling.resumed_timeline(context.playback, context.now_ms)

    return handle(by, command, going_on, now_ms)


@transaction.atomic
def load(by: Member, command: Load, *, now_ms: float | None = None) -> Accepted:
    """Put another medium on, paused at its start. Raises UnknownMedia for what cannot be played."""

    def put_on(context: CommandContext) -> Timeline:
        media = find(command.payload.media_url, command.payload.title)
        context.playback.media, context.playback.duration_refuted = msgspec.to_builtins(media), None
        signals.media_loaded.send(
            sender=Playback, room=context.by.room, by=context.by, media=media, now_ms=context.now_ms
        )
        return context.before.loaded(at_ms=context.now_ms, duration=duration_of(media))

    return handle(by, command, put_on, now_ms)


@transaction.atomic
def record_notice(by: Member, command: Notice, *, now_ms: float | None = None) -> None:
    """Keep that somebody's player waited, or that somebody had to ask for what they missed.

    Told to nobody by itself; a room that waits for whoever starves begins to, or goes on.
    """
    by = access.reload_member(by)
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    kind = command_type(command)
    spend(by, kind, now_ms)
    metadata = {
        name: value for name, value in msgspec.to_builtins(command.payload).items() if value is not None
    }
    position_s = metadata.pop("current_time", None)
    reason = Reason(
        by=by, event_id=command.event_id, content_hash=content_hash_of(command), metadata=metadata
    )
    playback = Playback.objects.of(by.room)
    record_diagnostic(playback, kind, reason, now_ms, position_s)
    if playback.waits_for_members and kind in _OF_STALLS:
        _OF_STALLS[kind](by, now_ms)


@transaction.atomic
def prepare(room: Room, media: Media | None, *, loops: bool = False) -> Playback:
    """A new room's playback: its medium paused at the start, or idle without one."""
    playback = Playback(room=room, loops=loops, at_ms=server_clock.now_ms())
    if media is not None:
        playback.media = msgspec.to_builtins(media)
        playback.phase = PAUSED
        if duration := duration_of(media):
            playback.duration, playback.duration_source = duration.seconds, duration.source
    playback.save(force_insert=True)
    return playback
