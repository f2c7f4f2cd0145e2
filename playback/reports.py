"""What members' players last said: in this process's memory, told and written in batches, never a row a heartbeat.

Nothing here is the only copy: each member says it again within seconds, and `Member` has what was last written.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace

import msgspec

from playback.drift import Noted, noted
from playback.stalls import UNREADY
from watchium.wire.messages import PlayerReport

ROOMS = 5_000
MEMBERS_PER_ROOM = 1_000
HEARD_MS = 10_000.0  # three heartbeats: nobody starts later for somebody who has gone


class LastReports:
    """The last report of each member by room, the longest silent forgotten first."""

    def __init__(self, rooms: int = ROOMS, members_per_room: int = MEMBERS_PER_ROOM) -> None:
        self.rooms = rooms
        self.members_per_room = members_per_room
        self._rooms: OrderedDict[str, OrderedDict[str, Noted]] = OrderedDict()
        self._changed: dict[str, dict[str, Noted]] = {}

    def note(self, room_id: str, user_id: str, report: PlayerReport, now_ms: float) -> None:
        seen = noted(report, now_ms)
        members = self._rooms.setdefault(room_id, OrderedDict())
        self._rooms.move_to_end(room_id)
        members[user_id] = seen
        members.move_to_end(user_id)
        self._changed.setdefault(room_id, {})[user_id] = seen
        if len(members) > self.members_per_room:
            self._forget_member(room_id, members.popitem(last=False)[0])
        if len(self._rooms) > self.rooms:
            self._changed.pop(self._rooms.popitem(last=False)[0], None)

    def now_ready(self, room_id: str, user_id: str, revision: int) -> None:
        """A player that starved has data again, which its next report would say later. Of one never heard, nothing."""
        seen = self.for_room(room_id).get(user_id)
        if seen is None:
            return
        state = "ready" if seen.report.state in UNREADY else seen.report.state
        report = msgspec.structs.replace(seen.report, state=state, revision=revision)
        self._rooms[room_id][user_id] = replace(seen, report=report)

    def for_room(self, room_id: str) -> dict[str, Noted]:
        """By user_id; not to be changed."""
        return self._rooms.get(room_id, {})

    def fresh(self, room_id: str, now_ms: float) -> list[PlayerReport]:
        """Of those a start is scheduled for: who was heard lately."""
        # A copy first: heartbeats arrive on another thread than deeds run on.
        return [seen.report for seen in list(self.for_room(room_id).values()) if seen.fresh(now_ms, HEARD_MS)]

    def forget(self, room_id: str, user_id: str) -> None:
        """Of a member who is not here any more."""
        members = self._rooms.get(room_id)
        if members is not None:
            members.pop(user_id, None)
            if not members:
                self._rooms.pop(room_id, None)
        self._forget_member(room_id, user_id)

    def take_changed(self) -> dict[str, dict[str, Noted]]:
        """What was said since the last call, by room_id and user_id."""
        changed, self._changed = self._changed, {}
        return changed

    def clear(self) -> None:
        self._rooms.clear()
        self._changed.clear()

    def _forget_member(self, room_id: str, user_id: str) -> None:
        self._changed.get(room_id, {}).pop(user_id, None)


LAST = LastReports()
note = LAST.note
forget = LAST.forget
