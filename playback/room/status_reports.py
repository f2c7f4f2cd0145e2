"""The last status report of each member, in this process's memory; published and written in batches, not by heartbeat.

A room's reports are published within a second if a member's status changed, and every twelve seconds otherwise: between
reports a member is where the last report and the room's clock put them, to half a frame.

A member's heartbeats reach one process, an action may run in another. So each process posts its reports to the room's
report board once a second, and an action reads the board: one round trip however often it asks, a fifth of a second at
most. Reports that a start or a wait depends on (an underrun, a recovery) are posted immediately: `record` says which.
With a single process, or while Redis is unavailable, all of this is memory only.

Nothing here is the only copy: each member reports again within seconds, and `Member` has the last written report.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock

import msgspec

from playback.domain.drift import RECENT_MS, ReceivedReport, received
from playback.domain.stall_policy import UNREADY
from playback.domain.start_lead import CATCHING_UP
from watchium import server_clock
from watchium.process_state import process_state
from watchium.protocol.commands import PlayerReport
from watchium.protocol.types import MemberReport
from watchium.shared_state import shared_store
from watchium.shared_state.store import Store

ROOMS = 5_000
MEMBERS_PER_ROOM = 1_000
POLL_INTERVAL_MS = 50.0  # an action that asks for each member reads the board once
CHANGED_INTERVAL_MS = 1000.0  # the shortest time between two broadcasts to a room
UNCHANGED_INTERVAL_MS = 12_000.0  # without a change; with three seconds it was a third of a heartbeat's cost
# One row per member and interval; actions believe it for thirty seconds, and only if memory has nothing newer.
WRITE_INTERVAL_MS = UNCHANGED_INTERVAL_MS - 1000
NEVER = float("-inf")
FAILED = {"error", "broken_off"}
DRIFT_CHANGE_MS = 20.0  # from one report to the next: half a frame

_encode = msgspec.msgpack.encode
_decode = msgspec.msgpack.Decoder(tuple[float, PlayerReport]).decode


@dataclass
class RoomReports:
    """A room as this process knows it."""

    members: OrderedDict[str, ReceivedReport] = field(default_factory=OrderedDict)
    polled_ms: float = NEVER
    published_ms: float = NEVER
    written: dict[str, float] = field(default_factory=dict)  # when, by user_id


@dataclass
class Unpublished:
    """Reports of a room's members since its last broadcast."""

    since_ms: float
    members: dict[str, ReceivedReport] = field(default_factory=dict)


class LastReports:
    """The last report of each member by room. Evicts the rooms and members silent for longest."""

    def __init__(
        self,
        rooms: int = ROOMS,
        members_per_room: int = MEMBERS_PER_ROOM,
        store: Callable[[], Store] = shared_store,
    ) -> None:
        self.rooms = rooms
        self.members_per_room = members_per_room
        self._store = store
        self._rooms: OrderedDict[str, RoomReports] = OrderedDict()
        self._unpublished: dict[str, Unpublished] = {}  # the longest waiting first
        self._changed: set[str] = set()  # those of them in which a member's status changed
        self._unposted: dict[str, dict[str, ReceivedReport | None]] = {}  # None: the member left
        self._lock = Lock()  # heartbeats arrive on another thread than actions run on

    # ------------------------------------------------------------ reports of this process

    def record(self, room_id: str, user_id: str, report: PlayerReport, now_ms: float) -> bool:
        """Store a report in memory. Return whether to `share` it with other processes before the next batch."""
        report_now = received(report, now_ms)
        with self._lock:
            room = self._room(room_id)
            before = room.members.get(user_id)
            self._keep(room_id, room, user_id, report_now)
            unpublished = self._unpublished.get(room_id)
            if unpublished is None:
                unpublished = self._unpublished[room_id] = Unpublished(now_ms)
            unpublished.members[user_id] = report_now
            if _is_change(before, report):
                self._changed.add(room_id)
            return self._to_post(room_id, user_id, report_now) and self._affects_wait(
                room, before, report_now
            )

    def became_ready(self, room_id: str, user_id: str, revision: int) -> None:
        """Mark a player as ready before its next report says so. Ignored without a report of that player."""
        last = self.for_room(room_id).get(user_id)
        if last is None:
            return
        state = "ready" if last.report.state in UNREADY else last.report.state
        ready = ReceivedReport(
            msgspec.structs.replace(last.report, state=state, revision=revision), last.at_ms
        )
        with self._lock:
            self._keep(room_id, self._room(room_id), user_id, ready)
            self._to_post(room_id, user_id, ready)

    def forget(self, room_id: str, user_id: str) -> None:
        """Drop the report of a member who left."""
        with self._lock:
            room = self._rooms.get(room_id)
            if room is not None:
                room.members.pop(user_id, None)
                room.written.pop(user_id, None)
            self._drop_unpublished(room_id, user_id)
            self._to_post(room_id, user_id, None)

    @property
    def unpublished(self) -> bool:
        return bool(self._unpublished)

    def take_unpublished(self, now_ms: float) -> dict[str, dict[str, ReceivedReport]]:
        """Take the unpublished reports of the rooms that are due, by room_id and user_id."""
        taken = {}
        with self._lock:
            for room_id in self._due(now_ms):
                self._rooms[room_id].published_ms = now_ms
                taken[room_id] = self._unpublished.pop(room_id).members
                self._changed.discard(room_id)
        return taken

    def _due(self, now_ms: float) -> set[str]:
        due = {
            room_id
            for room_id in self._changed
            if now_ms - self._rooms[room_id].published_ms >= CHANGED_INTERVAL_MS
        }
        for room_id, unpublished in self._unpublished.items():
            if now_ms - unpublished.since_ms < UNCHANGED_INTERVAL_MS:
                break
            due.add(room_id)
        return due

    def put_back(self, taken: Mapping[str, Mapping[str, ReceivedReport]], now_ms: float) -> None:
        """Return reports that could be neither published nor written, for rooms and members that are still known."""
        with self._lock:
            for room_id in taken.keys() & self._rooms.keys():
                room = self._rooms[room_id]
                unpublished = self._unpublished.setdefault(room_id, Unpublished(now_ms))
                self._changed.add(room_id)
                for user_id in taken[room_id].keys() & room.members.keys():
                    unpublished.members.setdefault(user_id, taken[room_id][user_id])
                    room.written.pop(user_id, None)

    def post(self) -> None:
        """Share all reports since the last call with other processes."""
        with self._lock:
            unposted, self._unposted = self._unposted, {}
        if unposted:
            self._store().put({board(room_id): _encoded(members) for room_id, members in unposted.items()})

    def share(self, room_id: str) -> bool:
        """Share the reports of this room with other processes now; return whether there were any."""
        with self._lock:
            unposted = self._unposted.pop(room_id, None)
        if unposted:
            self._store().put({board(room_id): _encoded(unposted)})
        return bool(unposted)

    # ------------------------------------------------------------ reports of all processes

    def for_room(self, room_id: str) -> Mapping[str, ReceivedReport]:
        """Return the last reports by user_id, those of other processes included. Do not modify the mapping."""
        if not self._store().single_process:
            self._poll(room_id, server_clock.now_ms())
        room = self._rooms.get(room_id)
        return room.members if room else {}

    def fresh(self, room_id: str, now_ms: float) -> list[PlayerReport]:
        """Return the recent reports, which a start is scheduled by."""
        # Copy first: heartbeats arrive on another thread than actions run on.
        reports = list(self.for_room(room_id).values())
        return [each.report for each in reports if each.fresh(now_ms, RECENT_MS)]

    def unwritten(self, room_id: str, reports: Sequence[MemberReport], now_ms: float) -> list[MemberReport]:
        """Return the reports of members whose row was not written for a while, and mark them as written."""
        with self._lock:
            written = self._room(room_id).written
            due = [each for each in reports if now_ms - written.get(each.user_id, NEVER) >= WRITE_INTERVAL_MS]
            written.update((each.user_id, now_ms) for each in due)
        return due

    def clear(self) -> None:
        with self._lock:
            self._rooms.clear()
            self._unpublished.clear()
            self._changed.clear()
            self._unposted.clear()

    # ------------------------------------------------------------ private

    def _poll(self, room_id: str, now_ms: float) -> None:
        """Read the room's board, and post the unposted reports to it."""
        with self._lock:
            room = self._room(room_id)
            if now_ms - room.polled_ms < POLL_INTERVAL_MS:
                return
            room.polled_ms = now_ms
            unposted = self._unposted.pop(room_id, {})
        found = self._store().swap(board(room_id), _encoded(unposted))
        with self._lock:
            for user_id, data in found.items():
                self._merge(room_id, room, user_id, data)

    def _merge(self, room_id: str, room: RoomReports, user_id: str, data: bytes) -> None:
        """Store a report if it is newer than the known one. Skip one that another version of Watchium encoded."""
        try:
            at_ms, report = _decode(data)
        except (msgspec.MsgspecError, UnicodeError):
            return
        known = room.members.get(user_id)
        if known is None or at_ms > known.at_ms:
            self._keep(room_id, room, user_id, ReceivedReport(report, at_ms))

    def _room(self, room_id: str) -> RoomReports:
        room = self._rooms.get(room_id)
        if room is None:
            room = self._rooms[room_id] = RoomReports()
        self._rooms.move_to_end(room_id)
        while len(self._rooms) > self.rooms:
            evicted, _ = self._rooms.popitem(last=False)
            self._unpublished.pop(evicted, None)
            self._changed.discard(evicted)
            self._unposted.pop(evicted, None)
        return room

    def _keep(self, room_id: str, room: RoomReports, user_id: str, report: ReceivedReport) -> None:
        room.members[user_id] = report
        room.members.move_to_end(user_id)
        while len(room.members) > self.members_per_room:
            evicted, _ = room.members.popitem(last=False)
            room.written.pop(evicted, None)
            self._drop_unpublished(room_id, evicted)
            self._unposted.get(room_id, {}).pop(evicted, None)

    def _drop_unpublished(self, room_id: str, user_id: str) -> None:
        unpublished = self._unpublished.get(room_id)
        if unpublished is not None:
            unpublished.members.pop(user_id, None)

    def _to_post(self, room_id: str, user_id: str, report: ReceivedReport | None) -> bool:
        if self._store().single_process:
            return False
        self._unposted.setdefault(room_id, {})[user_id] = report
        return True

    def _affects_wait(self, room: RoomReports, before: ReceivedReport | None, now: ReceivedReport) -> bool:
        """Whether the room may start or stop waiting for this player; then the next read polls the board again."""
        was_unready = before is not None and before.report.state in UNREADY
        is_unready = now.report.state in UNREADY
        if was_unready != is_unready or before is None or before.report.revision != now.report.revision:
            room.polled_ms = NEVER
        return was_unready != is_unready


def _is_change(before: ReceivedReport | None, now: PlayerReport) -> bool:
    """Whether other members see this member differently than before; the passing of time is no change."""
    if before is None:
        return True
    was = before.report
    if (was.state, was.is_playing, was.is_synced) != (now.state, now.is_playing, now.is_synced):
        return True
    if (was.lacks, was.fault, was.copy) != (now.lacks, now.fault, now.copy) or was.longer_s != now.longer_s:
        return True
    if (now.state in FAILED or now.lacks or now.fault) and now.revision != was.revision:
        return True  # other media may have failed now
    if now.state == CATCHING_UP:
        return False  # its distance shrinks all the time
    if was.drift_ms is None or now.drift_ms is None:
        return was.drift_ms is not now.drift_ms
    return abs(now.drift_ms - was.drift_ms) >= DRIFT_CHANGE_MS


def board(room_id: str) -> str:
    return f"reports:{room_id}"


def _encoded(members: Mapping[str, ReceivedReport | None]) -> dict[str, bytes | None]:
    return {
        user_id: None if each is None else _encode((each.at_ms, each.report))
        for user_id, each in members.items()
    }


LAST_REPORTS = process_state(LastReports)
record = LAST_REPORTS.record
forget = LAST_REPORTS.forget
