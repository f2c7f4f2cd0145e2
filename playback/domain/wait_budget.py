"""How long a room may still wait for a member. Pure: time is an argument, everything in server ms.

A room waits at most 20 s for one member and 40 s in all within five minutes. A member who has used that up is
exhausted: the room no longer waits for them until they went a minute without an underrun. Then their budget is full.
"""

from __future__ import annotations

import msgspec

WINDOW_MS = 300_000.0
MEMBER_MS = 20_000.0
ROOM_MS = 40_000.0
CLEAN_MS = 60_000.0
MIN_WAIT_MS = 1_000.0  # a shorter wait does not help, so less than this counts as nothing left

ROOM = ""  # the user_id under which the room's own waiting is recorded


class Interval(msgspec.Struct, frozen=True, array_like=True):
    """The room waited for a member from `from_ms` to `until_ms`."""

    user_id: str
    from_ms: float
    until_ms: float


class WaitBudget(msgspec.Struct, frozen=True, rename={"intervals": "spans", "exhausted": "aside"}):
    """The waits within the window, and the exhausted members with the time of their last underrun.

    Renamed fields keep the keys of stored rows.
    """

    intervals: tuple[Interval, ...] = ()
    exhausted: dict[str, float] = {}

    def spent_ms(self, user_id: str, now_ms: float) -> float:
        """How long the room waited for this member (or, for `ROOM`, at all) within the window that ends now."""
        since_ms = now_ms - WINDOW_MS
        own = (each for each in self.intervals if each.user_id == user_id)
        return sum(max(0.0, min(each.until_ms, now_ms) - max(each.from_ms, since_ms)) for each in own)

    def left_ms(self, user_id: str, now_ms: float) -> float:
        """How long the room may still wait for this member; 0 if the member or the room is exhausted."""
        if not self.has_time(now_ms) or self._is_exhausted(user_id, now_ms):
            return 0.0
        if user_id in self.exhausted:
            return MEMBER_MS
        return _usable_ms(MEMBER_MS - self.spent_ms(user_id, now_ms))

    def room_left_ms(self, now_ms: float) -> float:
        return _usable_ms(ROOM_MS - self.spent_ms(ROOM, now_ms))

    def has_time(self, now_ms: float) -> bool:
        return self.room_left_ms(now_ms) > 0

    def on_underrun(self, user_id: str, now_ms: float) -> WaitBudget:
        """Record an underrun of this member, or its end: an exhausted member stays exhausted for another minute."""
        if not self._is_exhausted(user_id, now_ms):
            return self._restored(user_id)
        return msgspec.structs.replace(self, exhausted={**self.exhausted, user_id: now_ms})

    def charged(self, user_id: str, from_ms: float, until_ms: float) -> WaitBudget:
        """Record a wait that is over. This may exhaust the member."""
        if until_ms <= from_ms:
            return self
        before = self if user_id == ROOM else self._restored_if_clean(user_id, until_ms)
        recent = tuple(each for each in before.intervals if each.until_ms > until_ms - WINDOW_MS)
        after = WaitBudget(
            (*recent, Interval(user_id, from_ms, until_ms)), before._recently_exhausted(until_ms)
        )
        if user_id == ROOM or _usable_ms(MEMBER_MS - after.spent_ms(user_id, until_ms)) > 0:
            return after
        return msgspec.structs.replace(after, exhausted={**after.exhausted, user_id: until_ms})

    def _is_exhausted(self, user_id: str, now_ms: float) -> bool:
        return user_id in self.exhausted and now_ms - self.exhausted[user_id] < CLEAN_MS

    def _restored_if_clean(self, user_id: str, now_ms: float) -> WaitBudget:
        return self if self._is_exhausted(user_id, now_ms) else self._restored(user_id)

    def _restored(self, user_id: str) -> WaitBudget:
        """Clear the waits of a member who was exhausted; other members keep theirs."""
        if user_id not in self.exhausted:
            return self
        intervals = tuple(each for each in self.intervals if each.user_id != user_id)
        return WaitBudget(intervals, {key: at_ms for key, at_ms in self.exhausted.items() if key != user_id})

    def _recently_exhausted(self, now_ms: float) -> dict[str, float]:
        """Drop entries older than the window: they have no interval left that could count."""
        return {user_id: at_ms for user_id, at_ms in self.exhausted.items() if now_ms - at_ms < WINDOW_MS}


def _usable_ms(left_ms: float) -> float:
    return left_ms if left_ms >= MIN_WAIT_MS else 0.0
