"""The evenings of a room with what was written meanwhile: to read, to keep, to delete."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from msgspec import Struct

import playback.room.history.evenings as history
from chat.models import Comment, Reaction
from playback.domain.evening.replay import Replay
from playback.models import KeptEvening
from playback.models.history.stored_evening import MAX_KEPT, MAX_PEOPLE
from playback.room.history.evenings import Evening
from rooms import access
from rooms.domain.rights import Right
from rooms.models import Member, Room
from rooms.periodic import for_each_isolated
from watchium.protocol.errors import NotAllowed, NotFound, Refused
from watchium.protocol.types import Media
from watchium.shared_state import rate_limits

logger = logging.getLogger(__name__)

MAX_COMMENTS = 2000
MAX_REACTIONS = 2000
TITLES = 3
# An evening this short is kept by a press only.
SHORTEST_S = 60.0


class EveningSummary(Struct, frozen=True, kw_only=True):
    """`id`: server time of its beginning in whole milliseconds. `lasts`: seconds without pauses.

    `titles`: of its first media, of which it has `media`.
    """

    id: int
    started_at: float
    ended_at: float
    lasts: float
    titles: list[str]
    media: int
    kept: bool


class Evenings(Struct, frozen=True, kw_only=True):
    """Latest first. `keeps`: each evening is kept, unless the room is `full`; `may_keep`: you may keep and delete them.

    `full`: the room has as many kept evenings as it may.
    """

    evenings: list[EveningSummary]
    keeps: bool
    full: bool
    may_keep: bool


class ReplayedStretch(Struct, frozen=True, kw_only=True):
    """From `at` (seconds of the replay) on `media` (an index) plays for `lasts` seconds, from `position` at `rate`."""

    media: int
    at: float
    lasts: float
    position: float
    rate: float
    started_at: float


class EveningGuestState(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str


class ReplayedComment(Struct, frozen=True, kw_only=True):
    """`username` is null if its author was deleted."""

    at: float
    text: str
    user_id: str | None
    username: str | None


class ReplayedReaction(Struct, frozen=True, kw_only=True):
    """`username` is null if the person was deleted."""

    at: float
    emoji: str
    user_id: str | None
    username: str | None = None


class EveningState(EveningSummary, frozen=True, kw_only=True):
    """An evening without its pauses. `more`: it has more comments or reactions than are listed.

    `full`: it is not kept, and cannot be, because the room has as many as it may.
    """

    room_id: str
    room_title: str
    may_keep: bool
    full: bool
    sources: list[Media]
    stretches: list[ReplayedStretch]
    people: list[EveningGuestState]
    comments: list[ReplayedComment]
    reactions: list[ReplayedReaction]
    more: bool


def may_keep(member: Member) -> bool:
    """The demo room is everyone's."""
    return member.may(Right.SETTINGS) and not member.room.is_demo


def list_evenings(member: Member, now_ms: float) -> Evenings:
    """The demo room has none: its visitors do not know each other. Raises RateLimited."""
    _limit_reading(member, now_ms)
    return _listed(member, now_ms)


def _listed(member: Member, now_ms: float) -> Evenings:
    room = member.room
    found = [] if room.is_demo else history.of_room(room, now_ms)
    summaries = [EveningSummary(**_summary(evening)) for evening in found]
    full = sum(summary.kept for summary in summaries) >= MAX_KEPT
    return Evenings(evenings=summaries, keeps=room.keep_evenings, full=full, may_keep=may_keep(member))


def read_evening(member: Member, number: int, now_ms: float) -> EveningState:
    """Raises NotFound, RateLimited."""
    _limit_reading(member, now_ms)
    room = member.room
    if room.is_demo:
        raise NotFound("There is no such evening any more.")
    evening = history.numbered(room, number, now_ms)
    replay = evening.replay
    comments = Comment.objects.between(room, *evening.span_ms, MAX_COMMENTS + 1, reader=member.person_id)
    reactions = Reaction.objects.between(room, *evening.span_ms, MAX_REACTIONS + 1)
    people = _people(room, evening, [*comments[:MAX_COMMENTS], *reactions[:MAX_REACTIONS]], now_ms)
    return EveningState(
        **_summary(evening),
        room_id=room.room_id,
        room_title=room.title,
        may_keep=may_keep(member),
        full=evening.row is None and KeptEvening.objects.count_kept(room) >= MAX_KEPT,
        sources=list(evening.media.values()),
        stretches=_stretches(evening, replay),
        people=list(people.values())[:MAX_PEOPLE],
        comments=[_comment(comment, replay) for comment in comments[:MAX_COMMENTS]],
        reactions=[_reaction(reaction, replay, people) for reaction in reactions[:MAX_REACTIONS]],
        more=len(comments) > MAX_COMMENTS or len(reactions) > MAX_REACTIONS,
    )


def _limit_reading(member: Member, now_ms: float) -> None:
    """By person and by room, because anyone may be many guests. Raises RateLimited."""
    rate_limits.spend("evening", member.person.user_id, now_ms)
    rate_limits.spend("room_evening", member.room.room_id, now_ms)


def _summary(evening: Evening) -> dict[str, Any]:
    return {
        "id": evening.number,
        "started_at": evening.started_ms,
        "ended_at": evening.ended_ms,
        "lasts": evening.replay.lasts_s,
        "titles": [media.title or media.url for media in list(evening.media.values())[:TITLES]],
        "media": len(evening.media),
        "kept": evening.row is not None,
    }


def _stretches(evening: Evening, replay: Replay) -> list[ReplayedStretch]:
    indexes = {url: index for index, url in enumerate(evening.media)}
    return [
        ReplayedStretch(
            media=indexes[stretch.url],
            at=at_s,
            lasts=stretch.lasts_ms / 1000,
            position=stretch.position_s,
            rate=stretch.rate,
            started_at=stretch.start_ms,
        )
        for stretch, at_s in zip(evening.stretches, replay.starts_s, strict=False)
    ]


def _people(
    room: Room, evening: Evening, written: list[Comment | Reaction], now_ms: float
) -> dict[int, EveningGuestState]:
    """Return who was there, by primary key, in the order of their names; who wrote meanwhile was there too."""
    authors = {each.person_id for each in written if each.person_id is not None}
    people = history.people_of(room, evening, now_ms, authors)
    return {person.pk: EveningGuestState(user_id=person.user_id, username=name) for person, name in people}


def _comment(comment: Comment, replay: Replay) -> ReplayedComment:
    named = comment.person_id is not None
    return ReplayedComment(
        at=replay.moment_of(comment.at_ms),
        text=comment.text,
        user_id=comment.user_id if named else None,
        username=comment.username if named else None,
    )


def _reaction(reaction: Reaction, replay: Replay, people: dict[int, EveningGuestState]) -> ReplayedReaction:
    by = people.get(reaction.person_id or 0)
    return ReplayedReaction(
        at=replay.moment_of(reaction.at_ms),
        emoji=reaction.emoji,
        user_id=by.user_id if by else None,
        username=by.username if by else None,
    )


# ---------------------------------------------------------------- keep and delete


def keep_evening(by: Member, number: int, now_ms: float) -> Evenings:
    """Keep the evening and return the list. Raises NotAllowed, NotFound, TooLong, RateLimited."""
    _authorise(by, now_ms)
    history.keep(by.room, number, now_ms)
    return _listed(by, now_ms)  # the limit of reading would refuse what is done already


@transaction.atomic
def delete_evening(by: Member, number: int, now_ms: float) -> None:
    """Delete the evening and its reactions; the comments stay in the chat. Raises NotAllowed, NotFound, RateLimited."""
    _authorise(by, now_ms)
    evening = history.delete(by.room, number, now_ms)
    Reaction.objects.delete_between(by.room, *evening.span_ms)


def _authorise(by: Member, now_ms: float) -> None:
    rate_limits.spend("room_change", by.person.user_id, now_ms)
    member = access.reload_member(by)
    if not may_keep(member):
        raise NotAllowed(member.why_not(Right.SETTINGS) or "Evenings of the demo room are not kept.")


def keep_due(now_ms: float, *, dry_run: bool = False) -> int:
    """Keep the evenings of rooms that keep them, and what kept evenings became since. Return how many changed.

    Runs daily, before the log is trimmed.
    """
    keeping = Room.objects.keeping_evenings()
    pks = sorted({*keeping, *KeptEvening.objects.rooms_since(now_ms - history.LOG_MS)})
    kept: list[int] = []

    def keep_evenings_of(room_pk: int, now_ms: float) -> None:
        kept.append(_keep_due_of(room_pk, room_pk in keeping, now_ms, dry_run=dry_run))

    for_each_isolated(keep_evenings_of, pks, now_ms)
    return sum(kept)


def _keep_due_of(room_pk: int, keeps: bool, now_ms: float, *, dry_run: bool) -> int:
    room, kept = Room.objects.get(pk=room_pk), 0
    for evening in history.of_room(room, now_ms):
        row = evening.row
        is_new = row is None and keeps and evening.replay.lasts_s >= SHORTEST_S
        if not is_new and (row is None or evening.ended_ms <= row.ended_ms):
            continue
        try:
            if not dry_run:
                history.keep(room, evening.number, now_ms)
            kept += 1
        except Refused as refused:
            logger.info("an evening of room %s is not kept: %s", room.room_id, refused)  # another may go on
    return kept
