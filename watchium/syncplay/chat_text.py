"""Comments as one line of plain text, which is all that clients show. Pure."""

from __future__ import annotations

import re

from watchium.protocol.types import CommentState
from watchium.text import clean

PRESENCE = "presence"
_SPOILER = re.compile(r"\|\|(?:[^|]|\|(?!\|))+\|\|")


def line_of(comment: CommentState, spoiler: str, image: str) -> str:
    """The comment's text; empty if clients learn it otherwise. `spoiler`, `image`: what stands for these."""
    if comment.note == PRESENCE:  # clients show joins and leaves themselves
        return ""
    text = clean(_SPOILER.sub(lambda _: f"[{spoiler}]", comment.text))
    if comment.image is None:
        return text
    return f"[{image}] {text}".strip()
