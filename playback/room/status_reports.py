"""What members' players last said: in this process's memory, told and written in batches, never a row a heartbeat.

A room is told what its members said within a second where it is news, and every twelve seconds where all goes on as
before: a member of whom nothing is told is where the last word and the room's clock put them, to half a frame.

A member speaks to one process, a deed may happen in another. So each process posts what it heard on the room's board
once a second, and a deed looks at that: one round trip, however often it asks, a fifth of a second at most. What a
start or a waiting room depends on (whose data ran out, who has it again) is posted at once: `note` says so. Where there
is one process, or Redis does not answer, all of this is memory alone.

Nothing here is the only copy: each member says it again within seconds, and `Member` has what was last written.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import msgspec

from playback.domain.drift import HEARD_MS, Noted, noted
from playback.domain.stall_policy import UNREADY
from watchium import server_clock
from watchium.process_state import process_state
from watchium.protocol.commands import PlayerReport
from watchium.protocol.types import MemberReport
from watchium.shared_state import shared_store
from watchium.shared_state.store import Store

ROOMS = 5_000
MEMBERS_PER_ROOM = 1_000
LOOK_AGAIN_MS = 50.0  # within it, a deed that asks for each member looks once
NEWS_MS = 1000.0  # a room is told no more often
STEADY_MS = 12_000.0  # and where all goes on as it did; every three were a third of a heartbeat's cost
# A row each time; deeds believe it for thirty seconds, and only where memory knows less.
WRITTEN_MS = STEADY_MS - 1000
NEVER = float("-inf")
MOVED_MS = 20.0  # of drift from one report to the next: half a frame

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(tuple[float, PlayerReport]).decode


@dataclass
class Heard:
    """A room as this process knows it."""

    members: OrderedDict[str, Noted] = field(default_factory=OrderedDict)
    looked_ms: float = NEVER
    told_ms: float = NEVER
    written: dict[str, float] = field(default_factory=dict)  # when, by user_id


@dataclass
class Untold:
    """What members of a room said since it was told."""

    since_ms: float
    members: dict[str, Noted] = field(default_factory=dict)


class LastReports:
    """The last report of each member by room, the longest silent forgotten first."""

    def __init__(
        self,
        rooms: int = ROOMS,
        members_per_room: int = MEMBERS_PER_ROOM,
        store: Callable[[], Store] = shared_store,
    ) -> None:
        self.rooms = rooms
        self.members_per_room = members_per_room
        self._store = store
        self._rooms: OrderedDict[str, Heard] = OrderedDict()
        self._untold: dict[str, Untold] = {}  # the longest waiting first
        self._news: set[str] = set()  # those of them where somebody does otherwise than before
        self._unposted: dict[str, dict[str, Noted | None]] = {}  # None: somebody who left
        self._lock = Lock()  # heartbeats arrive on another thread than deeds run on

    # ------------------------------------------------------------ what is said here

    def note(self, room_id: str, user_id: str, report: PlayerReport, now_ms: float) -> bool:
        """Keep it, in memory alone. Whether other processes should hear it before the next batch: then `share` it."""
        seen = noted(report, now_ms)
        with self._lock:
            room = self._room(room_id)
            before = room.members.get(user_id)
            self._keep(room_id, room, user_id, seen)
            unpublished = self._untold.get(room_id)
            if unpublished is None:
                unpublished = self._untold[room_id] = Untold(now_ms)
            unpublished.members[user_id] = seen
            if _is_news(before, report):
                self._news.add(room_id)
            return self._to_post(room_id, user_id, seen) and self._weighs(room, before, seen)

    def became_ready(self, room_id: str, user_id: str, revision: int) -> None:
        """A player that starved has data again, which its next report would say later. Of one never heard, nothing."""
        seen = self.for_room(room_id).get(user_id)
        if seen is None:
            return
        state = "ready" if seen.report.state in UNREADY else seen.report.state
        ready = Noted(msgspec.structs.replace(seen.report, state=state, revision=revision), seen.at_ms)
        with self._lock:
            self._keep(room_id, self._room(room_id), user_id, ready)
            self._to_post(room_id, user_id, ready)

    def forget(self, room_id: str, user_id: str) -> None:
        """Of a member who is not here any more."""
        with self._lock:
            room = self._rooms.get(room_id)
            if room is not None:
                room.members.pop(user_id, None)
                room.written.pop(user_id, None)
            self._leave_out(room_id, user_id)
            self._to_post(room_id, user_id, None)

    @property
    def unpublished(self) -> bool:
        return bool(self._untold)

    def take_unpublished(self, now_ms: float) -> dict[str, dict[str, Noted]]:
        """What was said here since they were told, by room_id and user_id, of the rooms that are to be told now."""
        taken = {}
        with self._lock:
            for room_id in self._due(now_ms):
                self._rooms[room_id].told_ms = now_ms
                taken[room_id] = self._untold.pop(room_id).members
                self._news.discard(room_id)
        return taken

    def _due(self, now_ms: float) -> set[str]:
        due = {room_id for room_id in self._news if now_ms - self._rooms[room_id].told_ms >= NEWS_MS}
        for room_id, unpublished in self._untold.items():
            if now_ms - unpublished.since_ms < STEADY_MS:
                break
            due.add(room_id)
        return due

    def put_back(self, taken: Mapping[str, Mapping[str, Noted]], now_ms: float) -> None:
        """What was taken and could neither be told nor written; of rooms and members that are still known."""
        with self._lock:
            for room_id in taken.keys() & self._rooms.keys():
                room = self._rooms[room_id]
                unpublished = self._untold.setdefault(room_id, Untold(now_ms))
                self._news.add(room_id)
                for user_id in taken[room_id].keys() & room.members.keys():
                    unpublished.members.setdefault(user_id, taken[room_id][user_id])
                    room.written.pop(user_id, None)

    def post(self) -> None:
        """Tell the other processes what was said here since the last call."""
        with self._lock:
            unposted, self._unposted = self._unposted, {}
        if unposted:
            self._store().put({board(room_id): _notes(members) for room_id, members in unposted.items()})

    def share(self, room_id: str) -> bool:
        """Tell the other processes what was said in this room, now; whether there was anything to tell."""
        with self._lock:
            unposted = self._unposted.pop(room_id, None)
        if unposted:
            self._store().put({board(room_id): _notes(unposted)})
        return bool(unposted)

    # ------------------------------------------------------------ what is known

    def for_room(self, room_id: str) -> Mapping[str, Noted]:
        """By user_id, what other processes heard included; not to be changed."""
        if not self._store().single_process:
            self._look(room_id, server_clock.now_ms())
        room = self._rooms.get(room_id)
        return room.members if room else {}

    def fresh(self, room_id: str, now_ms: float) -> list[PlayerReport]:
        """Of those a start is scheduled for: who was heard lately."""
        # A copy first: heartbeats arrive on another thread than deeds run on.
        return [seen.report for seen in list(self.for_room(room_id).values()) if seen.fresh(now_ms, HEARD_MS)]

    def unwritten(self, room_id: str, reports: Sequence[MemberReport], now_ms: float) -> list[MemberReport]:
        """Those of members of whom no row was written for a while, which counts as done now."""
        with self._lock:
            written = self._room(room_id).written
            due = [one for one in reports if now_ms - written.get(one.user_id, NEVER) >= WRITTEN_MS]
            written.update((one.user_id, now_ms) for one in due)
        return due

    def clear(self) -> None:
        with self._lock:
            self._rooms.clear()
            self._untold.clear()
            self._news.clear()
            self._unposted.clear()

    # ------------------------------------------------------------ parts

    def _look(self, room_id: str, now_ms: float) -> None:
        """Read the room's board, and put on it what was not posted yet."""
        with self._lock:
            room = self._room(room_id)
            if now_ms - room.looked_ms < LOOK_AGAIN_MS:
                return
            room.looked_ms = now_ms
            unposted = self._unposted.pop(room_id, {})
        found = self._store().swap(board(room_id), _notes(unposted))
        with self._lock:
            for user_id, note in found.items():
                self._learn(room_id, room, user_id, note)

    def _learn(self, room_id: str, room: Heard, user_id: str, note: bytes) -> None:
        """What was heard later than what is known; a note of another version of Watchium is passed over."""
        try:
            at_ms, report = _decode(note)
        except (msgspec.MsgspecError, UnicodeError):
            return
        known = room.members.get(user_id)
        if known is None or at_ms > known.at_ms:
            self._keep(room_id, room, user_id, Noted(report, at_ms))

    def _room(self, room_id: str) -> Heard:
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = Heard()
        self._rooms.move_to_end(room_id)
        while len(self._rooms) > self.rooms:
            gone, _ = self._rooms.popitem(last=False)
            self._untold.pop(gone, None)
            self._news.discard(gone)
            self._unposted.pop(gone, None)
        return room

    def _keep(self, room_id: str, room: Heard, user_id: str, seen: Noted) -> None:
        room.members[user_id] = seen
        room.members.move_to_end(user_id)
        while len(room.members) > self.members_per_room:
            gone, _ = room.members.popitem(last=False)
            room.written.pop(gone, None)
            self._leave_out(room_id, gone)
            self._unposted.get(room_id, {}).pop(gone, None)

    def _leave_out(self, room_id: str, user_id: str) -> None:
        unpublished = self._untold.get(room_id)
        if unpublished is not None:
            unpublished.members.pop(user_id, None)

    def _to_post(self, room_id: str, user_id: str, seen: Noted | None) -> bool:
        if self._store().single_process:
            return False
        self._unposted.setdefault(room_id, {})[user_id] = seen
        return True

    def _weighs(self, room: Heard, before: Noted | None, seen: Noted) -> bool:
        """Whether a room may begin or cease to wait for this player; then what is known of the others is read anew."""
        was, now = before is not None and before.report.state in UNREADY, seen.report.state in UNREADY
        if was != now or before is None or before.report.revision != seen.report.revision:
            room.looked_ms = NEVER
        return was != now


def _is_news(before: Noted | None, now: PlayerReport) -> bool:
    """Whether others see this member otherwise than before; not that time went on."""
    if before is None:
        return True
    was = before.report
    if (was.state, was.is_playing, was.is_synced) != (now.state, now.is_playing, now.is_synced):
        return True
    if was.drift_ms is None or now.drift_ms is None:
        return was.drift_ms is not now.drift_ms
    return abs(now.drift_ms - was.drift_ms) >= MOVED_MS


def board(room_id: str) -> str:
    return f"reports:{room_id}"


def _notes(members: Mapping[str, Noted | None]) -> dict[str, bytes | None]:
    return {
        who: None if seen is None else _encode((seen.at_ms, seen.report)) for who, seen in members.items()
    }


LAST = process_state(LastReports)
note = LAST.note
forget = LAST.forget
