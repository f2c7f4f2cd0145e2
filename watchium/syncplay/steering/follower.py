"""A client's player: its distance from the room, its time to start and to seek, and when it is corrected. Pure."""

from __future__ import annotations

from enum import Enum

from playback.domain.timeline import Timeline
from watchium.syncplay.steering.learned_cost import LearnedCost
from watchium.syncplay.steering.motion import SAME_PLACE_S, stands
from watchium.syncplay.steering.position_error import ENOUGH, PositionError, middle
from watchium.syncplay.steering.seek_corrections import SeekCorrections
from watchium.syncplay.steering.slow_down import JUMPED_S, SlowDown

REPORTS_AHEAD_S = 0.015  # a player reports the frame that it shows next: on average so far ahead of the sound
MOST_START_S, MOST_SEEK_S = 1.0, 3.0
FIRST_RETURN_S = 0.15  # a paused player seeks, and starts some time later
SETTLES_S = 0.4  # after it was moved, a player's reports say little for so long
STOPS_S = 0.8  # a client seeks first and pauses 50 to 100 ms later
OPENS_S = 2.0  # while a player opens a file, its client invents positions
BUSY_S = 6.0  # for so long its position is asked for often
SLOWED_ABOVE_S = 0.012
SOUGHT_BELOW_S = -0.04
SOON_S, SOUGHT_SOON_BELOW_S = 10.0, -0.02  # for so long after a change, another small jump is hardly noticed
SLOWED_MOST_S = 0.6  # more is put right by a seek
SOUGHT_ABOVE_S = 0.2  # the same soon after a change, and of a client that cannot be slowed down
STANDS_OFF_S, STANDS_FAR_OFF_S = 0.02, 0.2
MISMATCHES = 2  # reports in a row in the other pause state, or far off
FAR_OFF_S = 1.0
END_S = 1.0  # a player so near to its file's end may have stopped there
OTHER_RATE_OFF_S = 5.0  # a client knows no rates: at another than 1 it is left alone within these bounds
MOST_REPEAT_S = 30.0


class Action(Enum):
    NONE = "none"
    SLOW_DOWN = "slow down"
    SEEK = "seek"
    PLACE = "place"


class Follower:
    def __init__(self, slows_down: bool = True) -> None:
        self.slow_down = SlowDown(slows_down)
        self.start_cost, self.seek_cost = LearnedCost(MOST_START_S), LearnedCost(MOST_SEEK_S)
        self.return_cost = LearnedCost(MOST_SEEK_S, FIRST_RETURN_S)
        self.corrections = SeekCorrections()
        self._error = PositionError()
        self._learning: LearnedCost | None = None
        self._duration_s: float | None = None  # None until a file is open
        self._changed_s = float("-inf")
        self._opens_until_s = self._quiet_until_s = self._busy_until_s = 0.0
        self._mismatches = 0
        self._repeat_s = SETTLES_S
        self._placed = False  # once since it stands
        self._recent: list[float] = []  # errors since the last slow-down

    # ------------------------------------------------------------ knowledge

    @property
    def has_file(self) -> bool:
        return self._duration_s is not None

    @property
    def known(self) -> bool:
        return self._error.known

    def ahead_s(self, now_s: float) -> float:
        """By how many seconds it is ahead of the room, as estimated."""
        return self._error.ahead_s(self.slow_down.taken_off_s(now_s))

    def wants_reports(self, now_s: float) -> bool:
        """Whether its position is to be found out soon."""
        if self.slow_down.active or self.slow_down.expects_effect:
            return True
        return now_s < self._busy_until_s and not self._error.well_known

    def start_lead_s(self) -> float:
        """How long before its start the message has to arrive."""
        return self.start_cost.cost_s + self.start_cost.aim_s

    def off_place(self, timeline: Timeline, position_s: float) -> bool:
        return self.has_file and abs(timeline.position_s - position_s) > SAME_PLACE_S

    # ------------------------------------------------------------ changes

    def opened(self, duration_s: float, now_s: float) -> None:
        self._duration_s = duration_s
        self._opens_until_s = now_s + OPENS_S
        self.moved(now_s)

    def measure(self, now_s: float) -> None:
        self._busy_until_s = max(now_s, self._quiet_until_s) + BUSY_S

    def moved(self, now_s: float, settles_s: float = 0.0) -> None:
        """The room moves it, or its person does: earlier reports no longer apply."""
        self._error.clear()
        self._recent.clear()
        self.slow_down.stop()
        self._learning = None
        self._mismatches = 0
        self._changed_s = now_s + settles_s
        self._placed = False
        self._repeat_s = SETTLES_S
        self._quiet_until_s = max(self._opens_until_s, now_s + settles_s + SETTLES_S)
        self.measure(now_s)

    def moves(self, step: str, timeline: Timeline, arrives_s: float, now_s: float, *, paused: bool) -> float:
        """It is made to apply a step; return the position for its State. `paused`: it stands until then."""
        self._error.clear()
        self._recent.clear()
        self.slow_down.stop()
        self._mismatches = 0
        settles_s = STOPS_S if step == "stop" else SETTLES_S
        self._quiet_until_s = max(self._quiet_until_s, arrives_s + (arrives_s - now_s) + settles_s)
        match step:
            case "start":
                self._learning = self.start_cost
                return timeline.position_at((arrives_s + self.start_cost.cost_s) * 1000)
            case "seek" if self.has_file:
                cost = self.return_cost if paused else self.seek_cost
                self._learning = cost
                return timeline.position_at((arrives_s + cost.cost_s) * 1000) + cost.aim_s
        self._learning = None
        return timeline.position_at(arrives_s * 1000)

    def slow_down_ends(self, now_s: float, one_way_s: float) -> None:
        self.slow_down.end(now_s)
        self._recent.clear()
        self._quiet_until_s = now_s + 2 * one_way_s + SETTLES_S / 2

    # ------------------------------------------------------------ reports

    def reported(
        self, timeline: Timeline, position_s: float, paused: bool, now_s: float, *, calm: bool
    ) -> Action:
        """Return the correction that is due. `position_s`: where it is now. `calm`: no change is planned for it."""
        if not self.has_file or not calm or now_s < self._quiet_until_s:
            return Action.NONE
        error_s = position_s - timeline.position_at(now_s * 1000)
        standing = stands(timeline, now_s)
        if self._over(position_s, error_s, paused):
            return Action.NONE
        if standing != paused:
            self._mismatches += 1
            return self._again(now_s) if self._mismatches >= MISMATCHES else Action.NONE
        self._mismatches = 0
        if standing:
            return self._stands(error_s, now_s)
        return self._plays(timeline, error_s - REPORTS_AHEAD_S, now_s)

    def _over(self, position_s: float, error_s: float, paused: bool) -> bool:
        """Whether it stands at the end of its file, or would have to be beyond it."""
        if not self._duration_s:
            return False
        return position_s - min(error_s, 0.0) > self._duration_s - END_S and (paused or error_s < 0)

    def _again(self, now_s: float) -> Action:
        """The change before had no effect, or was undone without a report of the client: apply it again."""
        self._repeat_s = min(self._repeat_s * 2, MOST_REPEAT_S)
        self._quiet_until_s = now_s + self._repeat_s
        return Action.PLACE

    def _stands(self, error_s: float, now_s: float) -> Action:
        if abs(error_s) <= (STANDS_FAR_OFF_S if self._placed else STANDS_OFF_S):
            self._placed = True
            return Action.NONE
        self._placed = True
        return self._again(now_s)

    def _plays(self, timeline: Timeline, error_s: float, now_s: float) -> Action:
        if timeline.rate != 1.0:
            return self._seek_if(abs(error_s) > OTHER_RATE_OFF_S, error_s, now_s)
        self._error.add(error_s, self.slow_down.taken_off_s(now_s))
        self._recent = [*self._recent[-ENOUGH + 1 :], error_s]
        if self.slow_down.active:
            return self._slows(error_s, now_s)
        if len(self._recent) >= MISMATCHES and min(map(abs, self._recent[-MISMATCHES:])) > FAR_OFF_S:
            return self._seek_if(True, error_s, now_s)
        if not self._error.known:
            return Action.NONE
        if self.slow_down.expects_effect and not self._had_effect():
            return Action.NONE
        return self._correct(now_s)

    def _slows(self, error_s: float, now_s: float) -> Action:
        if error_s > self.ahead_s(now_s) - JUMPED_S:
            return Action.NONE
        self.slow_down.give_up()
        return self._seek_if(True, error_s, now_s)

    def _had_effect(self) -> bool:
        """Whether the last slow-down is known to have had an effect; if it had none, the player is measured afresh."""
        if len(self._recent) < ENOUGH:
            return False
        if self.slow_down.left(middle(self._recent)):
            return True
        self._error.clear()
        self.slow_down.stop()
        return False

    def _correct(self, now_s: float) -> Action:
        ahead_s = self.ahead_s(now_s)
        if self._learning is not None:
            self._learning.learn(ahead_s)
            self._learning = None
        unsure_s, most_s = self._error.uncertainty_s, self._slowed_most_s(now_s)
        if self.slow_down.usable and max(SLOWED_ABOVE_S, 2 * unsure_s) < ahead_s < most_s + 3 * unsure_s:
            self.slow_down.start(ahead_s, now_s)
            return Action.SLOW_DOWN
        behind = ahead_s < self._sought_below_s(now_s) - 3 * unsure_s
        return self._seek_if(behind or ahead_s >= most_s + 3 * unsure_s, ahead_s, now_s)

    def _slowed_most_s(self, now_s: float) -> float:
        """How far ahead a seek puts it right, rather than a slow-down."""
        soon = now_s < self._changed_s + SOON_S
        return (
            max(SOUGHT_ABOVE_S, 2 * self.seek_cost.spread_s)
            if soon or not self.slow_down.usable
            else SLOWED_MOST_S
        )

    def _sought_below_s(self, now_s: float) -> float:
        if now_s < self._changed_s + SOON_S:
            return SOUGHT_SOON_BELOW_S
        return min(SOUGHT_BELOW_S, -1.5 * self.seek_cost.spread_s)

    def _seek_if(self, off: bool, error_s: float, now_s: float) -> Action:
        if not off or not self.corrections.may_seek(error_s, now_s):
            return Action.NONE
        self.corrections.note(now_s)
        return Action.SEEK
