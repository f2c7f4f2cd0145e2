"""Polls: a question with a few answers, one vote for each person; the media of the winner go into the queue."""

from __future__ import annotations

from django.db import transaction
from msgspec.structs import replace

from playback import signals
from playback.domain.room_queue import permissions
from playback.domain.room_queue.changes import Origin
from playback.domain.start import polls
from playback.domain.timeline import ENDED, IDLE, Timeline
from playback.media_lookup import describe, find_requested
from playback.models import Playback
from playback.room.command import CommandContext, handle
from playback.room.event_log import Reason, record
from playback.room.queue.command import require, rights_of
from playback.room.queue.entries import with_playing_media
from playback.room.queue.hold_back import hold_back
from playback.room.queue.playing import Start, play_first_playable
from playback.room.queue.storage import queue_of, save_change
from playback.room.queue.votes import present_ids
from playback.room.start.changes import apply, record_change
from rooms.models import Member
from watchium.protocol.commands import MediaRequest
from watchium.protocol.errors import BadMessage, RuleRefused, TooLong
from watchium.protocol.replies import Accepted
from watchium.protocol.start.commands import ClosePoll, NewPollAnswer, OpenPoll, VoteInPoll
from watchium.protocol.types import Media, PollAnswer, PollState

MAX_ADDRESSES = 4000  # characters: each vote is sent to all with the whole poll


@transaction.atomic
def open_poll(by: Member, command: OpenPoll, *, now_ms: float | None = None) -> Accepted:
    """Ask a question. Who may not add to the queue offers no media, because the winner's are added to it.

    Raises RuleRefused, and BadMessage or UnknownMedia for an answer.
    """
    request = command.payload

    def opened(context: CommandContext) -> Timeline | None:
        state = context.playback.start_state
        if state.poll is not None and not state.poll.closed:
            raise RuleRefused("A poll is open already. Close it first.")
        closes_at = None if request.closes_in_s is None else context.now_ms + request.closes_in_s * 1000
        poll = PollState(
            id=str(context.before.revision + 1),
            question=polls.question_text(request.question),
            answers=_answers(request.answers, context.by),
            user_id=context.by.person.user_id,
            username=context.by.username,
            closes_at=closes_at,
            closed=False,
            winner=None,
        )
        if any(answer.media for answer in poll.answers):
            require(permissions.why_not_add(queue_of(context.by.room), rights_of(context.by), 1))
        if sum(len(answer.media.url) for answer in poll.answers if answer.media) > MAX_ADDRESSES:
            raise TooLong(
                "The addresses of a poll have at most {count} characters together.", count=MAX_ADDRESSES
            )
        if not poll.question:
            raise BadMessage("A poll needs a question.")
        return apply(context, replace(state, poll=poll))

    return handle(by, command, opened, now_ms, require=_require_right)


def _answers(requested: list[NewPollAnswer], by: Member) -> list[PollAnswer]:
    answers = [_answer(each, by) for each in requested]
    if len({(each.text, each.media and each.media.url) for each in answers}) < len(answers):
        raise BadMessage("The answers of a poll differ from each other.")
    return answers


def _answer(requested: NewPollAnswer, by: Member) -> PollAnswer:
    media: Media | None = None
    if requested.media_url is not None or requested.item_id is not None:
        request = MediaRequest(media_url=requested.media_url, item_id=requested.item_id)
        media = find_requested(request, by.room)
    text = polls.answer_text(requested.text or "") or polls.answer_text(media.title if media else "")
    if not text:
        raise BadMessage("An answer of a poll is empty.")
    return PollAnswer(text=text, media=media, votes=[])


def _may_ask(by: Member) -> bool:
    return by.may_control or by.may_moderate or by.is_owner


def _require_right(by: Member) -> None:
    if not _may_ask(by):
        raise RuleRefused("Only members who may control playback, and moderators, open polls.")


@transaction.atomic
def vote(by: Member, command: VoteInPoll, *, now_ms: float | None = None) -> Accepted:
    def voted(context: CommandContext) -> Timeline | None:
        state, payload = context.playback.start_state, command.payload
        if state.poll is None or state.poll.id != payload.poll_id:
            return None
        open_poll = state.poll
        if polls.votes_of(open_poll) >= polls.MAX_VOTES:
            open_poll = polls.among(open_poll, present_ids(context.by))
        poll = polls.voted(open_poll, context.by.person.user_id, payload.answer)
        return apply(context, replace(state, poll=poll))

    return handle(by, command, voted, now_ms, require=lambda _by: None)


@transaction.atomic
def close_poll(by: Member, command: ClosePoll, *, now_ms: float | None = None) -> Accepted:
    """Raises RuleRefused for members who may not ask and did not."""
    closed: list[CommandContext] = []

    def close(context: CommandContext) -> Timeline | None:
        state = context.playback.start_state
        if state.poll is None or state.poll.id != command.payload.poll_id:
            return None
        if not _may_ask(context.by) and state.poll.user_id != context.by.person.user_id:
            raise RuleRefused("Only members who may open polls close them.")
        timeline = apply(context, replace(state, poll=polls.closed(state.poll)))
        if timeline is not None:
            closed.append(context)
        return timeline

    accepted = handle(by, command, close, now_ms, require=lambda _by: None)
    for context in closed:
        _after_close(context.playback, context.now_ms)
    return accepted


def close_due(playback: Playback, now_ms: float) -> None:
    """Close a poll whose time is over. The room is locked."""
    state = playback.start_state
    if state.poll is not None:
        record_change(playback, replace(state, poll=polls.closed(state.poll)), "poll", now_ms)
        _after_close(playback, now_ms)


def _after_close(playback: Playback, now_ms: float) -> None:
    poll = playback.start_state.poll
    assert poll is not None
    signals.poll_closed.send(sender=Playback, room=playback.room, poll=poll, now_ms=now_ms)
    if poll.winner is not None and (media := poll.answers[poll.winner].media) is not None:
        _enqueue(playback, media, poll, now_ms)


def _enqueue(playback: Playback, media: Media, poll: PollState, now_ms: float) -> None:
    """Add media after the entry that plays; a room in which nothing plays any more plays them. A full queue stays."""
    hold_back(playback, now_ms)
    before = queue_of(playback.room)
    begun = with_playing_media(before, playback, now_ms)
    queue, entries = begun.new_entries(
        [(media, *describe(media))], by=(poll.user_id or None, poll.username or None), now_ms=now_ms
    )
    queue = queue.added(entries, after_current=True)
    if queue.is_too_long:
        return
    found = None
    if playback.phase in (IDLE, ENDED):
        start = Start(now_ms, playing=playback.moves)
        found = play_first_playable(playback, queue, entries[0].id, start)
    after = found[0] if found else queue
    save_change(playback.room, before, after, Origin("poll"), now_ms, undoable=True)
    if found:
        record(playback, "load", found[1], Reason(cause="poll"), now_ms)
