"""What a room keeps about its start, and when something of it is due. Pure: time is an argument, in server ms."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec.structs import replace

from playback.domain.start import polls, ready_check
from watchium.protocol.types import PollState, ReadyCheck

# A premiere is announced this long before it starts. Players start at the instant by themselves, so a server that is
# restarted, or a process that takes over periodic work, within this time delays no start.
ANNOUNCED_MS = 15_000.0
MAX_AHEAD_MS = 400 * 86_400_000.0


class StartState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`premiere_at` stays when it is past; `premiere_pending`: it has not been announced yet."""

    countdown: bool = False
    premiere_at: float | None = None
    premiere_pending: bool = False
    ready_check: ReadyCheck | None = None
    poll: PollState | None = None

    @property
    def due_ms(self) -> float | None:
        """When the first of a premiere, the deadline of a ready check and the end of a poll has to be handled."""
        times = (self._premiere_due_ms, self._deadline_ms, self._poll_due_ms)
        return min((each for each in times if each is not None), default=None)

    @property
    def _premiere_due_ms(self) -> float | None:
        return self.premiere_at - ANNOUNCED_MS if self.premiere_pending and self.premiere_at else None

    @property
    def _deadline_ms(self) -> float | None:
        return self.ready_check.deadline if self.ready_check and self.ready_check.starts else None

    @property
    def _poll_due_ms(self) -> float | None:
        return self.poll.closes_at if self.poll and not self.poll.closed else None

    def premiere_is_due(self, now_ms: float) -> bool:
        return _is_due(self._premiere_due_ms, now_ms)

    def deadline_is_over(self, now_ms: float) -> bool:
        return _is_due(self._deadline_ms, now_ms)

    def poll_is_over(self, now_ms: float) -> bool:
        return _is_due(self._poll_due_ms, now_ms)

    def started(self, now_ms: float) -> StartState:
        """Return the state after a member started: an open ready check is over, and a premiere that was announced.

        A premiere further ahead stays: the member only tests whether everything plays.
        """
        if self.premiere_at is not None and self.premiere_at > now_ms and not self.premiere_pending:
            return replace(self, ready_check=None, premiere_at=None)
        return replace(self, ready_check=None)

    def is_announced(self, at_ms: float, now_ms: float) -> bool:
        """Whether a start at that time is the premiere, which is still ahead."""
        return at_ms == self.premiere_at and at_ms > now_ms

    def announced_again(self, now_ms: float) -> StartState:
        """Return the state after other media were loaded, maybe in place of those whose start was announced."""
        ahead = self.premiere_at is not None and self.premiere_at > now_ms
        return replace(self, premiere_pending=True) if ahead else self

    def announced(self) -> StartState:
        return replace(self, premiere_pending=False, ready_check=None)

    def with_premiere(self, at_ms: float | None) -> StartState:
        return replace(self, premiere_at=at_ms, premiere_pending=at_ms is not None)

    def reassigned(self, before: str, after: str) -> StartState:
        check, poll = self.ready_check, self.poll
        return replace(
            self,
            ready_check=check and ready_check.reassigned(check, before, after),
            poll=poll and polls.reassigned(poll, before, after),
        )

    def without_person(self, user_id: str) -> StartState:
        """Return the state without the marks, votes and name of a person; a ready check that they opened is over."""
        check, poll = self.ready_check, self.poll
        asked = check is not None and check.user_id == user_id
        return replace(
            self,
            ready_check=check and (None if asked else ready_check.marked(check, user_id, on=False)),
            poll=poll and polls.without_person(poll, user_id),
        )

    @property
    def settings(self) -> dict[str, Any]:
        """The fields of the protocol's RoomState."""
        return {
            "countdown": self.countdown,
            "premiere_at": self.premiere_at,
            "ready_check": self.ready_check,
            "poll": self.poll,
        }


def _is_due(at_ms: float | None, now_ms: float) -> bool:
    return at_ms is not None and at_ms <= now_ms
