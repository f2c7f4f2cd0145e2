"""Dispatches a member's commands, from a socket or the HTTP API, to their actions."""

from __future__ import annotations

import chat.actions
import chat.editing
import playback.room.actions
import playback.room.queries
import playback.room.queue.actions
import playback.room.stall_handling
import playback.room.start.poll
import playback.room.start.ready_check
import playback.room.status_reports
import rooms.actions
from rooms.models import Member
from watchium import server_clock
from watchium.protocol.chat.commands import EditComment, ReactToComment
from watchium.protocol.commands import (
    BanMember,
    BufferEnd,
    BufferStart,
    ClaimHost,
    Command,
    ContinueWithout,
    DeleteComment,
    Leave,
    Load,
    Pause,
    Play,
    PostComment,
    React,
    RemoveMember,
    RequestControl,
    Seek,
    SetChapters,
    SetModerator,
    SetRate,
    ShiftCaptions,
    SyncRequest,
    TransferHost,
    Typing,
)
from watchium.protocol.errors import NotFound
from watchium.protocol.events import Event
from watchium.protocol.moderation.commands import (
    DeleteAllComments,
    LiftBan,
    MuteMember,
    ReportMember,
    SetChat,
    UndoAct,
    UnmuteMember,
)
from watchium.protocol.people.commands import Admit, SetRight, SetSuccessor
from watchium.protocol.replies import Accepted
from watchium.protocol.start.commands import CheckReady, ClosePoll, MarkReady, OpenPoll, VoteInPoll
from watchium.services.moderation import commands as moderation


def dispatch(member: Member, command: Command) -> Accepted | Event | None:
    """Execute one command, in a thread that may use the database.

    Returns the response to the sender, or None if the room's event serves as the response. Raises a Refused.
    """
    match command:
        case Play():
            return playback.room.actions.play(member, command)
        case Pause():
            return playback.room.actions.pause(member, command)
        case Seek():
            return playback.room.actions.seek(member, command)
        case SetRate():
            return playback.room.actions.set_rate(member, command)
        case Load():
            return playback.room.actions.load(member, command)
        case ShiftCaptions():
            return playback.room.actions.shift_captions(member, command)
        case SetChapters():
            return playback.room.actions.set_chapters(member, command)
        case ContinueWithout():
            return playback.room.actions.continue_without(member, command)
        case CheckReady():
            return playback.room.start.ready_check.check_ready(member, command)
        case MarkReady():
            return playback.room.start.ready_check.mark_ready(member, command)
        case OpenPoll():
            return playback.room.start.poll.open_poll(member, command)
        case VoteInPoll():
            return playback.room.start.poll.vote(member, command)
        case ClosePoll():
            return playback.room.start.poll.close_poll(member, command)
        case BufferStart() | BufferEnd() | SyncRequest():
            playback.room.actions.record_notice(member, command)
        case PostComment():
            position = playback.room.queries.position_now(member.room, server_clock.now_ms())
            return chat.actions.post(member, command, position=position)
        case DeleteComment():
            chat.actions.remove(member, command.payload.id)
        case EditComment():
            return chat.editing.edit(member, command)
        case ReactToComment():
            return chat.editing.react_to_comment(member, command)
        case React():
            chat.actions.react(member, command.payload.emoji)
        case Typing():
            chat.actions.typing(member)
        case (
            TransferHost()
            | ClaimHost()
            | RemoveMember()
            | BanMember()
            | SetModerator()
            | SetRight()
            | SetSuccessor()
            | Admit()
        ):
            return rooms.actions.handle_command(member, command)
        case (
            MuteMember()
            | UnmuteMember()
            | LiftBan()
            | DeleteAllComments()
            | SetChat()
            | UndoAct()
            | ReportMember()
        ):
            return moderation.handle_command(member, command)
        case RequestControl():
            rooms.actions.request_control(member, command.payload.moment)
        case Leave():
            rooms.actions.leave(member)
        case _ if type(command) in playback.room.queue.actions.ACTIONS:
            return playback.room.queue.actions.change_queue(member, command)  # type: ignore[arg-type]
        case _:
            raise NotFound("A room does not support this command.")
    return None
