"""Exchanges the playlist between one client and its room: lines to the client, commands of its member. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from watchium.protocol.errors import gettext_noop
from watchium.protocol.queue import QueueState
from watchium.protocol.types import Media
from watchium.syncplay.incoming import Hello, SetFile, SetPlaylist, SetPlaylistIndex
from watchium.syncplay.member import Member, new_event_id, notice
from watchium.syncplay.playlist.edits import Command
from watchium.syncplay.playlist.mirror import MAX_MOVES, PlaylistMirror, TooManyMoves

FEATURE = "sharedPlaylists"
TOO_MANY_MOVES = gettext_noop("Move at most {count} entries at once. The page can shuffle the queue.")


class SharedPlaylist:
    """The member's rights decide about changes of the client: refused ones are put back in its list."""

    def __init__(self, hello: Hello, member: Member, translate: Callable[[str], str], now_s: float) -> None:
        self.shown = FEATURE in hello.features
        self._member = member
        self._translate = translate
        self._mirror = PlaylistMirror(self.shown, now_s)

    def begin(self) -> None:
        for line in self._mirror.begin():
            self._member.send(line)

    def opened(self, now_s: float) -> None:
        """The client has opened a file."""
        self._mirror.opened(now_s)

    def follow(self, queue: QueueState, media: Media | None, own_name: str) -> None:
        """`own_name`: the client's file, if it is its copy of what the room plays."""
        self._mirror.follow(queue, media, own_name)

    def is_of_another_entry(self, file: SetFile) -> bool:
        """Whether the file is that of an entry which does not play now."""
        return self._mirror.room.is_of_another(file.name)

    @property
    def next_s(self) -> float:
        """When `proceed` has something to do."""
        return self._mirror.next_s

    def proceed(self, now_s: float) -> None:
        if (chosen := self._mirror.chosen_addition()) is not None:
            self._send([chosen], now_s)
        for line in self._mirror.due(now_s):
            self._member.send(line)

    def accepted(self, event_id: str, revision: int | None, queue: QueueState) -> None:
        self._mirror.accepted(event_id, revision, queue)

    def refused(self, event_id: str) -> None:
        self._mirror.refused(event_id)

    def on_list(
        self, message: SetPlaylist, file: SetFile | None, now_s: float, round_trip_s: float = 0.0
    ) -> None:
        """`file`: in the client's player."""
        try:
            self._send(self._mirror.edited(message.files, file, now_s, round_trip_s), now_s)
        except TooManyMoves:
            notice(self._member, self._translate(TOO_MANY_MOVES).format(count=MAX_MOVES))

    def on_index(self, message: SetPlaylistIndex, now_s: float, *, at_end: bool, ends_s: float) -> None:
        """`at_end`: of its file or of the room's media, after which a client plays the next file by itself. `ends_s`:
        when the room's media does."""
        choice = self._mirror.chose(message.index, now_s, at_end=at_end, ends_s=ends_s)
        self._send([choice] if choice else [], now_s)

    def _send(self, commands: Iterable[Command], now_s: float) -> None:
        for kind, payload in commands:
            event_id = new_event_id()
            self._mirror.asked(event_id, now_s)
            self._member.command(kind, payload, event_id)
