"""What is written in a room: comments, and reactions."""

from chat.models.comment import (
    COMMENT,
    AcceptedComment,
    Comment,
    CommentQuerySet,
    FoundComments,
    MissedComments,
    states,
)
from chat.models.comment_reaction import CommentReaction, CommentReactionQuerySet
from chat.models.reaction import Reaction, ReactionQuerySet

__all__ = [
    "COMMENT",
    "AcceptedComment",
    "Comment",
    "CommentQuerySet",
    "CommentReaction",
    "CommentReactionQuerySet",
    "FoundComments",
    "MissedComments",
    "Reaction",
    "ReactionQuerySet",
    "states",
]
