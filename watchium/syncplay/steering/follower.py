"""A client's player: its distance from the room, its time to start and to seek, and when it is corrected. Pure."""

from __future__ import annotations

from playback.domain.timeline import Timeline
from watchium.syncplay.steering.frame_rate import FrameRate
from watchium.syncplay.steering.learned_cost import LearnedCost
from watchium.syncplay.steering.motion import Action, stands
from watchium.syncplay.steering.position_error import USUAL_FRAME_S, PositionError
from watchium.syncplay.steering.seek_corrections import SeekCorrections
from watchium.syncplay.steering.slow_down import JUMPED_S, LOST_SPREAD_S, SlowDown, reaches

MOST_START_S, MOST_SEEK_S = 1.0, 3.0
START_ANSWER_S, SEEK_ANSWER_S = 0.15, 0.18  # three lines on the picture, and 0.03 s after a seek
FIRST_RETURN_S = 0.15  # a paused player seeks, and starts some time later
SETTLES_S = 0.4  # after it was moved, a player's reports say little for so long
ASKED_AGAIN_S = 0.2  # a client reports its player as it found it up to 0.1 s before, or 0.15 s
STOPS_S = 0.8  # a client seeks first and pauses 50 to 100 ms later
OPENS_S = 2.0  # while a player opens a file, its client invents positions
BUSY_S = 6.0  # for so long its position is asked for often
SLOWED_ABOVE_S = 0.007
SMALL_S = 0.02  # so small an error is believed when there are enough reports
SURE_S = 0.012  # and any error before that only if they agree so well
LEAVES_S = 0.002  # only a seek puts a player forward again
SOUGHT_BELOW_S = -0.025
FALLS_BEHIND_S, MOST_FALLS_BEHIND_S = 0.005, 0.015  # a player whose clock is slow is left so far ahead
UNSURE = 1.2  # standard deviations
PREDICTABLE_S = 0.015  # a player whose starts scatter by no more is slowed down before it has reported
SOON_S, SOUGHT_SOON_BELOW_S = 10.0, -0.012  # for so long after a change, another small jump is hardly noticed
SLOWED_MOST_S = 0.6  # more is put right by a seek
SOUGHT_ABOVE_S = 0.2  # the same soon after a change, and of a client that cannot be slowed down
STANDS_OFF_S, STANDS_FAR_OFF_S = 0.025, 0.2
EARLY_FRAME_S = (
    0.005  # a player that seeks shows the first frame that begins no more than this before its target
)
STARTS_OFF_S = 0.06  # from so far off it can be started earlier or later instead of being put right first
MISMATCHES = 2  # reports in a row in the other pause state, or far off
FAR_OFF_S = 1.0
END_S = 1.0  # a player so near to its file's end may have stopped there
# A client knows no rates: at another than 1 it is left alone within these bounds. At a quicker one it falls behind, so
# it is brought ahead, by less than what lets it slow down (1.3 s and more).
OTHER_RATE_OFF_S, QUICK_RATE_AHEAD_S = 5.0, 1.2
MOST_REPEAT_S = 30.0


class Follower:
    def __init__(self, slows_down: bool = True) -> None:
        self.slow_down = SlowDown(slows_down)
        self.start_cost = LearnedCost(MOST_START_S, first_answer_s=START_ANSWER_S)
        self.seek_cost = LearnedCost(MOST_SEEK_S, first_answer_s=SEEK_ANSWER_S)
        self.return_cost = LearnedCost(MOST_SEEK_S, FIRST_RETURN_S)
        self.corrections = SeekCorrections()
        self._error = PositionError()
        self._frame_rate = FrameRate()
        self._stands_ahead_s = 0.0
        self._sought = False  # and has not played since
        self._took_off_s = 0.0  # since it was moved
        self._learning: LearnedCost | None = None
        self._duration_s: float | None = None  # None until a file is open
        self._changed_s = float("-inf")
        self._opens_until_s = self._quiet_until_s = self._busy_until_s = 0.0
        self._mismatches = 0
        self._repeat_s = SETTLES_S
        self._placed = False  # once since it stands
        self._far_off = 0  # reports in a row
        self._leaves_s = 0.0

    # ------------------------------------------------------------ knowledge

    @property
    def has_file(self) -> bool:
        return self._duration_s is not None

    @property
    def known(self) -> bool:
        return self._error.known

    def ahead_s(self, now_s: float) -> float:
        """By how many seconds it is ahead of the room, as estimated."""
        return self._error.ahead_s - self.slow_down.taken_off_s(now_s)

    def wants_reports(self, now_s: float) -> bool:
        """Whether its position is to be found out soon."""
        if self.slow_down.active:
            return False
        return self.slow_down.expects_effect or (now_s < self._busy_until_s and not self._error.well_known)

    def start_lead_s(self, *, placed: bool = True) -> float:
        """How long before its start the message has to arrive. `placed`: it stands where the room does."""
        stands_ahead_s = 0.0 if placed else self._stands_ahead_s
        if not placed and not self._sought:
            stands_ahead_s -= self._error.frame_s / 2  # its sound stands before the frame that it shows
        return self.start_cost.cost_s + self.start_cost.aim_s - stands_ahead_s

    def off_place(self, timeline: Timeline, position_s: float) -> bool:
        return self.has_file and abs(timeline.position_s - position_s) > STARTS_OFF_S

    # ------------------------------------------------------------ changes

    def opened(self, duration_s: float, now_s: float) -> None:
        self._duration_s = duration_s
        self._opens_until_s = now_s + OPENS_S
        self.moved(now_s)

    def measure(self, now_s: float) -> None:
        self._busy_until_s = max(now_s, self._quiet_until_s) + BUSY_S

    def moved(self, now_s: float, settles_s: float = 0.0) -> None:
        """The room moves it, or its person does: earlier reports no longer apply."""
        self._forget()
        self._learning = None
        self._changed_s = now_s + settles_s
        self._placed = False
        self._repeat_s = SETTLES_S
        self._quiet_until_s = max(self._opens_until_s, now_s + settles_s + SETTLES_S)
        self.measure(now_s)

    def moves(self, step: str, timeline: Timeline, arrives_s: float, now_s: float, *, paused: bool) -> float:
        """It is made to apply a step; return the position for its State. `paused`: it stands until then."""
        self._forget()
        self._sought = step == "place"
        settles_s = STOPS_S if step == "stop" else SETTLES_S
        self._quiet_until_s = max(self._quiet_until_s, arrives_s + (arrives_s - now_s) + settles_s)
        match step:
            case "start":
                self._learning = self.start_cost
                self.start_cost.sent()
                return timeline.position_at((arrives_s + self.start_cost.cost_s) * 1000)
            case "seek" if self.has_file:
                cost = self.return_cost if paused else self.seek_cost
                self._learning = cost
                aimed_s = timeline.position_at((arrives_s + cost.cost_s) * 1000) + cost.aim_s
                if timeline.rate > 1.0:
                    aimed_s += QUICK_RATE_AHEAD_S
                lands_s = self._frame_rate.lands_s(aimed_s)
                cost.sent(0.0 if lands_s is None else lands_s - aimed_s)
                return self._nearest_s(aimed_s)
        self._learning = None
        position_s = timeline.position_at(arrives_s * 1000)
        return self._nearest_s(position_s) if step == "place" else position_s

    def _nearest_s(self, position_s: float) -> float:
        """Return the target with which a seek ends at the frame that is nearest to the position."""
        lands_s = self._frame_rate.lands_s(position_s)
        return position_s - self._error.frame_s / 2 + EARLY_FRAME_S if lands_s is None else lands_s

    def confirmed(self, after_s: float, timeline: Timeline, now_s: float) -> Action:
        """It has applied a change, so long after that arrived: now it is known whether it had to wait with that."""
        cost = self._learning
        if cost is None:
            return Action.NONE
        plays_s = max(timeline.at_ms / 1000, now_s)
        self._quiet_until_s = plays_s + ASKED_AGAIN_S
        was_taught = cost.taught
        cost.answered(after_s)
        ahead_s = cost.expected_s
        if not was_taught or not self.slow_down.usable or cost.spread_s > PREDICTABLE_S:
            return Action.NONE
        if ahead_s - 2 * cost.spread_s < SMALL_S or not reaches(timeline, plays_s):
            return Action.NONE
        self.slow_down.start(ahead_s, max(1.5 * cost.spread_s, SURE_S), plays_s)
        return Action.SLOW_DOWN

    def _forget(self) -> None:
        self._error.clear()
        self._took_off_s = 0.0
        self._error.frame_s = self._frame_rate.frame_s or USUAL_FRAME_S
        self.slow_down.stop()
        self._mismatches = self._far_off = 0

    def slow_down_ends(self, now_s: float, one_way_s: float) -> None:
        took_off_s = self.slow_down.taken_off_s(now_s)
        self._error.moved_back(took_off_s, LOST_SPREAD_S)
        self._took_off_s += took_off_s
        self.slow_down.end(now_s)
        self._quiet_until_s = now_s + 2 * one_way_s + SETTLES_S / 2
        self.measure(now_s)

    # ------------------------------------------------------------ reports

    def reported(
        self,
        timeline: Timeline,
        position_s: float,
        paused: bool,
        now_s: float,
        *,
        calm: bool,
        late_s: float = 0.0,
    ) -> Action:
        """Return the correction that is due. `position_s`: where it is now. `calm`: no change is planned for it.
        `late_s`: by how much longer the report's round trip was than the quickest."""
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
            return self._stands(position_s, error_s, now_s)
        return self._plays(timeline, error_s, now_s, late_s)

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

    def _stands(self, position_s: float, error_s: float, now_s: float) -> Action:
        self._frame_rate.stands_at(position_s)
        self._stands_ahead_s = error_s
        if abs(error_s) <= (STANDS_FAR_OFF_S if self._placed else STANDS_OFF_S):
            self._placed = True
            return Action.NONE
        self._placed = True
        return self._again(now_s)

    def _plays(self, timeline: Timeline, error_s: float, now_s: float, late_s: float) -> Action:
        if timeline.rate != 1.0:
            return self._seek_if(abs(error_s) > OTHER_RATE_OFF_S, error_s, now_s)
        if self.slow_down.active:
            return self._slows(error_s, now_s)
        self._error.add(error_s, now_s, late_s)
        self._far_off = self._far_off + 1 if abs(error_s) > FAR_OFF_S else 0
        if self._far_off >= MISMATCHES:
            return self._seek_if(True, error_s, now_s)
        if not self._error.known:
            return Action.NONE
        if self.slow_down.expects_effect and not self._had_effect():
            return Action.NONE
        return self._correct(timeline, now_s)

    def _slows(self, error_s: float, now_s: float) -> Action:
        if error_s > self.ahead_s(now_s) - JUMPED_S:
            return Action.NONE
        self.slow_down.give_up()
        return self._seek_if(True, error_s, now_s)

    def _had_effect(self) -> bool:
        """Whether the last slow-down is known to have had an effect; if it had none, the player is measured afresh."""
        if not self._error.well_known:
            return False
        if self.slow_down.left(self._error.middle_s):
            return True
        self._error.clear()
        self.slow_down.stop()
        return False

    def _correct(self, timeline: Timeline, now_s: float) -> Action:
        ahead_s = self.ahead_s(now_s)
        if not self._error.well_known and (abs(ahead_s) < SMALL_S or self._error.uncertainty_s > SURE_S):
            return Action.NONE
        if self._learning is not None:
            self._learning.learn(ahead_s + self._took_off_s)
            self._learning = None
        unsure_s, most_s = self._error.uncertainty_s, self._slowed_most_s(now_s)
        soon = now_s < self._changed_s + SOON_S
        least_s = self._leaves_s + (SLOWED_ABOVE_S if unsure_s < SURE_S else UNSURE * unsure_s)
        if self.slow_down.usable and least_s < ahead_s < most_s + 3 * unsure_s:
            if not reaches(timeline, now_s):
                return Action.NONE
            if not soon:
                self._leaves_s = max(self._leaves_s - FALLS_BEHIND_S, 0.0)
            self.slow_down.start(ahead_s, self._leaves_s + max(LEAVES_S, 0.6 * unsure_s), now_s)
            return Action.SLOW_DOWN
        behind = ahead_s < self._sought_below_s(now_s) - (1.0 if soon else UNSURE) * unsure_s
        if behind and not soon:
            self._leaves_s = min(self._leaves_s + FALLS_BEHIND_S, MOST_FALLS_BEHIND_S)
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
