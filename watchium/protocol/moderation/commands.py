"""Commands of the host and moderators about members and the chat; reports are for everyone. All are acknowledged."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from watchium.protocol.commands import BanMinutes, IdempotentCommand, Reason
from watchium.protocol.types import MemberRef, RowId, UserId

MAX_SLOW_MODE_S = 3600
MAX_NEWCOMER_WAIT_S = 3600
MAX_FILTER_WORDS = 200
MAX_FILTER_WORD_CHARS = 60


class MuteRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`quiet`: the member does not notice, and others do not see what they write."""

    user_id: UserId
    minutes: BanMinutes
    reason: Reason = ""
    quiet: bool = False


class MuteMember(IdempotentCommand, tag="mute_member", frozen=True, kw_only=True):
    """Let a member write and react no more for some minutes. A mute of a muted member replaces it."""

    payload: MuteRequest


class UnmuteMember(IdempotentCommand, tag="unmute_member", frozen=True, kw_only=True):
    """End a member's mute early."""

    payload: MemberRef


class BanRef(Struct, forbid_unknown_fields=True, frozen=True):
    ban_id: RowId


class LiftBan(IdempotentCommand, tag="lift_ban", frozen=True, kw_only=True):
    """End a ban, or the time for which a removed member stays out, early."""

    payload: BanRef


class DeleteAllComments(IdempotentCommand, tag="delete_all_comments", frozen=True, kw_only=True):
    """Delete the latest comments of a person, at most 5,000, also if the person has left."""

    payload: MemberRef


FilterWord = Annotated[str, Meta(min_length=1, max_length=MAX_FILTER_WORD_CHARS)]


class ChatChanges(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Rules for everyone except the host and moderators; those that are left out do not change.

    `slow_mode_s`: seconds between two comments of one member, 0: any. `enabled`: the chat is open. `links`: comments
    may contain links. `filter`: words and phrases that comments may not contain; `*` stands for any letters.
    `newcomer_wait_s`: for how long who joins for the first time from now on is muted, 0: not at all.
    """

    slow_mode_s: Annotated[int, Meta(ge=0, le=MAX_SLOW_MODE_S)] | None = None
    enabled: bool | None = None
    links: bool | None = None
    filter: Annotated[list[FilterWord], Meta(max_length=MAX_FILTER_WORDS)] | None = None
    newcomer_wait_s: Annotated[int, Meta(ge=0, le=MAX_NEWCOMER_WAIT_S)] | None = None


class SetChat(IdempotentCommand, tag="set_chat", frozen=True, kw_only=True):
    """Change the rules of the chat. Published as `room_changed`; the words of the filter are read with
    `GET .../moderation/`."""

    payload: ChatChanges


class ActRef(Struct, forbid_unknown_fields=True, frozen=True):
    act_id: RowId


class UndoAct(IdempotentCommand, tag="undo_act", frozen=True, kw_only=True):
    """Undo an act of moderation until its `undo_until`: comments come back, mutes and bans end, rules are as before."""

    payload: ActRef


class ReportRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`user_id`: the person; `comment_id`: a comment of this person."""

    user_id: UserId
    comment_id: RowId | None = None
    reason: Reason = ""


class ReportMember(IdempotentCommand, tag="report_member", frozen=True, kw_only=True):
    """Report a person, or one of their comments, to the host and moderators."""

    payload: ReportRequest


ModerationCommand = MuteMember | UnmuteMember | LiftBan | DeleteAllComments | SetChat | UndoAct | ReportMember
