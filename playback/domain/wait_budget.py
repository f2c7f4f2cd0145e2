"""How much waiting a room still has for whom. Pure: time is an argument, everything in server ms.

A member whose player starves again and again is waited for 20 s within five minutes, the room waits 40 s in all.
Whoever has used that up is set aside until they went a minute without starving; then they begin anew.
"""

from __future__ import annotations

import msgspec

WINDOW_MS = 300_000.0
MEMBER_MS = 20_000.0
ROOM_MS = 40_000.0
CLEAN_MS = 60_000.0
LEAST_MS = 1_000.0  # a shorter wait helps nobody: less than this left is nothing left

ROOM = ""  # whose name the room's own waiting goes under


class Span(msgspec.Struct, frozen=True, array_like=True):
    """Somebody was waited for from `from_ms` to `until_ms`."""

    user_id: str
    from_ms: float
    until_ms: float


class WaitBudget(msgspec.Struct, frozen=True):
    """What was waited for whom within the window, and who is set aside, with when they last starved."""

    spans: tuple[Span, ...] = ()
    aside: dict[str, float] = {}

    def spent_ms(self, user_id: str, now_ms: float) -> float:
        """How long this member (or the room) was waited for within the window that ends now."""
        since_ms = now_ms - WINDOW_MS
        mine = (span for span in self.spans if span.user_id == user_id)
        return sum(max(0.0, min(span.until_ms, now_ms) - max(span.from_ms, since_ms)) for span in mine)

    def left_ms(self, user_id: str, now_ms: float) -> float:
        """For how long this member may still be waited for; 0 for one set aside, or once the room has had enough."""
        if not self.has_time(now_ms) or self._still_aside(user_id, now_ms):
            return 0.0
        if user_id in self.aside:
            return MEMBER_MS
        return _worth(MEMBER_MS - self.spent_ms(user_id, now_ms))

    def room_left_ms(self, now_ms: float) -> float:
        return _worth(ROOM_MS - self.spent_ms(ROOM, now_ms))

    def has_time(self, now_ms: float) -> bool:
        return self.room_left_ms(now_ms) > 0

    def starved(self, user_id: str, now_ms: float) -> WaitBudget:
        """This member's player starved or only now ceased to: one set aside stays so for another minute."""
        if not self._still_aside(user_id, now_ms):
            return self._forgiven(user_id)
        return msgspec.structs.replace(self, aside={**self.aside, user_id: now_ms})

    def charged(self, user_id: str, from_ms: float, until_ms: float) -> WaitBudget:
        """Written down when the waiting is over; may set the member aside."""
        if until_ms <= from_ms:
            return self
        anew = self if user_id == ROOM else self._forgiven_if_clean(user_id, until_ms)
        kept = tuple(span for span in anew.spans if span.until_ms > until_ms - WINDOW_MS)
        told = WaitBudget((*kept, Span(user_id, from_ms, until_ms)), anew._recently_aside(until_ms))
        if user_id == ROOM or _worth(MEMBER_MS - told.spent_ms(user_id, until_ms)) > 0:
            return told
        return msgspec.structs.replace(told, aside={**told.aside, user_id: until_ms})

    def _still_aside(self, user_id: str, now_ms: float) -> bool:
        return user_id in self.aside and now_ms - self.aside[user_id] < CLEAN_MS

    def _forgiven_if_clean(self, user_id: str, now_ms: float) -> WaitBudget:
        return self if self._still_aside(user_id, now_ms) else self._forgiven(user_id)

    def _forgiven(self, user_id: str) -> WaitBudget:
        """Without what is held against a member who was set aside; any other keeps their account."""
        if user_id not in self.aside:
            return self
        spans = tuple(span for span in self.spans if span.user_id != user_id)
        return WaitBudget(spans, {name: at_ms for name, at_ms in self.aside.items() if name != user_id})

    def _recently_aside(self, now_ms: float) -> dict[str, float]:
        """Older ones have no span left that could be held against them."""
        return {name: at_ms for name, at_ms in self.aside.items() if now_ms - at_ms < WINDOW_MS}


def _worth(left_ms: float) -> float:
    return left_ms if left_ms >= LEAST_MS else 0.0
