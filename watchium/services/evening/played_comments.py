"""The comments about what a room plays, in the order of their positions, for viewers who came late."""

from __future__ import annotations

import msgspec

from chat.models import Comment, states
from playback.models import PlaybackEvent
from rooms.models import Room
from watchium.protocol.types import CommentState


class PlayedComments(msgspec.Struct, frozen=True, kw_only=True):
    """If `more` is set, there are others after the `seq` of the last one.

    `since`: comments with a smaller `seq` are about earlier media.
    """

    comments: list[CommentState]
    more: bool
    since: int


def played_comments(room: Room, since: int | None, after: int, limit: int) -> PlayedComments:
    """Return a page of comments: those after the one at the `seq` `after`, from the `seq` `since` on.

    Without `since`: from the first one about the media on that play now.
    """
    if since is None:
        loaded_at = PlaybackEvent.objects.last_load(room)
        since = 1 if loaded_at is None else Comment.objects.last_seq_before(room, loaded_at) + 1
    comments = Comment.objects.by_position(room, since, after, limit + 1)
    return PlayedComments(
        comments=states(comments[:limit]),
        more=len(comments) > limit,
        since=since,
    )
