"""Which members a room waits for, and for how long. Pure: time is an argument, everything in server ms.

A wait has a reason: `stall` (a member's player ran out of data) or `ready` (a start, until every player has the
picture). It names its members and always has an end. The room waits only for members who are watching: not for a
hidden tab, a player that was refused, stopped or cannot keep up, a distant player, or one silent for ten seconds. It
does not wait for programs that never report a `state`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from playback.domain.drift import RECENT_MS, ReceivedReport
from playback.domain.start_lead import INATTENTIVE
from playback.domain.wait_budget import ROOM, WaitBudget
from watchium.protocol import types

STALL, READY = "stall", "ready"
CARRY_ON, WAIT = "carry_on", "wait"
POLICIES = (CARRY_ON, WAIT)
WAIT_S, SHORTEST_S, LONGEST_S = 8, 1, 30  # for one stall: the default, and the bounds of a room's setting

FARTHEST_RTT_MS = 2000.0
START_MS = 8_000.0
NEW_POSITION_MS = 30_000.0  # after a load or a seek, when no player has that part of the media yet

UNREADY = {"loading", "stalled", "buffering"}  # in all other states an attentive player has a picture


class WaitRecord(msgspec.Struct, frozen=True):
    """The room waits for a member from `since_ms` to `until_ms`, or until they are ready at `revision` or later."""

    user_id: str
    username: str
    revision: int
    since_ms: float
    until_ms: float


class Wait(msgspec.Struct, frozen=True, rename={"reason": "why", "members": "who"}):
    """A room's wait. Renamed fields keep the keys of stored rows."""

    reason: str
    members: tuple[WaitRecord, ...]
    since_ms: float
    until_ms: float

    def to_protocol(self) -> types.Hold:
        who = [types.UserRef(user_id=each.user_id, username=each.username) for each in self.members]
        return types.Hold(why=self.reason, who=who, until=self.until_ms)

    def includes(self, user_id: str) -> bool:
        return any(each.user_id == user_id for each in self.members)

    def over(self, now_ms: float) -> bool:
        return now_ms >= self.until_ms

    def remaining(self, reports: Mapping[str, ReceivedReport], present: set[str], now_ms: float) -> Wait:
        """Return the wait without members who left, are ready, timed out or can no longer be waited for."""
        awaited = [each for each in self.members if each.user_id in present and now_ms < each.until_ms]
        members = tuple(each for each in awaited if not is_released(each, reports.get(each.user_id), now_ms))
        return msgspec.structs.replace(self, members=members)

    def joined_by(self, record: WaitRecord) -> Wait:
        """Return the wait with a further member, whose player also ran out of data; the end stays."""
        joining = msgspec.structs.replace(record, until_ms=min(record.until_ms, self.until_ms))
        return msgspec.structs.replace(self, members=(*self.members, joining))


# ---------------------------------------------------------------- which members count


def attentive(received: ReceivedReport, now_ms: float) -> bool:
    """Whether the member is watching and waiting for them makes sense. `latency_ms` is the round trip."""
    report = received.report
    return (
        received.fresh(now_ms, RECENT_MS)
        and report.state not in INATTENTIVE
        and (report.latency_ms is None or report.latency_ms <= FARTHEST_RTT_MS)
    )


def counted(received: ReceivedReport | None, now_ms: float) -> bool:
    """Whether a start waits for this player: it is attentive and reports its state and revision."""
    if received is None or received.report.state is None or received.report.revision is None:
        return False
    return attentive(received, now_ms)


def is_ready_at(received: ReceivedReport, revision: int) -> bool:
    """Whether the player has reported that it has the picture at the position of this revision."""
    is_current = received.report.revision is not None and received.report.revision >= revision
    return is_current and received.report.state not in UNREADY


def is_released(record: WaitRecord, received: ReceivedReport | None, now_ms: float) -> bool:
    """Whether the wait for this member is over: they are ready, silent or inattentive."""
    if received is not None and is_ready_at(received, record.revision):
        return True
    if received is None or received.at_ms < record.since_ms:
        return now_ms - record.since_ms > RECENT_MS  # no report since the wait began
    return not attentive(received, now_ms)


# ---------------------------------------------------------------- how long


def stall_wait(
    member: tuple[str, str], budget: WaitBudget, wait_s: float, revision: int, now_ms: float
) -> Wait | None:
    """Return a wait for a member (user_id, username) with a buffer underrun; None if the budget is used up."""
    left_ms = min(wait_s * 1000, budget.left_ms(member[0], now_ms), budget.room_left_ms(now_ms))
    if left_ms <= 0:
        return None
    record = WaitRecord(*member, revision, now_ms, now_ms + left_ms)
    return Wait(STALL, (record,), now_ms, record.until_ms)


def start_gate(
    members: Iterable[tuple[str, str]], budget: WaitBudget, longest_ms: float, revision: int, now_ms: float
) -> Wait | None:
    """Return the wait before a start, for those members whose budget is not exhausted; None if none is left."""
    until_ms = now_ms + longest_ms
    records = tuple(
        WaitRecord(*member, revision, now_ms, until_ms)
        for member in members
        if budget.left_ms(member[0], now_ms) > 0
    )
    return Wait(READY, records, now_ms, until_ms) if records else None


def charge_waits(budget: WaitBudget, before: Wait, after: Wait | None, now_ms: float) -> WaitBudget:
    """Charge each member whose wait is over, and the room once the whole wait is over."""
    awaited = {each.user_id for each in after.members} if after else set()
    for each in before.members:
        if each.user_id not in awaited:
            budget = budget.charged(each.user_id, each.since_ms, min(now_ms, each.until_ms))
    if after is None:
        budget = budget.charged(ROOM, before.since_ms, min(now_ms, before.until_ms))
    return budget
