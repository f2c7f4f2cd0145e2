"""How anybody is told anything: a room, one member; and how sockets are closed.

Called by deeds only, inside their transaction; it is told when that commits, never before and never if it does not.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from watchium.wire import fanout
from watchium.wire.errors import CloseCode
from watchium.wire.messages import CommentDeleted, Custom, Event, NewComment, encode

LOBBY = "lobby"


def room_group(room_id: str) -> str:
    return f"room.{room_id}"


def member_group(member_pk: int) -> str:
    return f"member.{member_pk}"


def person_group(person_pk: int) -> str:
    return f"person.{person_pk}"


def to_room(room_id: str, event: Event | Custom) -> None:
    _on_commit(room_group(room_id), event)


def to_member(member_pk: int, event: Event) -> None:
    """To every socket of one member."""
    _on_commit(member_group(member_pk), event)


def close_member(member_pk: int, code: CloseCode) -> None:
    _on_commit_close(member_group(member_pk), code)


def close_person(person_pk: int, code: CloseCode) -> None:
    _on_commit_close(person_group(person_pk), code)


def close_room(room_id: str, code: CloseCode) -> None:
    _on_commit_close(room_group(room_id), code)


def _on_commit(group: str, event: Event | Custom) -> None:
    # Encoded now, so that what is told is what was true inside the transaction.
    transaction.on_commit(partial(fanout.publish, group, encode(event), _head_of(event)))


def _head_of(event: Event | Custom) -> tuple[int, int]:
    """The revision and the place among the comments that an event brings."""
    seq = event.payload.seq if isinstance(event, NewComment | CommentDeleted) else 0
    return event.revision or 0, seq


def _on_commit_close(group: str, code: CloseCode) -> None:
    transaction.on_commit(partial(fanout.publish_close, group, int(code)))
