"""Events and lists about moderation."""

from __future__ import annotations

from msgspec import Struct

from watchium.protocol.events import Event
from watchium.protocol.types import MemberState, UserRef


class MemberChanged(Event, tag="member_changed", frozen=True, kw_only=True):
    """A member was muted, or may write again."""

    payload: MemberState


class DeletedComments(Struct, frozen=True, kw_only=True):
    """`seq`: of the first deletion; each following comment has the next."""

    ids: list[int]
    seq: int


class CommentsDeleted(Event, tag="comments_deleted", frozen=True, kw_only=True):
    """Several comments of one person were deleted."""

    payload: DeletedComments


class ActState(Struct, frozen=True, kw_only=True):
    """Who did what to whom, when (server time) and why. `by` is null for staff; `target` for acts about the room.

    `until`: when a mute or ban ends. `quiet`: a mute that its target does not notice.

    `text`: of a reported or deleted comment, shortened. `undo_until`: the reader
    can undo the act until this server time; null: not, or not any more.
    """

    id: int
    kind: str
    at: float
    by: UserRef | None
    target: UserRef | None
    reason: str
    until: float | None = None
    text: str | None = None
    comment_id: int | None = None
    undone: bool = False
    undo_until: float | None = None
    quiet: bool = False


class Moderated(Event, tag="moderated", frozen=True, kw_only=True):
    """An act of moderation, its undoing, or a report. Sent to who may remove members, a report not to its target."""

    payload: ActState


class BanState(Struct, frozen=True, kw_only=True):
    """A mute or ban in force, or the time for which a removed member stays out. `id` is null for a mute.

    `kind`: mute, ban or remove. `person_only`: others at the same address may join. `liftable`: the reader may end it.

    `quiet`: a mute that its target does not notice. `range`: a ban of all addresses around the person's.
    """

    id: int | None
    kind: str
    user: UserRef | None
    until: float
    reason: str
    by: UserRef | None
    person_only: bool
    liftable: bool = True
    quiet: bool = False
    range: bool = False


class ModerationState(Struct, frozen=True, kw_only=True):
    """For the host and moderators: mutes and bans, the latest to end first, the latest acts, the words of the filter;
    at most 100 bans, mutes and acts each. `admitted`: the latest 100 who may join without asking (`admit`)."""

    bans: list[BanState]
    acts: list[ActState]
    filter: list[str]
    admitted: list[UserRef] = []
