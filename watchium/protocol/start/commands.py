"""Commands about ready checks and polls. All are answered by `room_changed`, whose `room` has the new state."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from watchium.protocol.commands import IdempotentCommand
from watchium.protocol.types import ItemId, Url

MAX_DEADLINE_S = 3600
MAX_OPEN_S = 7 * 86_400
MAX_ANSWERS = 10
PollId = Annotated[str, Meta(min_length=1, max_length=16)]


class ReadyCheckRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`on`: open a check, which replaces an open one and keeps its marks, or end it. `start`: playback starts once all
    are ready, `deadline_s` seconds from now at the latest."""

    on: bool
    deadline_s: Annotated[int, Meta(ge=1, le=MAX_DEADLINE_S)] | None = None
    start: bool = True


class CheckReady(IdempotentCommand, tag="ready_check", frozen=True, kw_only=True):
    """Ask whether everyone is ready, as a member who may control playback. A `play` starts without the missing ones."""

    payload: ReadyCheckRequest


class ReadyMark(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    on: bool = True


class MarkReady(IdempotentCommand, tag="ready", frozen=True, kw_only=True):
    """Be ready, or (`on` false) not any more. Without an open ready check nothing changes."""

    payload: ReadyMark = ReadyMark()


class NewPollAnswer(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Text, or media (an address or an item of the library), whose title is the text if there is none."""

    text: Annotated[str, Meta(max_length=400)] | None = None
    media_url: Url | None = None
    item_id: ItemId | None = None

    def __post_init__(self) -> None:
        if self.media_url is not None and self.item_id is not None:
            raise ValueError("Object has `media_url` or `item_id`, not both")
        if not (self.text or self.media_url or self.item_id):
            raise ValueError("Object needs `text`, `media_url` or `item_id`")


class NewPoll(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The question keeps its first 200 characters, answers their first 100. `closes_in_s`: null to close it by hand."""

    question: Annotated[str, Meta(min_length=1, max_length=800)]
    answers: Annotated[list[NewPollAnswer], Meta(min_length=2, max_length=MAX_ANSWERS)]
    closes_in_s: Annotated[int, Meta(ge=5, le=MAX_OPEN_S)] | None = None


class OpenPoll(IdempotentCommand, tag="open_poll", frozen=True, kw_only=True):
    """Ask the room a question, as a member who may control playback or moderate. One poll is open at a time."""

    payload: NewPoll


class PollVote(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`answer`: its index; null takes the vote back."""

    poll_id: PollId
    answer: Annotated[int, Meta(ge=0, lt=MAX_ANSWERS)] | None


class VoteInPoll(IdempotentCommand, tag="vote_poll", frozen=True, kw_only=True):
    """Choose an answer, or another one than before. A poll that is closed or gone changes nothing."""

    payload: PollVote


class PollRef(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    poll_id: PollId


class ClosePoll(IdempotentCommand, tag="close_poll", frozen=True, kw_only=True):
    """Close the poll: the media of the answer with most votes are added to the queue, after the current entry."""

    payload: PollRef


StartCommand = CheckReady | MarkReady | OpenPoll | VoteInPoll | ClosePoll
