"""Value types of the personal player."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from watchium.protocol.types import ItemId, UploadState

MAX_QUEUE = 500
MAX_ITEMS_PER_COMMAND = 100
ItemIds = Annotated[list[ItemId], Meta(min_length=1, max_length=MAX_ITEMS_PER_COMMAND)]
EntryId = Annotated[str, Meta(min_length=1, max_length=24)]
TabId = Annotated[str, Meta(min_length=1, max_length=40)]
DeviceId = Annotated[str, Meta(min_length=1, max_length=32)]
Repeat = Literal["off", "all", "one"]
Plays = Literal["direct", "remux", "audio", "transcode", "no", ""]


class Item(Struct, frozen=True, kw_only=True):
    """An item of the library. `kind` is `audio` or `video`; `duration` in seconds, null if unknown.

    `album_id` distinguishes albums of the same name; empty for items without an album.
    `missing`: the file is gone for now; it cannot be played, and keeps its place in queues.
    `plays`: how it reaches every browser: `direct`, `remux` (copied into another container), `audio` (its sound is
    converted), `transcode` (its picture is converted) or `no`; empty if the server does not know. `why`: a sentence if
    that is not `direct`. `playable`: whether it can be loaded now; Chromium and Firefox play some items as they are.
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
    plays: Plays = ""
    why: str = ""
    playable: bool = True


class MediaTrack(Struct, frozen=True, kw_only=True):
    """A track of film, sound or subtitles.

    `index`: its number in the file; `language`: a code such as `eng`, or empty.
    """

    index: int
    type: Literal["video", "audio", "subtitle"]
    codec: str
    language: str
    title: str
    default: bool


class Chapter(Struct, frozen=True, kw_only=True):
    """In seconds."""

    start: float
    end: float
    title: str


class CaptionTrack(Struct, frozen=True, kw_only=True):
    """Captions of an item. `language`: as the file says it, such as `en`, `ger` or `pt-BR`, or empty.

    `format`: `srt`, `vtt` or `ass`, or the codec of captions that cannot be shown. `forced`: of foreign parts only;
    `hearing`: for the hard of hearing; `inside`: a track of the film's own file, not a file beside it. `url`: of the
    text; null if they cannot be shown, then `why` is a sentence. Its response is 202 while the server takes the text
    out of the film: request it again. `fonts`: addresses of the fonts inside the film, for `ass`; the same response.
    """

    id: str
    url: str | None
    language: str
    label: str
    format: str
    forced: bool
    default: bool
    hearing: bool
    inside: bool
    why: str | None
    fonts: list[str] = []


class ConversionState(Struct, frozen=True, kw_only=True):
    """`state`: queued, running, done, failed or cancelled. `progress`: 0 to 1; `speed`: times real time.

    `left_s`: seconds that it may still take; `error`: a sentence if it failed. Null if not known.
    """

    state: str
    progress: float
    speed: float | None = None
    left_s: float | None = None
    error: str | None = None


class LibraryItem(Item, frozen=True, kw_only=True):
    """An item with what is in its file, as far as the server knows. `conversion`: the latest, or null.

    `captions`: inside the file and beside it, at most 60; only in the response for one item.
    """

    tracks: list[MediaTrack] = []
    chapters: list[Chapter] = []
    captions: list[CaptionTrack] = []
    conversion: ConversionState | None = None


class RoomUpload(UploadState, frozen=True, kw_only=True):
    """An upload with what is in its file, once all of it is here. `plays`: as of an item of the library."""

    plays: Plays = ""
    tracks: list[MediaTrack] = []
    conversion: ConversionState | None = None


class QueueEntry(Struct, frozen=True, kw_only=True):
    """An entry of the queue; an item that is queued twice has two entries."""

    id: str
    item: int


class PlayerState(Struct, frozen=True, kw_only=True):
    """A device's player. `position` is valid at server time `at`; while playing it advances at `rate`.

    `current`: the entry of the current track, null if there is none.
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


class DeviceState(Struct, frozen=True, kw_only=True):
    """A device of an account. `device` is an opaque name for it, `item` its current track.

    `position` is valid at `at`. `seen_at`: the last sign of life. A device closed while playing counts as paused. Only
    a device's own tabs receive its position while it plays: request `GET /api/player/` for the current one.
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
