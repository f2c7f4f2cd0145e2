"""Events of the personal player: messages from the server to the tabs of a device."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from watchium.protocol.events import Event
from watchium.protocol.player_types import DeviceState, Item, PlayerState, QueueEntry, Repeat
from watchium.protocol.types import Limits


class PlayerChanges(Struct, frozen=True, kw_only=True):
    """The changed fields of a player's state; `position` and `at` always come together."""

    entries: list[QueueEntry] | UnsetType = UNSET
    current: str | UnsetType | None = UNSET
    position: float | UnsetType = UNSET
    at: float | UnsetType = UNSET
    is_playing: bool | UnsetType = UNSET
    rate: float | UnsetType = UNSET
    repeat: Repeat | UnsetType = UNSET
    can_undo: bool | UnsetType = UNSET
    can_redo: bool | UnsetType = UNSET


class PlayerSnapshot(Struct, frozen=True, kw_only=True):
    """`items`: the items of the queue, each once."""

    state: PlayerState
    items: list[Item]


class PlayerWelcomeState(PlayerSnapshot, frozen=True, kw_only=True):
    """`device` names this device; `sounding` is the tab with the audio focus, if tabs cannot agree on it themselves.

    `devices`: those of the account, empty without an account.
    """

    device: str
    devices: list[DeviceState]
    sounding: str | None
    limits: Limits
    clock_id: str


class PlayerWelcome(Event, tag="welcome", frozen=True, kw_only=True):
    """The first event on a socket."""

    payload: PlayerWelcomeState


class PlayerChange(Struct, frozen=True, kw_only=True):
    """`items`: those that `changed` refers to for the first time. `cause`: the command's type; null: the server."""

    changed: PlayerChanges
    items: list[Item]
    cause: str | None
    event_id: str | None


class PlayerChanged(Event, tag="player", frozen=True, kw_only=True):
    """Takes a revision of the device's player, each exactly one more than the last."""

    payload: PlayerChange


class PlayerSynced(Event, tag="player_state", frozen=True, kw_only=True):
    """The whole state, in reply to `sync_request` or after a `stale` error."""

    payload: PlayerSnapshot


class PlayerHeadState(Struct, frozen=True, kw_only=True):
    revision: int


class PlayerHead(Event, tag="player_head", frozen=True, kw_only=True):
    """The latest revision of the device's player."""

    payload: PlayerHeadState


class PositionState(Struct, frozen=True, kw_only=True):
    """`position` is valid at the envelope's `timestamp`; `revision`: that of the player at that time."""

    entry_id: str
    position: float
    tab: str
    revision: int
    duration: float | None = None


class PositionReported(Event, tag="position", frozen=True, kw_only=True):
    """The position of the tab with the audio focus."""

    payload: PositionState


class AudioFocusState(Struct, frozen=True, kw_only=True):
    tab: str | None


class AudioFocusChanged(Event, tag="sound", frozen=True, kw_only=True):
    """Another tab has the audio focus, or none."""

    payload: AudioFocusState


class DevicesState(Struct, frozen=True, kw_only=True):
    devices: list[DeviceState]


class DevicesChanged(Event, tag="devices", frozen=True, kw_only=True):
    """The devices of the account changed."""

    payload: DevicesState


class DevicePreview(PlayerSnapshot, frozen=True, kw_only=True):
    device: str
    name: str


class DevicePreviewed(Event, tag="device", frozen=True, kw_only=True):
    """The player of another device, in reply to `look_at_device`."""

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
