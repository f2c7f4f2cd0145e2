"""The room's queue: its value types, and the commands that change it.

Commands name entries by id and apply to the queue as it is when they arrive. An entry that is gone changes nothing: the
command is accepted with `revision` null.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from watchium.protocol.commands import EmptyPayload, IdempotentCommand, MediaRequest
from watchium.protocol.player_commands import EntryMove, EntryRef
from watchium.protocol.player_types import MAX_ITEMS_PER_COMMAND, MAX_QUEUE, EntryId, Repeat
from watchium.protocol.types import CodecName, Media

QueueOrder = Literal["manual", "votes", "fair"]
WhoAdds = Literal["everyone", "moderators", "host"]
Quota = Annotated[int, Meta(ge=0, le=MAX_QUEUE)]
Percent = Annotated[int, Meta(ge=0, le=100)]
MAX_CHECKS = 20


class EntryFailure(Struct, frozen=True, kw_only=True):
    """A member whose browser cannot play an entry. `codec`: its format, if the browser knows it."""

    user_id: str
    username: str
    codec: str | None = None


class RoomQueueEntry(Struct, frozen=True, kw_only=True):
    """`id` is never used again. `user_id`, `username`: the member who added it; null: the room itself.

    `votes`: the user_ids of members who want it sooner. `duration` in seconds, null if unknown; `cover`: an address of
    a picture, or null.

    `checked`: the server knows that all browsers play it, or a member's browser opened it. `failures`: members whose
    browsers could not, at most 20.
    """

    id: str
    media: Media
    duration: float | None
    cover: str | None
    user_id: str | None
    username: str | None
    added_at: float
    votes: list[str] = []
    checked: bool = False
    failures: list[EntryFailure] = []

    @property
    def item(self) -> str:
        """What the entry plays: two entries with the same address play the same."""
        return self.media.url


class QueueSettings(Struct, frozen=True, kw_only=True):
    """`repeat`: the queue (`all`), the current entry (`one`) or nothing.

    `through_folder`: after the last entry the next file of its folder in the library follows.

    `order` of the entries that are still to come: by hand, by votes, or one entry of each person in turn.

    `who_adds` entries; `quota`: entries that a person who may not control playback may have waiting, 0 for any number;
    `locked`: only members who may control playback change the queue, votes for entries included; everyone may take back
    their own entries and votes. An entry is skipped if more than `skip_percent` of
    the present members vote for it.
    """

    repeat: Repeat = "off"
    order: QueueOrder = "manual"
    through_folder: bool = False
    who_adds: WhoAdds = "everyone"
    quota: Quota = 0
    locked: bool = False
    skip_percent: Percent = 50


class SkipVotes(Struct, frozen=True, kw_only=True):
    """Votes to skip the current entry: the user_ids of those who want to, how many are `needed`, `of` how many members
    present at the last vote."""

    votes: list[str]
    needed: int
    of: int


class QueueState(Struct, frozen=True, kw_only=True):
    """`current`: the entry that plays, or played last; null: none of them. The entries before it were played already.

    `following`: the entry that plays when the current one ends, which players may prepare; null: none. `skip` is null
    without votes.
    """

    revision: int
    entries: list[RoomQueueEntry]
    current: str | None
    following: str | None
    settings: QueueSettings
    skip: SkipVotes | None
    can_undo: bool
    can_redo: bool


class QueueChange(Struct, frozen=True, kw_only=True):
    """What changed, to apply to the queue of the previous `revision`.

    `cause`: the type of the command, or `advance` (the next entry plays), `hold_back` (an announced entry does not play
    yet), `leave`, `merge` (a guest signed in), `forget` (a guest was deleted) or `reset`. `user_id` and `username` are
    of the sender of the command, null if there is none.

    `entries`: new and changed ones, in any order. `order`: the ids of all entries; null: the same ones in the same
    order. `settings`: null if they are the same. The other fields are those of the new state.
    """

    revision: int
    cause: str
    user_id: str | None
    username: str | None
    event_id: str | None
    entries: list[RoomQueueEntry]
    order: list[str] | None
    current: str | None
    following: str | None
    settings: QueueSettings | None
    skip: SkipVotes | None
    can_undo: bool
    can_redo: bool


# ---------------------------------------------------------------- commands


class MediaToQueue(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`next`: after the current entry instead of at the end. `skip_missing`: leave out what cannot be found."""

    items: Annotated[list[MediaRequest], Meta(min_length=1, max_length=MAX_ITEMS_PER_COMMAND)]
    next: bool = False
    skip_missing: bool = False


class AddToQueue(IdempotentCommand, tag="queue_add", frozen=True, kw_only=True):
    """Add media to the queue; all or, if one of them cannot be played, none, unless `skip_missing` is set."""

    payload: MediaToQueue


class EntriesToRemove(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    entry_ids: Annotated[list[EntryId], Meta(min_length=1, max_length=MAX_ITEMS_PER_COMMAND)]


class RemoveFromQueue(IdempotentCommand, tag="queue_remove", frozen=True, kw_only=True):
    """Remove entries. Members may always remove their own; to remove the current one is to `skip` it."""

    payload: EntriesToRemove


class MoveInQueue(IdempotentCommand, tag="queue_move", frozen=True, kw_only=True):
    """Move an entry."""

    payload: EntryMove


class PlayFromQueue(IdempotentCommand, tag="queue_play", frozen=True, kw_only=True):
    """Play an entry now: it becomes current and starts at its beginning."""

    payload: EntryRef


class ClearQueue(IdempotentCommand, tag="queue_clear", frozen=True, kw_only=True):
    """Remove all entries except the current one."""

    payload: EmptyPayload = EmptyPayload()


class ShuffleQueue(IdempotentCommand, tag="queue_shuffle", frozen=True, kw_only=True):
    """Put the entries that are still to come in a random order."""

    payload: EmptyPayload = EmptyPayload()


class UndoQueueChange(IdempotentCommand, tag="queue_undo", frozen=True, kw_only=True):
    """Undo the last change of the entries, no matter who made it. The current entry stays current."""

    payload: EmptyPayload = EmptyPayload()


class RedoQueueChange(IdempotentCommand, tag="queue_redo", frozen=True, kw_only=True):
    """Make the change again that was undone last."""

    payload: EmptyPayload = EmptyPayload()


class Skip(IdempotentCommand, tag="skip", frozen=True, kw_only=True):
    """Play the following entry, or end the media if none follows. `entry_id`: the current entry; if it is no longer
    current, nothing changes, so that two presses skip one entry."""

    payload: EntryRef


class EntryVote(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    entry_id: EntryId
    on: bool = True


class VoteToSkip(IdempotentCommand, tag="vote_skip", frozen=True, kw_only=True):
    """Vote to skip the current entry, or (`on` false) take the vote back; leaving the room takes it back too."""

    payload: EntryVote


class VoteForEntry(IdempotentCommand, tag="vote_entry", frozen=True, kw_only=True):
    """Vote for an entry to come sooner, or (`on` false) take the vote back."""

    payload: EntryVote


class EntryCheck(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`plays`: whether the member's browser can play the entry; `codec` as in `EntryFailure`."""

    entry_id: EntryId
    plays: bool
    codec: CodecName | None = None


class EntryChecks(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    checks: Annotated[list[EntryCheck], Meta(min_length=1, max_length=MAX_CHECKS)]


class CheckEntries(IdempotentCommand, tag="queue_check", frozen=True, kw_only=True):
    """Report whether this member's browser can play entries, before their turn."""

    payload: EntryChecks


class QueueSettingsChange(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The settings to change."""

    repeat: Repeat | None = None
    order: QueueOrder | None = None
    through_folder: bool | None = None
    who_adds: WhoAdds | None = None
    quota: Quota | None = None
    locked: bool | None = None
    skip_percent: Percent | None = None


class SetQueue(IdempotentCommand, tag="set_queue", frozen=True, kw_only=True):
    """Change settings of the queue: `repeat` and `through_folder` as a member who may control playback, the others as
    host, moderator or owner."""

    payload: QueueSettingsChange


QueueCommand = (
    AddToQueue
    | RemoveFromQueue
    | MoveInQueue
    | PlayFromQueue
    | ClearQueue
    | ShuffleQueue
    | UndoQueueChange
    | RedoQueueChange
    | Skip
    | VoteToSkip
    | VoteForEntry
    | CheckEntries
    | SetQueue
)
