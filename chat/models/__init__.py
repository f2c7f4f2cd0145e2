"""What is written in a room: comments, and reactions."""

from chat.models.comment import COMMENT, AcceptedComment, Comment, CommentQuerySet, MissedComments
from chat.models.reaction import Reaction, ReactionQuerySet

__all__ = [
    "COMMENT",
    "AcceptedComment",
    "Comment",
    "CommentQuerySet",
    "MissedComments",
    "Reaction",
    "ReactionQuerySet",
]
