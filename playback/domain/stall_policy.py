"""Whom a room waits for, and for how long. Pure: time is an argument, everything in server ms.

A hold has a reason: `stall` (somebody's player starved) or `ready` (a start, until every player has the picture). It
names whom it is for and it always has an end. Only who watches counts: not a hidden tab, a player that was refused,
stopped or cannot keep up, one far away, nor one that was not heard for ten seconds. Nobody waits for a program that
never says its `state`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from playback.domain.drift import HEARD_MS, Noted
from playback.domain.start_lead import INATTENTIVE
from playback.domain.wait_budget import ROOM, WaitBudget
from watchium.protocol import types

STALL, READY = "stall", "ready"
CARRY_ON, WAIT = "carry_on", "wait"
POLICIES = (CARRY_ON, WAIT)
WAIT_S, SHORTEST_S, LONGEST_S = 8, 1, 30  # what a room waits for one stall, unless it says otherwise

FARTHEST_RTT_MS = 2000.0
START_MS = 8_000.0
PLACE_MS = 30_000.0  # after a load or a seek, when nobody has that part of the medium yet

UNREADY = {"loading", "stalled", "buffering"}  # all other states of an attentive player have a picture


class WaitRecord(msgspec.Struct, frozen=True):
    """Somebody waited for from `since_ms` until `until_ms`, unless they are ready at `revision` or later."""

    user_id: str
    username: str
    revision: int
    since_ms: float
    until_ms: float


class Hold(msgspec.Struct, frozen=True):
    why: str
    who: tuple[WaitRecord, ...]
    since_ms: float
    until_ms: float

    def for_wire(self) -> types.Hold:
        who = [types.UserRef(user_id=one.user_id, username=one.username) for one in self.who]
        return types.Hold(why=self.why, who=who, until=self.until_ms)

    def names(self, user_id: str) -> bool:
        return any(one.user_id == user_id for one in self.who)

    def over(self, now_ms: float) -> bool:
        return now_ms >= self.until_ms

    def still(self, heard: Mapping[str, Noted], here: set[str], now_ms: float) -> Hold:
        """The same, for those alone who are here and neither ready nor lost."""
        awaited = [one for one in self.who if one.user_id in here and now_ms < one.until_ms]
        who = tuple(one for one in awaited if not released(one, heard.get(one.user_id), now_ms))
        return msgspec.structs.replace(self, who=who)

    def also_for(self, one: WaitRecord) -> Hold:
        """Somebody else starves meanwhile: waited for as well, but not longer."""
        waited = msgspec.structs.replace(one, until_ms=min(one.until_ms, self.until_ms))
        return msgspec.structs.replace(self, who=(*self.who, waited))


# ---------------------------------------------------------------- who counts


def attentive(seen: Noted, now_ms: float) -> bool:
    """Whether somebody watches there whom it makes sense to wait for. `latency_ms` is the round trip."""
    report = seen.report
    return (
        seen.fresh(now_ms, HEARD_MS)
        and report.state not in INATTENTIVE
        and (report.latency_ms is None or report.latency_ms <= FARTHEST_RTT_MS)
    )


def counted(seen: Noted | None, now_ms: float) -> bool:
    """Whether a start waits for this player: it is attentive and says what it does, and about which revision."""
    if seen is None or seen.report.state is None or seen.report.revision is None:
        return False
    return attentive(seen, now_ms)


def ready_at(seen: Noted, revision: int) -> bool:
    """Whether the player has said that it has the picture of this revision's place."""
    spoke = seen.report.revision is not None and seen.report.revision >= revision
    return spoke and seen.report.state not in UNREADY


def released(one: WaitRecord, seen: Noted | None, now_ms: float) -> bool:
    """Nobody waits for this member any more: ready, or not there to be waited for."""
    if seen is not None and ready_at(seen, one.revision):
        return True
    if seen is None or seen.at_ms < one.since_ms:
        return now_ms - one.since_ms > HEARD_MS  # silent since then
    return not attentive(seen, now_ms)


# ---------------------------------------------------------------- how long


def stall_hold(
    who: tuple[str, str], patience: WaitBudget, wait_s: float, revision: int, now_ms: float
) -> Hold | None:
    """The hold for a member (user_id, username) whose player starves; None when they had their share of waiting."""
    left_ms = min(wait_s * 1000, patience.left_ms(who[0], now_ms), patience.room_left_ms(now_ms))
    if left_ms <= 0:
        return None
    one = WaitRecord(*who, revision, now_ms, now_ms + left_ms)
    return Hold(STALL, (one,), now_ms, one.until_ms)


def gate(
    members: Iterable[tuple[str, str]], patience: WaitBudget, longest_ms: float, revision: int, now_ms: float
) -> Hold | None:
    """The hold before a start, for those members who are not set aside; None when that leaves nobody."""
    until_ms = now_ms + longest_ms
    who = tuple(
        WaitRecord(*member, revision, now_ms, until_ms)
        for member in members
        if patience.left_ms(member[0], now_ms) > 0
    )
    return Hold(READY, who, now_ms, until_ms) if who else None


def settled(patience: WaitBudget, before: Hold, after: Hold | None, now_ms: float) -> WaitBudget:
    """What the waiting cost: for each who is not waited for any more, and when all is over for the room."""
    still = {one.user_id for one in after.who} if after else set()
    for one in before.who:
        if one.user_id not in still:
            patience = patience.charged(one.user_id, one.since_ms, min(now_ms, one.until_ms))
    if after is None:
        patience = patience.charged(ROOM, before.since_ms, min(now_ms, before.until_ms))
    return patience
