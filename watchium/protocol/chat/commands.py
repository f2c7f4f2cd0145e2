"""Commands that change a message which was posted before."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from watchium.protocol.commands import IdempotentCommand
from watchium.protocol.types import Revision


class CommentEdit(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    id: Revision
    text: Annotated[str, Meta(min_length=1)]


class EditComment(IdempotentCommand, tag="edit_comment", frozen=True, kw_only=True):
    """Change the text of one's own comment, within five minutes of posting it."""

    payload: CommentEdit


class ReactionToComment(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`on` is false to take the reaction back."""

    id: Revision
    emoji: Annotated[str, Meta(min_length=1, max_length=16)]
    on: bool


class ReactToComment(IdempotentCommand, tag="react_to_comment", frozen=True, kw_only=True):
    """Give an emoji to a comment; it is stored with the comment and shown below it."""

    payload: ReactionToComment


ChatCommand = EditComment | ReactToComment
