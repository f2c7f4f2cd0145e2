"""The actions on a room's playback; each is one transaction, broadcast on commit."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.db import transaction

from playback import signals
from playback.domain import chapters, start_lead
from playback.domain.timeline import ENDED, HOLDING, PAUSED, PLAYING, Timeline
from playback.media_lookup import duration_of, find_requested
from playback.models import Playback
from playback.room import stall_handling
from playback.room.command import (
    CommandContext,
    IdempotentCommand,
    Notice,
    command_type,
    content_hash_of,
    handle,
    require_control,
    require_media,
    spend,
)
from playback.room.event_log import Reason, record_diagnostic
from playback.room.queue.actions import record_loaded, record_replayed
from playback.room.queue.hold_back import return_to_ending
from playback.room.serializers import room_settings
from playback.room.start import changes as start_changes
from playback.room.start import premiere
from rooms import access
from rooms.models import Member, Room
from watchium import server_clock
from watchium.protocol.commands import (
    ContinueWithout,
    Load,
    Pause,
    Play,
    Seek,
    SetChapters,
    SetRate,
    ShiftCaptions,
)
from watchium.protocol.errors import TooLong, UnknownMedia
from watchium.protocol.replies import Accepted
from watchium.protocol.types import Media

_STALL_HANDLERS = {"buffer_start": stall_handling.on_underrun, "buffer_end": stall_handling.on_recovery}


@transaction.atomic
def play(by: Member, command: Play, *, now_ms: float | None = None) -> Accepted:
    """Start all players together: far enough ahead for all to receive it, or once all are ready if the room waits.

    While the room already waits, this starts without the awaited members.
    """

    def started(context: CommandContext) -> Timeline:
        if command.payload.current_time is None and context.moving:
            return context.before.unmoved()  # another start would move all players by the lead time
        start_changes.end_with_start(context)
        at_ms = context.now_ms + start_changes.lead_ms(context.playback, context.now_ms)
        start = context.before.played(at_ms=at_ms, position_s=command.payload.current_time)
        return (
            start
            if context.before.phase == HOLDING
            else start_changes.gated(context.playback, start, context.now_ms)
        )

    return _handle(by, command, started, now_ms)


@transaction.atomic
def pause(by: Member, command: Pause, *, now_ms: float | None = None) -> Accepted:
    """Pause at the position where the controller paused."""

    def stopped(context: CommandContext) -> Timeline:
        start_changes.end_with_pause(context)
        at_ms, position_s = context.gesture_ms(command.payload.at), command.payload.current_time
        if context.returned and not position_s:
            position_s = None  # of a client that knew only the announced start
        return context.before.paused(at_ms=at_ms, position_s=position_s)

    return _handle(by, command, stopped, now_ms)


@transaction.atomic
def seek(by: Member, command: Seek, *, now_ms: float | None = None) -> Accepted:
    """Seek: immediately while paused; while playing, late enough for all players to have loaded that position."""

    def moved(context: CommandContext) -> Timeline:
        moving = context.before.phase in (PLAYING, HOLDING)
        ahead_ms = start_lead.seek_lead_ms(context.reports) if moving else 0.0
        context.metadata["from"] = round(context.before.position_at(context.now_ms), 3)
        premiere_ms = start_changes.premiere_ms(context)
        there = context.before.sought(
            at_ms=premiere_ms or context.now_ms + ahead_ms, position_s=command.payload.current_time
        )
        if premiere_ms is not None:
            return there
        return stall_handling.with_start_gate(context.playback, there, context.now_ms) if moving else there

    return _handle(by, command, moved, now_ms)


@transaction.atomic
def set_rate(by: Member, command: SetRate, *, now_ms: float | None = None) -> Accepted:
    def at_rate(context: CommandContext) -> Timeline:
        return context.before.at_rate(at_ms=context.gesture_ms(command.payload.at), rate=command.payload.rate)

    return _handle(by, command, at_rate, now_ms)


@transaction.atomic
def continue_without(by: Member, command: ContinueWithout, *, now_ms: float | None = None) -> Accepted:
    """Stop waiting and resume. Changes nothing, not even the revision, if the room is not waiting."""

    def resumed(context: CommandContext) -> Timeline | None:
        if context.before.phase != HOLDING:
            return None
        context.cause = "release"
        return stall_handling.resumed_timeline(context.playback, context.now_ms)

    return _handle(by, command, resumed, now_ms)


@transaction.atomic
def shift_captions(by: Member, command: ShiftCaptions, *, now_ms: float | None = None) -> Accepted:
    """Show captions later or earlier to everyone. Changes nothing, not even the revision, if they are there already."""

    def shifted(context: CommandContext) -> Timeline | None:
        if context.playback.caption_shift_ms == command.payload.ms:
            return None
        context.playback.shift_captions(command.payload.ms)
        context.metadata["room"] = room_settings(context.playback)
        return context.before.unmoved()

    return _handle(by, command, shifted, now_ms)


@transaction.atomic
def set_chapters(by: Member, command: SetChapters, *, now_ms: float | None = None) -> Accepted:
    """Set the chapters of the room's media. The same ones again change nothing. Raises UnknownMedia, TooLong."""
    typed = chapters.cleaned(command.payload.chapters)
    if chapters.are_too_long(typed):
        raise TooLong("The titles of the chapters are too long: shorten some of them.")

    def changed(context: CommandContext) -> Timeline | None:
        if context.playback.media is None:
            raise UnknownMedia("Chapters belong to media: load some first.")
        if context.playback.typed_chapters == typed:
            return None
        context.playback.set_chapters(typed)
        context.metadata["room"] = room_settings(context.playback)
        return context.before.unmoved()

    return _handle(by, command, changed, now_ms, require=require_media)


@transaction.atomic
def load(by: Member, command: Load, *, now_ms: float | None = None) -> Accepted:
    """Load other media, paused at its start, and put it into the queue, if there is one.

    Raises UnknownMedia if it cannot be played.
    """

    def loaded(context: CommandContext) -> Timeline:
        media = find_requested(command.payload, context.by.room)
        context.playback.media, context.playback.duration_refuted = msgspec.to_builtins(media), None
        signals.media_loaded.send(
            sender=Playback, room=context.by.room, by=context.by, media=media, now_ms=context.now_ms
        )
        record_loaded(media, context.by, command, context.now_ms)
        start_changes.announce_again(context)
        return context.before.loaded(at_ms=context.now_ms, duration=duration_of(media))

    return _handle(by, command, loaded, now_ms, require=require_media)


def _handle(
    by: Member,
    command: IdempotentCommand,
    change: Callable[[CommandContext], Timeline | None],
    now_ms: float | None,
    require: Callable[[Member], None] = require_control,
) -> Accepted:
    def changed(context: CommandContext) -> Timeline | None:
        after = change(context)
        if after is not None and context.before.phase == ENDED != after.phase:
            kind = command_type(command)
            record_replayed(context.by, context.playback, kind, command.event_id, context.now_ms)
        return after

    return handle(by, command, changed, now_ms, return_to_ending, require=require)


@transaction.atomic
def record_notice(by: Member, command: Notice, *, now_ms: float | None = None) -> None:
    """Record that a member's player buffered, or that a member requested missed events.

    The record is not published; but in a room that waits for members an underrun starts a wait, and its end resumes.
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
    if playback.waits_for_members and kind in _STALL_HANDLERS:
        _STALL_HANDLERS[kind](by, now_ms)


@transaction.atomic
def prepare(
    room: Room, media: Media | None, *, loops: bool = False, premiere_at: float | None = None
) -> Playback:
    """Create a new room's playback: its media paused at the start, or idle without media. Raises BadMessage."""
    now_ms = server_clock.now_ms()
    playback = Playback(room=room, loops=loops, at_ms=now_ms)
    if media is not None:
        playback.media = msgspec.to_builtins(media)
        playback.phase = PAUSED
        if duration := duration_of(media):
            playback.duration, playback.duration_source = duration.seconds, duration.source
    playback.save(force_insert=True)
    if premiere_at is not None:
        premiere.change(playback, {"premiere_at": premiere_at}, now_ms)
    return playback
