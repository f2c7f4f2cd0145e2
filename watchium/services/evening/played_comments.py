"""What was written and shown about what a room plays, by position, for viewers who came late."""

from __future__ import annotations

from bisect import bisect_right

import msgspec

from chat.models import Comment, Reaction, UnseenChange, seen_by_reader, states
from playback.domain.timeline import Timeline
from playback.models import PlaybackEvent
from playback.room import queries
from rooms.models import Room
from watchium.protocol.types import CommentState

MAX_REACTIONS = 300
MAX_CHANGES = 2000


class PlayedReaction(msgspec.Struct, frozen=True, kw_only=True):
    """An emoji, and where the media were when it was sent."""

    emoji: str
    current_time: float


class PlayedComments(msgspec.Struct, frozen=True, kw_only=True):
    """If `more` is set, there are others after the `seq` of the last one.

    `since`: comments with a smaller `seq` are about earlier media. `reactions`: on the first page, the first 300; rooms
    that do not keep their evenings have none, and visitors get none.
    """

    comments: list[CommentState]
    more: bool
    since: int
    reactions: list[PlayedReaction] = []


def played_comments(
    room: Room,
    since: int | None,
    after: int,
    limit: int,
    now_ms: float,
    *,
    with_reactions: bool,
    reader: int | None = None,
) -> PlayedComments:
    """Return a page of comments: those after the one at the `seq` `after`, from the `seq` `since` on.

    Without `since`: from the first one about the media on that play now. `with_reactions`: for members.
    `reader`: a person's primary key.
    """
    reactions: list[PlayedReaction] = []
    if since is None:
        media = queries.media_now(room, now_ms)
        loaded_ms = PlaybackEvent.objects.last_load(room, media.url, now_ms) if media else None
        since = 1 if loaded_ms is None else Comment.objects.last_seq_before(room, loaded_ms) + 1
        if loaded_ms is not None and room.keep_evenings and with_reactions:
            reactions = _reactions(room, loaded_ms, now_ms)
    comments = Comment.objects.by_position(room, since, after, limit + 1, reader=reader)
    return PlayedComments(
        comments=seen_by_reader(states(comments[:limit]), UnseenChange.objects.of_reader(room, reader)),
        more=len(comments) > limit,
        since=since,
        reactions=reactions,
    )


def _reactions(room: Room, loaded_ms: float, now_ms: float) -> list[PlayedReaction]:
    """Return the reactions since the media were loaded, in the order of their positions."""
    changes = PlaybackEvent.objects.motions(room, loaded_ms, MAX_CHANGES)
    held = _held([Timeline(*motion) for *motion, _ in changes])
    found = [
        PlayedReaction(emoji=reaction.emoji, current_time=_position_at(held, reaction.at_ms))
        for reaction in Reaction.objects.between(room, loaded_ms, now_ms, MAX_REACTIONS)
    ]
    return sorted(found, key=lambda reaction: reaction.current_time)


def _held(timelines: list[Timeline]) -> list[Timeline]:
    """Leave out starts that were scheduled and then called off by a change that is about an earlier time."""
    held: list[Timeline] = []
    for timeline in timelines:
        while held and held[-1].at_ms > timeline.at_ms:
            held.pop()
        held.append(timeline)
    return held


def _position_at(held: list[Timeline], at_ms: float) -> float:
    index = bisect_right(held, at_ms, key=lambda timeline: timeline.at_ms) - 1
    return held[index].position_at(at_ms) if index >= 0 else 0.0
