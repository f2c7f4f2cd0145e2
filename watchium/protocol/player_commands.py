"""Commands of the personal player: messages from a tab on `/ws/player/` to the server.

Commands that name an entry or an item apply to the queue as it is when they arrive. Commands that set a state (`seek`,
`undo`, `redo`) carry the `base_revision` that the client knew, and are `stale` if what they change was changed since.
"""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from watchium.protocol.commands import Command, EmptyPayload, IdempotentCommand, Ping
from watchium.protocol.player_types import DeviceId, EntryId, ItemIds, Repeat, TabId
from watchium.protocol.types import ItemId, Rate, Revision, Seconds


class PlayTarget(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One of three: an entry of the queue; an item; or several items, of which the first starts. Items are inserted
    after the current track unless they follow there already.
    """

    item_id: ItemId | None = None
    item_ids: ItemIds | None = None
    entry_id: EntryId | None = None
    position: Seconds = 0.0


class PlayTrack(IdempotentCommand, tag="play_track", frozen=True, kw_only=True):
    """Play an item or an entry of the queue."""

    payload: PlayTarget


class Resume(IdempotentCommand, tag="resume", frozen=True, kw_only=True):
    """Continue playback."""

    payload: EmptyPayload = EmptyPayload()


class PausePosition(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`position`: of the tab that plays, for `entry_id`; without them the timeline's position."""

    entry_id: EntryId | None = None
    position: Seconds | None = None


class PausePlayer(IdempotentCommand, tag="pause", frozen=True, kw_only=True):
    """Pause playback."""

    payload: PausePosition = PausePosition()


class PlayerSeekTarget(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    position: Seconds
    base_revision: Revision


class SeekPlayer(IdempotentCommand, tag="seek", frozen=True, kw_only=True):
    """`stale` if the track changed or another tab sought since `base_revision`."""

    payload: PlayerSeekTarget


class PlayerRate(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    rate: Rate


class SetPlayerRate(IdempotentCommand, tag="set_rate", frozen=True, kw_only=True):
    """Set the playback rate."""

    payload: PlayerRate


class RepeatMode(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    repeat: Repeat


class SetRepeat(IdempotentCommand, tag="set_repeat", frozen=True, kw_only=True):
    """Set the repeat mode."""

    payload: RepeatMode


class ItemsToAdd(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`next`: insert after the current track instead of at the end."""

    item_ids: ItemIds
    next: bool = False


class QueueAdd(IdempotentCommand, tag="queue_add", frozen=True, kw_only=True):
    """Add items to the queue."""

    payload: ItemsToAdd


class EntryRef(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    entry_id: EntryId


class QueueRemove(IdempotentCommand, tag="queue_remove", frozen=True, kw_only=True):
    """If the current track is removed, the following one becomes current."""

    payload: EntryRef


class EntryMove(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`before`: the entry to move it in front of, null for the end."""

    entry_id: EntryId
    before: EntryId | None = None


class QueueMove(IdempotentCommand, tag="queue_move", frozen=True, kw_only=True):
    """Move an entry of the queue."""

    payload: EntryMove


class QueueClear(IdempotentCommand, tag="queue_clear", frozen=True, kw_only=True):
    """Remove all entries except the current track."""

    payload: EmptyPayload = EmptyPayload()


class TrackStep(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`entry_id`: the current track; nothing happens if it is no longer current. `ended`: it played to its end.

    With `base_revision` nothing happens either if the track was started again since: a repeated track ends once.
    """

    entry_id: EntryId
    ended: bool = False
    base_revision: Revision | None = None


class Next(IdempotentCommand, tag="next", frozen=True, kw_only=True):
    """Play the next track."""

    payload: TrackStep


class Previous(IdempotentCommand, tag="previous", frozen=True, kw_only=True):
    """Play the previous track."""

    payload: TrackStep


class BaseRevision(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    base_revision: Revision


class Undo(IdempotentCommand, tag="undo", frozen=True, kw_only=True):
    """Revert the last change of the queue. `stale` if the queue changed since `base_revision`."""

    payload: BaseRevision


class Redo(IdempotentCommand, tag="redo", frozen=True, kw_only=True):
    """Apply the change of the queue again that was undone last. `stale` if the queue changed since `base_revision`."""

    payload: BaseRevision


class TransferRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`how`: `replace` this device's queue with the other one, or `merge`: append the other one to it."""

    device: DeviceId
    how: Literal["replace", "merge"]


class ContinueHere(IdempotentCommand, tag="continue_here", frozen=True, kw_only=True):
    """Take over the queue, track and position of another device of the account, which pauses."""

    payload: TransferRequest


class DeviceRef(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    device: DeviceId


class ForgetDevice(IdempotentCommand, tag="forget_device", frozen=True, kw_only=True):
    """Delete the queue of another device of the account."""

    payload: DeviceRef


class PreviewDevice(Command, tag="look_at_device", frozen=True, kw_only=True):
    """Answered by `device`: what `continue_here` would take over."""

    payload: DeviceRef


class PositionReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """The position of the tab that plays; it is saved and sent to the other tabs, and takes no revision.

    `revision`: the last one the tab knew; a report that crossed another tab's seek is ignored. `leaving`: the last
    report of a tab that closes; if no other tab continues within a second or two, the player pauses. `duration`: the
    track's length according to the tab, which may be more exact than the library's.
    """

    entry_id: EntryId
    position: Seconds
    tab: TabId
    revision: Revision | None = None
    leaving: bool = False
    duration: Seconds | None = None


class ReportPosition(Command, tag="position", frozen=True, kw_only=True):
    """Report the position of the tab with the audio focus."""

    payload: PositionReport


class AudioFocusRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`instead_of`: take the audio focus only if this tab still has it (null: no tab); absent: take it in any case.

    `want` false releases it. Only for browsers without Web Locks: the others agree among their tabs.
    """

    tab: TabId
    want: bool
    instead_of: TabId | UnsetType | None = UNSET


class RequestAudioFocus(Command, tag="sound", frozen=True, kw_only=True):
    """Request or release the audio focus for a tab."""

    payload: AudioFocusRequest


class KnownRevision(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    since: Revision = 0


class PlayerSync(Command, tag="sync_request", frozen=True, kw_only=True):
    """Answered by `player_state`, or by `player_head` if nothing was missed. Send it periodically."""

    payload: KnownRevision = KnownRevision()


PlayerCommand = (
    PlayTrack
    | Resume
    | PausePlayer
    | SeekPlayer
    | SetPlayerRate
    | SetRepeat
    | QueueAdd
    | QueueRemove
    | QueueMove
    | QueueClear
    | Next
    | Previous
    | Undo
    | Redo
    | ContinueHere
    | ForgetDevice
    | PreviewDevice
    | ReportPosition
    | RequestAudioFocus
    | PlayerSync
    | Ping
)
