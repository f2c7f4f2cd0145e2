"""Every word of the personal player: what a tab may say on `/ws/player/`, and what the tabs of a device are told.

A part of the protocol in `messages.py`, by the same rules. Commands that name an entry or an item hold for whatever
the queue is by then; those that say where things are to be (`seek`, `undo`, `redo`) carry the `base_revision` they were
thought for, and are `stale` where what they are about was changed since.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from watchium.protocol.commands import Command, EmptyPayload, IdempotentCommand, Ping
from watchium.protocol.events import Event
from watchium.protocol.types import Limits, Rate, Revision, Seconds

MAX_QUEUE = 500
MAX_ITEMS_PER_COMMAND = 100

ItemId = Annotated[int, Meta(ge=1, le=2**53)]
ItemIds = Annotated[list[ItemId], Meta(min_length=1, max_length=MAX_ITEMS_PER_COMMAND)]
EntryId = Annotated[str, Meta(min_length=1, max_length=24)]
TabId = Annotated[str, Meta(min_length=1, max_length=40)]
DeviceId = Annotated[str, Meta(min_length=1, max_length=32)]
Repeat = Literal["off", "all", "one"]


# ---------------------------------------------------------------- what things look like


class Item(Struct, frozen=True, kw_only=True):
    """Something of the library. `kind` is `audio` or `video`; `duration` in seconds, null where nobody knows yet.

    `album_id` tells albums of one name apart; empty for what is of none.
    `missing`: the file is gone for now; it cannot be played, and keeps its place in queues.
    """

    id: int
    title: str
    artist: str
    album: str
    album_id: str
    duration: float | None
    kind: str
    mime: str
    url: str
    cover: str | None
    missing: bool = False


class QueueEntry(Struct, frozen=True, kw_only=True):
    """A place in the queue; the same item may be in it twice, as two entries."""

    id: str
    item: int


class PlayerState(Struct, frozen=True, kw_only=True):
    """A device's player. `position` held at server time `at`; while it plays, it goes on from there by `rate`.

    `current`: the entry that is on, null where none is.
    """

    revision: int
    entries: list[QueueEntry]
    current: str | None
    position: float
    at: float
    is_playing: bool
    rate: float
    repeat: Repeat
    can_undo: bool
    can_redo: bool


class PlayerChanges(Struct, frozen=True, kw_only=True):
    """Of a player's state what is not as it was before; `position` and `at` always together."""

    entries: list[QueueEntry] | UnsetType = UNSET
    current: str | UnsetType | None = UNSET
    position: float | UnsetType = UNSET
    at: float | UnsetType = UNSET
    is_playing: bool | UnsetType = UNSET
    rate: float | UnsetType = UNSET
    repeat: Repeat | UnsetType = UNSET
    can_undo: bool | UnsetType = UNSET
    can_redo: bool | UnsetType = UNSET


class DeviceState(Struct, frozen=True, kw_only=True):
    """One device of an account. `device` is a name for it that says nothing, `item` what is on there.

    `position` held at `at`. `seen_at`: when it was last heard of. One that was closed while it played does not play.
    Where one is while it plays on, is told to its own tabs alone: ask `GET /api/player/` for how it is now.
    """

    device: str
    name: str
    is_playing: bool
    item: Item | None
    position: float
    at: float
    rate: float
    entries: int
    seen_at: float


# ---------------------------------------------------------------- commands: to the server


class PlayTarget(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """One of the three: an entry is there already; an item, or several of which the first begins, are put in behind
    what is on, unless they come there anyway.
    """

    item_id: ItemId | None = None
    item_ids: ItemIds | None = None
    entry_id: EntryId | None = None
    position: Seconds = 0.0


class PlayTrack(IdempotentCommand, tag="play_track", frozen=True, kw_only=True):
    payload: PlayTarget


class Resume(IdempotentCommand, tag="resume", frozen=True, kw_only=True):
    payload: EmptyPayload = EmptyPayload()


class PausePosition(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`position`: of the tab that sounds, about `entry_id`; without them it is where the timeline is."""

    entry_id: EntryId | None = None
    position: Seconds | None = None


class PausePlayer(IdempotentCommand, tag="pause", frozen=True, kw_only=True):
    payload: PausePosition = PausePosition()


class PlayerSeekTarget(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    position: Seconds
    base_revision: Revision


class SeekPlayer(IdempotentCommand, tag="seek", frozen=True, kw_only=True):
    """Stale where another track is on since, or it was sought by somebody else."""

    payload: PlayerSeekTarget


class PlayerRate(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    rate: Rate


class SetPlayerRate(IdempotentCommand, tag="set_rate", frozen=True, kw_only=True):
    payload: PlayerRate


class RepeatMode(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    repeat: Repeat


class SetRepeat(IdempotentCommand, tag="set_repeat", frozen=True, kw_only=True):
    payload: RepeatMode


class ItemsToAdd(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`next`: behind what is on, instead of at the end."""

    item_ids: ItemIds
    next: bool = False


class QueueAdd(IdempotentCommand, tag="queue_add", frozen=True, kw_only=True):
    payload: ItemsToAdd


class EntryRef(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    entry_id: EntryId


class QueueRemove(IdempotentCommand, tag="queue_remove", frozen=True, kw_only=True):
    """Of what is on: the following one is on then."""

    payload: EntryRef


class EntryMove(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`before`: the entry it is to stand before, null for the end."""

    entry_id: EntryId
    before: EntryId | None = None


class QueueMove(IdempotentCommand, tag="queue_move", frozen=True, kw_only=True):
    payload: EntryMove


class QueueClear(IdempotentCommand, tag="queue_clear", frozen=True, kw_only=True):
    """All but what is on."""

    payload: EmptyPayload = EmptyPayload()


class TrackStep(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`entry_id`: what is on; where another one is by now, nothing happens. `ended`: it played to its end.

    With `base_revision` nothing happens either where another track was put on since: a track that is repeated
    ends once.
    """

    entry_id: EntryId
    ended: bool = False
    base_revision: Revision | None = None


class Next(IdempotentCommand, tag="next", frozen=True, kw_only=True):
    payload: TrackStep


class Previous(IdempotentCommand, tag="previous", frozen=True, kw_only=True):
    payload: TrackStep


class BaseRevision(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    base_revision: Revision


class Undo(IdempotentCommand, tag="undo", frozen=True, kw_only=True):
    """Take the last change of the queue back. Stale where the queue was changed since `base_revision`."""

    payload: BaseRevision


class Redo(IdempotentCommand, tag="redo", frozen=True, kw_only=True):
    payload: BaseRevision


class TransferRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`how`: `replace` what is here by what is there, or `merge`: what is there comes behind what is here."""

    device: DeviceId
    how: Literal["replace", "merge"]


class ContinueHere(IdempotentCommand, tag="continue_here", frozen=True, kw_only=True):
    """Take over the queue, track and position of another device of the account; that one pauses."""

    payload: TransferRequest


class DeviceRef(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    device: DeviceId


class ForgetDevice(IdempotentCommand, tag="forget_device", frozen=True, kw_only=True):
    payload: DeviceRef


class PreviewDevice(Command, tag="look_at_device", frozen=True, kw_only=True):
    """Answered by `device`: what `transfer_here` would take over."""

    payload: DeviceRef


class PositionReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Where the tab that sounds is; saved, told to the other tabs, and without a revision of its own.

    `revision`: what the tab knew of; a report that was on its way while somebody sought is not taken. `leaving`: the
    last it says. Where no other tab goes on within a second or two, nobody does. `duration`: how long its player thinks
    the track is, which may be better than what the library knows.
    """

    entry_id: EntryId
    position: Seconds
    tab: TabId
    revision: Revision | None = None
    leaving: bool = False
    duration: Seconds | None = None


class ReportPosition(Command, tag="position", frozen=True, kw_only=True):
    payload: PositionReport


class AudioFocusRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`instead_of`: take the sound only where this tab still has it (null: nobody); left out: take it anyway.

    `want` false gives it back. Only for browsers without Web Locks: the others settle it among themselves.
    """

    tab: TabId
    want: bool
    instead_of: TabId | UnsetType | None = UNSET


class RequestAudioFocus(Command, tag="sound", frozen=True, kw_only=True):
    payload: AudioFocusRequest


class KnownRevision(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    since: Revision = 0


class PlayerSync(Command, tag="sync_request", frozen=True, kw_only=True):
    """Answered by `player_state`, or by `player_head` where nothing was missed. Worth asking now and then."""

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


# ---------------------------------------------------------------- events: from the server


class PlayerSnapshot(Struct, frozen=True, kw_only=True):
    """`items`: those the queue is of, each once."""

    state: PlayerState
    items: list[Item]


class PlayerWelcomeState(PlayerSnapshot, frozen=True, kw_only=True):
    """`device` names this device; `sounding` is the tab that has the sound where tabs cannot settle it themselves.

    `devices`: of the account, none without one.
    """

    device: str
    devices: list[DeviceState]
    sounding: str | None
    limits: Limits
    clock_id: str


class PlayerWelcome(Event, tag="welcome", frozen=True, kw_only=True):
    payload: PlayerWelcomeState


class PlayerChange(Struct, frozen=True, kw_only=True):
    """`items`: those that `changed` speaks of for the first time. `cause`: the command that did it; null: nobody."""

    changed: PlayerChanges
    items: list[Item]
    cause: str | None
    event_id: str | None


class PlayerChanged(Event, tag="player", frozen=True, kw_only=True):
    """Takes a revision of the device's player, each exactly one more than the last."""

    payload: PlayerChange


class PlayerSynced(Event, tag="player_state", frozen=True, kw_only=True):
    payload: PlayerSnapshot


class PlayerHeadState(Struct, frozen=True, kw_only=True):
    revision: int


class PlayerHead(Event, tag="player_head", frozen=True, kw_only=True):
    """How far the device's player is by now."""

    payload: PlayerHeadState


class PositionState(Struct, frozen=True, kw_only=True):
    """`position` held at the envelope's `timestamp`; `revision`: how far the player was by then."""

    entry_id: str
    position: float
    tab: str
    revision: int
    duration: float | None = None


class PositionReported(Event, tag="position", frozen=True, kw_only=True):
    payload: PositionState


class AudioFocusState(Struct, frozen=True, kw_only=True):
    tab: str | None


class AudioFocusChanged(Event, tag="sound", frozen=True, kw_only=True):
    payload: AudioFocusState


class DevicesState(Struct, frozen=True, kw_only=True):
    devices: list[DeviceState]


class DevicesChanged(Event, tag="devices", frozen=True, kw_only=True):
    payload: DevicesState


class DevicePreview(PlayerSnapshot, frozen=True, kw_only=True):
    device: str
    name: str


class DevicePreviewed(Event, tag="device", frozen=True, kw_only=True):
    payload: DevicePreview


PLAYER_EVENTS: tuple[type[Event], ...] = (
    PlayerWelcome,
    PlayerChanged,
    PlayerSynced,
    PlayerHead,
    PositionReported,
    AudioFocusChanged,
    DevicesChanged,
    DevicePreviewed,
)
