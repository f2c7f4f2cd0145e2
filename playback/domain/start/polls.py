"""Polls: votes, and which answer wins. Pure."""

from __future__ import annotations

from collections.abc import Collection

from msgspec.structs import replace

from watchium.protocol.types import PollState
from watchium.text import clean

MAX_QUESTION_CHARS, MAX_ANSWER_CHARS = 200, 100
# Votes stay when their members leave. Once a poll has so many, the votes of members who are gone are taken away.
MAX_VOTES = 500


def question_text(text: str) -> str:
    return clean(clean(text)[:MAX_QUESTION_CHARS])


def answer_text(text: str) -> str:
    return clean(clean(text)[:MAX_ANSWER_CHARS])


def votes_of(poll: PollState) -> int:
    return sum(len(answer.votes) for answer in poll.answers)


def among(poll: PollState, present: Collection[str]) -> PollState:
    """Return the poll with the votes of these members only."""
    answers = [replace(each, votes=[v for v in each.votes if v in present]) for each in poll.answers]
    return replace(poll, answers=answers)


def voted(poll: PollState, user_id: str, answer: int | None) -> PollState:
    """Return the poll after a member chose an answer, or (None) took the vote back. A closed poll does not change."""
    if poll.closed or (answer is not None and answer >= len(poll.answers)):
        return poll
    if answer is not None and user_id in poll.answers[answer].votes:
        return poll
    answers = [
        replace(each, votes=[*(v for v in each.votes if v != user_id), *([user_id] if i == answer else [])])
        for i, each in enumerate(poll.answers)
    ]
    return replace(poll, answers=answers)


def closed(poll: PollState) -> PollState:
    """Return the closed poll with its winner: most votes, the first of several; none without votes."""
    if poll.closed:
        return poll
    most = max(len(answer.votes) for answer in poll.answers)
    counts = [len(answer.votes) for answer in poll.answers]
    return replace(poll, closed=True, winner=counts.index(most) if most else None)


def reassigned(poll: PollState, before: str, after: str) -> PollState:
    """Return the poll after a guest signed in: their vote is of the account, which keeps its own if it has one."""
    both = any(after in answer.votes for answer in poll.answers)
    answers = [
        replace(
            answer,
            votes=[
                after if each == before else each for each in answer.votes if not (both and each == before)
            ],
        )
        for answer in poll.answers
    ]
    return replace(poll, answers=answers, user_id=after if poll.user_id == before else poll.user_id)


def without_person(poll: PollState, user_id: str) -> PollState:
    """Return the poll without a person's vote, and without their name if they asked."""
    answers = [replace(each, votes=[v for v in each.votes if v != user_id]) for each in poll.answers]
    if poll.user_id != user_id:
        return replace(poll, answers=answers)
    return replace(poll, answers=answers, user_id="", username="")
