"""Keeps one client's playlist equal to the room's queue, and turns its changes into commands. Pure.

A client that is started with a file opens it when it gets the first list, but not a file that the list names already;
and it replaces the list with its file if the room's has an address. So the first list names nothing, and the room's
follows when the client has opened its file.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import inf

from watchium.protocol.queue import QueueState
from watchium.protocol.types import Media
from watchium.syncplay import outgoing
from watchium.syncplay.incoming import SetFile
from watchium.syncplay.outgoing import Line
from watchium.syncplay.playlist.edits import Command, Edit, commands_of, edit_of
from watchium.syncplay.playlist.labels import NO_FILE, Item, Playlist, playlist_of

OPENS_S = 6.0
SENT_APART_S = 1.0
ANSWER_S = 3.0  # a command that was not answered for so long changed nothing
CROSSING_S = 1.0  # a list that a client sends so soon after it got one may be a change of the one before
MOST_ROUND_TRIP_S = 5.0  # that is added to it
ADVANCE_S = 5.0  # after its end the room may still advance
MOST_AHEAD_S = 60.0  # the longest that a client plays what follows before the room
MAX_MOVES = 10
MAX_PENDING = 128  # commands without an answer; until fewer wait, lists and choices are put back


class TooManyMoves(Exception):
    """A list was sorted or shuffled as a whole."""


class PlaylistMirror:
    """`shared`: the client shows playlists at all. Call `follow` when the room changes, `due` at `next_s`."""

    def __init__(self, shared: bool, now_s: float) -> None:
        self.shared = shared
        self.room = Playlist()
        self._key: tuple[int, str, str] | None = None
        # What the client has: as it was last sent, or changed by its person since.
        self._has: tuple[Item, ...] = ()
        self._has_index: int | None = None
        self._before: tuple[Item, ...] = ()  # the list that it had before the one that was sent last
        self._sent_s = -inf
        self._put_back_s = -inf  # when the client last sent a list that it does not keep
        self._waits_until_s: float = now_s + OPENS_S  # to send what differs
        self._begun = False
        self._brings_until_s = -inf  # a list of another room
        self._opens = True  # its first file, under a name that it could not find by itself
        self._pending: dict[str, int | None] = {}  # commands, with the queue's revision that has their result
        self._chosen = ""  # a file that was added and chosen in one: it has no entry yet
        self._advanced_until_s = -inf  # the client plays what follows, a moment before the room

    def begin(self) -> list[Line]:
        """The lines that let the client open the file that it was started with."""
        first = [NO_FILE] if self.shared and self.room.items else []
        self._begun = not first
        self._has = tuple(Item(None, label) for label in first)
        return [outgoing.playlist(first), outgoing.playlist_index(None)]

    def opened(self, now_s: float) -> None:
        """The client has opened a file."""
        if self._opens:
            self._opens, self._waits_until_s = False, now_s

    def follow(self, queue: QueueState, media: Media | None, own_name: str) -> None:
        key = (queue.revision, media.url if media else "", own_name)
        if not self.shared or key == self._key:
            return
        self._key, self._advanced_until_s = key, -inf
        self.room = playlist_of(queue, media, own_name)
        if not self._list_differs:
            self._has = self.room.items  # what the client added has its entries now
        for event_id, revision in list(self._pending.items()):
            if revision is not None and revision <= queue.revision:
                del self._pending[event_id]

    # ------------------------------------------------------------ to the client

    @property
    def next_s(self) -> float:
        """When `due` has something to do."""
        if not self.shared or not self._differs:
            return inf
        waits_until_s = self._waits_until_s if self._waits else -inf
        ahead_until_s = -inf if self._list_differs else self._advanced_until_s
        return max(waits_until_s, ahead_until_s, self._sent_s + SENT_APART_S)

    @property
    def _waits(self) -> bool:
        return bool(self._pending) or self._opens

    @property
    def _differs(self) -> bool:
        return self._list_differs or self._index_differs

    @property
    def _list_differs(self) -> bool:
        return self.room.labels != [item.label for item in self._has]

    @property
    def _index_differs(self) -> bool:
        return self.room.index != self._has_index

    def due(self, now_s: float) -> list[Line]:
        """The lines after which the client has what the room has."""
        if now_s < self.next_s:
            return []
        if not self._begun:
            self._begun, self._brings_until_s = True, now_s + OPENS_S
        self._opens = False
        self._pending.clear()
        lines = []
        selected = self._selected
        if self._list_differs:
            lines.append(outgoing.playlist(self.room.labels))
            self._before, self._sent_s = self._has, now_s
        self._has = self.room.items
        if self._index_differs or selected != self._selected:
            lines.append(outgoing.playlist_index(self.room.index))
        self._has_index, self._advanced_until_s = self.room.index, -inf
        return lines

    @property
    def _selected(self) -> str | None:
        index = self._has_index
        return self._has[index].label if index is not None and index < len(self._has) else None

    # ------------------------------------------------------------ from the client

    def edited(
        self, files: Iterable[str], file: SetFile | None, now_s: float, round_trip_s: float = 0.0
    ) -> list[Command]:
        """The client sent its list, over a line with that round trip. Raises TooManyMoves; then the client gets the
        room's list again.

        What a client sends before it has the room's list is of another room; so is a list soon after that which has
        nothing of the room's, and one with the first list's item.
        """
        files = list(files)
        edit = self._edit(files, now_s, CROSSING_S + min(round_trip_s, MOST_ROUND_TRIP_S))
        self._has = edit.items
        if not self.shared or not self._begun:
            return []
        of_another_room = now_s < self._brings_until_s and not any(
            item in self.room.items for item in edit.items
        )
        if NO_FILE in files or of_another_room or len(self._pending) >= MAX_PENDING:
            self._put_back_s = now_s
            return []
        if len(edit.moved) > MAX_MOVES:
            self._put_back_s = now_s
            raise TooManyMoves
        return list(commands_of(edit, file))

    def _edit(self, files: list[str], now_s: float, crossing_s: float) -> Edit:
        """Of the list that the client had, or of the one before if they crossed: the one that means less is removed."""
        crosses = now_s < self._sent_s + crossing_s and not any(
            item.label == NO_FILE for item in self._before
        )
        lists = [self._has, self._before] if crosses else [self._has]
        current = self.room.current.entry_id if self.room.current else None
        edits = (edit_of(each, files, self.room.after, current) for each in lists)
        return min(edits, key=lambda edit: edit.size)

    def chose(self, index: int | None, now_s: float, *, at_end: bool, ends_s: float = inf) -> Command | None:
        """The client goes to an item. `at_end`: of its file, after which clients go on by themselves. `ends_s`: when
        the room's media does.

        A client that has opened a file sends the index of the first item with its name, of which there may be more.
        """
        before, self._has_index = self._has_index, index
        if not self.shared or not self._begun or index is None or index >= len(self._has):
            return None
        if now_s < self._put_back_s + CROSSING_S or len(self._pending) >= MAX_PENDING:
            return None  # an item of a list that is put back
        item, current = self._has[index], self.room.current
        if current is not None and _is_same(item, current):
            return None
        if current is not None and not any(_is_same(each, current) for each in self._has):
            return None  # its person removed what plays: the room plays the following entry by itself
        if at_end and before is not None and self._follows(item, before):
            self._advanced_until_s = now_s + min(max(ends_s - now_s, 0.0) + ADVANCE_S, MOST_AHEAD_S)
            return None
        if current is not None and item.label == current.label:
            return None
        if item.entry_id is None:
            self._chosen = item.label
            return None
        return "queue_play", {"entry_id": item.entry_id}

    def _follows(self, item: Item, index: int) -> bool:
        """Whether a client goes on to the item by itself: after the last one, to the first."""
        return item.label in (self._has[0].label, *(each.label for each in self._has[index + 1 : index + 2]))

    def chosen_addition(self) -> Command | None:
        """What was added and chosen in one, once it has an entry."""
        if not self._chosen or self._pending:
            return None
        label, self._chosen = self._chosen, ""
        item = next((item for item in reversed(self.room.items) if item.label == label), None)
        if item is None or item.entry_id is None or item == self.room.current:
            return None
        return "queue_play", {"entry_id": item.entry_id}

    def asked(self, event_id: str, now_s: float) -> None:
        """A command was sent: until its answer the client keeps what it has."""
        self._pending[event_id] = None
        self._waits_until_s = max(self._waits_until_s, now_s + ANSWER_S)

    def accepted(self, event_id: str, revision: int | None, queue: QueueState) -> None:
        if event_id in self._pending:
            if revision is None or revision <= queue.revision:
                del self._pending[event_id]
            else:
                self._pending[event_id] = revision

    def refused(self, event_id: str) -> None:
        """The client gets back what the room has."""
        self._pending.pop(event_id, None)


def _is_same(one: Item, other: Item) -> bool:
    return one.label == other.label if one.entry_id is None else one.entry_id == other.entry_id
