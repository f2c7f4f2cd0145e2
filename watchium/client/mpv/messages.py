"""What the client says on the picture and in the terminal about the room. Pure."""

from __future__ import annotations

from watchium.client.connection import ProblemError
from watchium.client.mpv.own_copy import Likeness
from watchium.protocol.types import CommentState, RoomState

CLOSED = {
    4501: "You are not in this room any more.",
    4503: "You were removed from this room.",
    4504: "This room was closed.",
    4509: "This program is open too often in this room.",
}
REFUSED = {
    "not_member": "There is no such room at this address.",
    "not_found": "There is no such room at this address.",
    "wrong_passphrase": "This room has a passphrase, or another one: name it with --passphrase.",
    "authentication": "The server does not know this token.",
}


def closed(close_code: int | None) -> str:
    return CLOSED.get(close_code or 0, "The server closed the connection for good.")


def refused(problem: ProblemError) -> str:
    return REFUSED.get(problem.code, problem.problem.message)


def comment_line(comment: CommentState) -> str | None:
    """A line of the chat; None for who joined or left."""
    if comment.is_system_message:
        return None if comment.note == "presence" else comment.text
    return f"{comment.username}: {comment.text}" if comment.text else f"{comment.username} sent a picture"


def ready_line(room: RoomState | None, user_id: str) -> str | None:
    """What a member who was asked and is not marked yet should read."""
    check = room.ready_check if room else None
    if check is None or user_id in check.ready:
        return None
    return f"{check.username} asks: ready? Press play when you are."


def copy_line(likeness: Likeness, title: str) -> str | None:
    match likeness:
        case Likeness.DIFFERENT:
            return f"Your file is longer or shorter than “{title}”. It may be another cut."
        case Likeness.UNKNOWN:
            return f"Your file plays in place of “{title}”. Whether it is the same is not known."
    return None
