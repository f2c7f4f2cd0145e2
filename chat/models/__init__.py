"""Comments and reactions of rooms."""

from chat.models.accepted_change import AcceptedChange, AcceptedCommand
from chat.models.comment import PRESENCE, Comment, CommentQuerySet, FoundComments, MissedComments
from chat.models.comment_deletion import NEVER_SHOWN
from chat.models.comment_image import CommentImage, EncodedImage
from chat.models.comment_reaction import CommentReaction, CommentReactionQuerySet
from chat.models.comment_state import states
from chat.models.reaction import Reaction, ReactionQuerySet
from chat.models.unseen_change import OwnChange, UnseenChange, seen_by_reader

__all__ = [
    "NEVER_SHOWN",
    "PRESENCE",
    "AcceptedChange",
    "AcceptedCommand",
    "Comment",
    "CommentImage",
    "CommentQuerySet",
    "CommentReaction",
    "CommentReactionQuerySet",
    "EncodedImage",
    "FoundComments",
    "MissedComments",
    "OwnChange",
    "Reaction",
    "ReactionQuerySet",
    "UnseenChange",
    "seen_by_reader",
    "states",
]
