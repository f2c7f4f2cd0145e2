"""Value types of the protocol: bounded scalars, and the structs that commands and events share.

Times are server time in Unix milliseconds, positions are media time in seconds.
"""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

MAX_FRAME_BYTES = 16 * 1024
EventId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[float, Meta(ge=0, le=7 * 86400)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e14)]
Rate = Annotated[float, Meta(ge=0.25, le=3)]
UserId = Annotated[str, Meta(min_length=1, max_length=32)]
# Signed URLs of object stores have 2,000 characters and more; most web servers accept up to 8 KB.
URL_CHARS = 8000
Url = Annotated[str, Meta(min_length=1, max_length=URL_CHARS)]
MimeType = Annotated[str, Meta(max_length=100)]
ItemId = Annotated[int, Meta(ge=1, le=2**53)]
Bytes = Annotated[int, Meta(ge=1, le=2**53)]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]
Revision = Annotated[int, Meta(ge=0, le=2**53)]
RowId = Annotated[int, Meta(ge=1, le=2**53)]
CodecName = Annotated[str, Meta(max_length=40, pattern=r"^[A-Za-z0-9 .,+/()_-]+$")]
Level = Literal["everyone", "moderators", "host"]
RightName = Literal[
    "control", "media", "queue_add", "queue_edit", "chat", "react", "invite", "remove", "settings"
]
Fault = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[a-z_]+$")]
PlayerName = Annotated[str, Meta(min_length=1, max_length=16, pattern=r"^[A-Za-z0-9 .-]+$")]


class Media(Struct, frozen=True, kw_only=True):
    """What a room plays: its address; `kind` is `video` or `audio`.

    `source`: how it is played: `file`, `hls`, `dash`, `youtube`, `vimeo`, `twitch`, `library`, `upload` or `own`.
    `item_id`: the item of the library. `size` in bytes, `duration` and `sha256` (of the first and last 64 KiB) are of
    the host's copy, if members bring copies of their own; the address of `own` media opens nothing.
    """

    url: str
    kind: str
    title: str
    mime: str | None = None
    source: str = "file"
    item_id: int | None = None
    size: int | None = None
    duration: float | None = None
    sha256: str | None = None


class OwnCopy(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A file of which every member brings a copy: its size in bytes, its duration if known, and the SHA-256 of its
    first and last 64 KiB. `kind` is `video` or `audio`.

    A program that cannot read the file names it by its `title` only, with what it knows of size and duration.
    """

    size: Bytes | None = None
    sha256: Sha256 | None = None
    duration: Seconds | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None
    kind: Annotated[str, Meta(pattern="^(video|audio)$", max_length=5)] = "video"

    def __post_init__(self) -> None:
        if self.sha256 is None and not (self.title or "").strip():
            raise ValueError("Object needs `sha256` or `title`")
        if self.sha256 is not None and self.size is None:
            raise ValueError("Object needs `size` with `sha256`")


class UploadState(Struct, frozen=True, kw_only=True):
    """A file that a member uploads to a room. `offset`: bytes that are here. `yours`: this client may send the rest.

    `state`: arriving, whole or refused; `why`: it was refused, or may not play. `playable`: players may open `url` now.
    """

    id: str
    url: str
    title: str
    size: int
    sha256: str
    offset: int
    state: str
    why: str
    playable: bool
    kind: str
    username: str | None
    yours: bool


class UserRef(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str


class Hold(Struct, frozen=True, kw_only=True):
    """The room waits for members. `why` is `stall` or `ready`; it resumes at server time `until` at the latest."""

    why: str
    who: list[UserRef]
    until: float


class TimelineState(Struct, frozen=True, kw_only=True):
    """The room's playback at `timestamp`. `phase`: idle, paused, playing, holding (then `hold` is set) or ended.

    `duration_source`: `exact`, or the source of an estimate: `tags`, `metadata` of a player, `passed` by a player,
    `ended` in a player.
    """

    revision: int
    timestamp: float
    current_time: float
    is_playing: bool
    rate: float
    phase: str
    duration: float | None
    media: Media | None
    hold: Hold | None = None
    duration_source: str | None = None


class MemberState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`exceptions` to the room's `rights`: true if this member was given a right, false if it was taken.

    `muted_until`: the server time until which the member may not write. Both are left out if there are none.
    """

    user_id: str
    username: str
    avatar_url: str | None
    role: str
    may_control: bool
    exceptions: dict[str, bool] = {}
    muted_until: float | None = None


class You(MemberState, frozen=True, kw_only=True):
    """The client's own member state."""

    device_id: str | None
    is_owner: bool
    may_moderate: bool


class HostGrace(Struct, frozen=True, kw_only=True):
    """The host's grace period: until `until` (server time) the host may return, then `next` becomes host."""

    user_id: str
    username: str
    until: float
    next: str | None
    next_username: str | None


class SharedCaptions(Struct, frozen=True, kw_only=True):
    """Captions that a member gave to everyone. `language`: a code such as `en`, or empty; `url`: of the file."""

    id: str
    label: str
    language: str
    url: str


class TypedChapter(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """A chapter that a member typed: where it starts, in seconds, and its title, which may be empty."""

    start: Seconds
    title: Annotated[str, Meta(max_length=400)]


class ReadyCheck(Struct, frozen=True, kw_only=True):
    """A member (`user_id`, `username`) asked at server time `since` whether everyone is ready. `ready`: the user_ids of
    those who are; a member who leaves is taken off.

    `starts`: playback starts once all present members are ready, and at server time `deadline` without those who are
    missing (null: it waits for all).
    """

    user_id: str
    username: str
    since: float
    ready: list[str]
    starts: bool
    deadline: float | None


class PollAnswer(Struct, frozen=True, kw_only=True):
    """`media`: what is added to the queue if the answer wins, or null. `votes`: the user_ids of those who chose it."""

    text: str
    media: Media | None
    votes: list[str]


class PollState(Struct, frozen=True, kw_only=True):
    """A question of a member (`user_id`, `username`; empty once they were deleted), open until it is closed, at server
    time `closes_at` at the latest (null: by hand only). `winner`: the index of the answer with most votes once it is
    closed, the first of several; null without votes."""

    id: str
    question: str
    answers: list[PollAnswer]
    user_id: str
    username: str
    closes_at: float | None
    closed: bool
    winner: int | None


class RoomRights(Struct, frozen=True, kw_only=True):
    """Who has each right: everyone, the host and `moderators`, or the `host` alone.

    `control` playback; change the `media`; `queue_add`, `queue_edit`: add to the queue, and change what others added;
    write in the `chat`; `react`; `invite` others; `remove` members and their comments; change the `settings`, which the
    owner always may.
    """

    control: Level = "host"
    media: Level = "host"
    queue_add: Level = "everyone"
    queue_edit: Level = "host"
    chat: Level = "everyone"
    react: Level = "everyone"
    invite: Level = "everyone"
    remove: Level = "moderators"
    settings: Level = "host"


class ChatRules(Struct, frozen=True, kw_only=True):
    """Rules of the chat for everyone except the host and moderators.

    `slow_mode_s`: seconds between two comments of one member, 0: any. `enabled`: the chat is open. `links`: comments
    may contain links. `filtered`: some words are not allowed. `newcomer_wait_s`: for how long a new member is muted.
    """

    slow_mode_s: int = 0
    enabled: bool = True
    links: bool = True
    filtered: bool = False
    newcomer_wait_s: int = 0


class RoomState(Struct, frozen=True, kw_only=True):
    """`stall_policy`: `carry_on`, or `wait` up to `stall_wait_s` seconds for a member whose player has no data.

    `caption_shift_ms`: how much later captions are shown to everyone than their file says; `captions`: what members
    gave to everyone; `chapters`: what a member typed for the media. A `load` sets them to 0 and to nothing.

    `countdown`: starts are scheduled three seconds later, so that players count 3, 2, 1. `premiere_at`: the server time
    at which playback starts by itself; past once it did. `ready_check` is null unless one is open; `poll` is the last
    one, open or closed.

    `notices_in_chat`: system comments say who played, paused, sought or changed the speed.

    `keep_evenings`: reactions are stored, and each evening is kept to be played again. `control_policy` is
    `rights.control`. `seat_hold_s`: the host's grace period; `capacity`: members at most, null: as many as the instance
    allows. `successor_id`: the member whom the host named as successor. `knock`: who
    may remove members is asked before a person joins.
    """

    room_id: str
    title: str
    visibility: str
    control_policy: str
    owner_id: str | None
    host_id: str | None
    seat: HostGrace | None
    epoch: str
    sync_enabled: bool
    sync_tolerance_ms: int
    stall_policy: str = "carry_on"
    stall_wait_s: int = 8
    caption_shift_ms: int = 0
    captions: list[SharedCaptions] = []
    chapters: list[TypedChapter] = []
    countdown: bool = False
    premiere_at: float | None = None
    ready_check: ReadyCheck | None = None
    poll: PollState | None = None
    notices_in_chat: bool = False
    keep_evenings: bool = False
    seat_hold_s: int = 20
    capacity: int | None = None
    successor_id: str | None = None
    knock: bool = False
    rights: RoomRights = RoomRights()
    chat: ChatRules = ChatRules()


class CommentReaction(Struct, frozen=True, kw_only=True):
    """An emoji that members gave to a message, the first of them first."""

    emoji: str
    user_ids: list[str]


class ImageSize(Struct, frozen=True, kw_only=True):
    width: int
    height: int


class Notice(Struct, frozen=True, kw_only=True):
    """What a system message says, so that each reader gets it in their own language.

    `code`: such as `joined`; `values`: what the sentence names, such as `name`. Clients show the `text` of codes that
    they do not know.
    """

    code: str
    values: dict[str, str | float] = {}


class CommentState(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`edited`: the author changed the text afterwards. `image`: of that size, at `.../comments/<id>/image/`.

    `note` of a system message: `presence` if it says who joined or left. `notice`: what it says; null in messages of
    older servers. Its `text` is in the server's language.
    """

    id: int
    seq: int
    user_id: str | None
    username: str
    text: str
    current_time: float
    created_at: str
    is_system_message: bool
    reply_to: int | None
    note: str = ""
    notice: Notice | None = None
    edited: bool = False
    reactions: list[CommentReaction] = []
    image: ImageSize | None = None


class WaitingPerson(Struct, frozen=True, kw_only=True):
    """A person who asks to join, and waits for an answer until server time `until`."""

    user_id: str
    username: str
    until: float


class MissingTrack(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What a member's player cannot play: the `sound` or the `picture` of the media, or `all` of it.

    `codec`: its format, if the player knows it.
    """

    track: Literal["sound", "picture", "all"]
    codec: CodecName | None = None


class MemberReport(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The latest report of one member's player, in `presence`."""

    user_id: str
    current_time: float
    is_playing: bool
    is_synced: bool
    drift_ms: float | None
    latency_ms: float | None
    state: str | None
    lacks: MissingTrack | None = None
    fault: str | None = None
    copy: str | None = None
    longer_s: float | None = None
    player: str | None = None


class Limits(Struct, frozen=True, kw_only=True):
    frame_bytes: int
    comment_chars: int
    heartbeat_ms: int
    reconnect_spread_ms: int


class MemberRef(Struct, forbid_unknown_fields=True, frozen=True):
    user_id: UserId
