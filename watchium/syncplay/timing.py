"""Chooses the positions that a Syncplay client receives, and when, so that its player stays with the room. Pure.

A client corrects its player by the positions that it receives: it seeks or pauses if a State demands it, and slows down
while it believes that it is ahead. It answers each State with one of its own. A report between a forced change and its
confirmation is about the time before, and is not used.

So each message is aimed at its arrival; a start and a seek are sent so much earlier as the player needs, and aimed a
little ahead, because a player that is ahead can be slowed down without a jump (`steering.slow_down`).
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from playback.domain.timeline import Timeline
from watchium.syncplay.incoming import ClientState
from watchium.syncplay.steering.connection_delay import ConnectionDelay
from watchium.syncplay.steering.follower import Follower
from watchium.syncplay.steering.motion import Action, Ask, asked, stands
from watchium.syncplay.steering.slow_down import OFF_S, ON_S

INTERVAL_S = 1.0
BUSY_INTERVAL_S = 0.12  # while the player's position is being found out
# Intervals vary by more than the 0.1 s at which clients ask their players, so that reports do not always meet the same
# moment of a frame; the sequence spreads evenly.
JITTER_S, BUSY_JITTER_S, JITTER_STEP = 0.5, 0.06, 0.618
LATE_S = 0.4  # an answer so much later than the quickest says little about where its player is
RESEND_S = 2.0  # a forced change that was not confirmed for so long is sent again
MOVED_S = 1.5  # for so long after its player was moved, a client may report a seek without a press
DECISION_S = 3.0  # a press that the room did not decide about for so long is put back


class StateMessage(Struct, frozen=True, kw_only=True):
    """A State for the client. `under_own_name`: as its own change, which moves nothing in its player.

    `server_counter`: of a forced change, 0 for none. `client_counter`: the client's own change that this answers.
    """

    position_s: float
    paused: bool
    seek: bool = False
    under_own_name: bool = False
    stamp: float
    round_trip_s: float = 0.0
    server_counter: int = 0
    client_counter: int = 0


class Step(Enum):
    """A change that the client is made to apply."""

    PLACE = "place"  # where the room is, and in its pause state
    STOP = "stop"
    START = "start"
    SEEK = "seek"  # play on elsewhere
    CONFIRM = "confirm"  # its own change is the room's
    AGREE = "agree"  # with its own pause state, before it is put back: clients compare with the last State


class Planned(Struct, frozen=True):
    at_s: float
    step: Step


class ClientTiming:
    """One client. Call `next_state` when the room's timeline changes, after each call of another method, and at
    `next_s`, each time until it returns None.

    A change that was pressed in the client's player is open after `received` until `accept`, `put_back` or `answer`
    decides about it; meanwhile nothing is sent, because the client would take it for the answer.
    """

    def __init__(self, now_s: float, *, slows_down: bool = True) -> None:
        self.position_s: float | None = None  # as last reported
        self.paused: bool | None = None
        self.player = Follower(slows_down)
        self._delay = ConnectionDelay()
        self._timeline: Timeline | None = None
        self._moved_s = now_s  # when the client's player was last made to jump, start or stop
        # Changes that the client is made to apply: the last one's number, and since when it is not confirmed.
        self._counter = 0
        self._unconfirmed_since_s: float | None = None
        # The client's own change: its number until it is answered, and since when it is not decided about.
        self._client_counter = 0
        self._open_since_s: float | None = None
        self._plan: list[Planned] = []
        self._ordinary_s = now_s  # when a State is due that changes nothing
        self._sent = 0

    # ------------------------------------------------------------ reports of the client

    @property
    def one_way_s(self) -> float:
        """How long a message takes to the client: half of the shortest round trip."""
        return self._delay.one_way_s

    @property
    def awaits_confirmation(self) -> bool:
        """Whether reports are about the time before a change that the client is made to apply."""
        return self._unconfirmed_since_s is not None

    def costs_ms(self) -> dict[str, float]:
        """What a heartbeat reports of it, so that the room announces its starts and seeks early enough."""
        return {
            "latency_ms": self.one_way_s * 2000,
            "start_cost_ms": self.player.start_lead_s() * 1000,
            "seek_cost_ms": self.player.seek_cost.cost_s * 1000,
        }

    def was_moved(self, now_s: float) -> bool:
        """Whether the client's player was moved a moment ago, so that it may report a jump without a press."""
        return now_s < self._moved_s + MOVED_S

    def opened(self, duration_s: float, now_s: float) -> None:
        """The client has opened a file, of unknown duration if that is 0."""
        self.player.opened(duration_s, now_s)

    def received(self, state: ClientState, now_s: float) -> None:
        """Take a State of the client into account."""
        round_trip_s = self._delay.returned(state.stamp, now_s)
        if state.server_counter == self._counter:
            self._confirmed(round_trip_s, now_s)
        if state.client_counter:
            self._client_counter = state.client_counter
        if state.position_s is None or state.paused is None:
            return
        if state.client_counter and round_trip_s is None:
            self._open_since_s = now_s
        if self.awaits_confirmation:
            return
        self.position_s, self.paused = state.position_s, state.paused
        if round_trip_s is None or round_trip_s > 2 * self.one_way_s + LATE_S:
            return
        if self._timeline is not None and not state.client_counter:
            self._follow_report(self._timeline, state.position_s, state.paused, round_trip_s, now_s)

    def _confirmed(self, round_trip_s: float | None, now_s: float) -> None:
        unconfirmed, self._unconfirmed_since_s = self._unconfirmed_since_s is not None, None
        if unconfirmed and round_trip_s is not None and self._timeline is not None and self._timeline.playing:
            after_s = max(0.0, round_trip_s - 2 * self.one_way_s)
            self._act_on(self.player.confirmed(after_s, self._timeline, now_s), now_s)

    def _follow_report(
        self, timeline: Timeline, position_s: float, paused: bool, round_trip_s: float, now_s: float
    ) -> None:
        # Its own round trip, not the shortest: the halves of what was lost on the way cancel out on average.
        arrived_s = position_s if paused else position_s + round_trip_s / 2
        late_s = round_trip_s - 2 * self.one_way_s
        action = self.player.reported(timeline, arrived_s, paused, now_s, calm=not self._plan, late_s=late_s)
        self._act_on(action, now_s)

    def _act_on(self, action: Action, now_s: float) -> None:
        match action:
            case Action.SLOW_DOWN:
                self._ordinary_s = now_s
            case Action.SEEK:
                self._plan = [Planned(now_s, Step.SEEK)]
            case Action.PLACE:
                self._plan = [Planned(now_s, Step.PLACE)]

    # ------------------------------------------------------------ decisions about a change pressed in the client

    def accept(self, timeline: Timeline, now_s: float) -> None:
        """The change is the room's, and `timeline` its result: the client's player is there already."""
        self._timeline = timeline
        self._open_since_s = None
        self.player.moved(now_s, settles_s=max(0.0, timeline.at_ms / 1000 - now_s))
        self._plan = [Planned(now_s, Step.CONFIRM)]

    def put_back(self, now_s: float) -> None:
        """The change was refused: the player has to return to where the room is."""
        self._open_since_s = None
        self.player.moved(now_s)
        self._plan = [Planned(now_s, Step.AGREE), Planned(now_s, Step.PLACE)]

    def answer(self, now_s: float) -> None:
        """The change was none: nothing moves."""
        self._open_since_s = None
        self._ordinary_s = now_s

    # ------------------------------------------------------------ States for the client

    @property
    def next_s(self) -> float:
        """When something is due next."""
        if self._open_since_s is not None:
            return self._open_since_s + DECISION_S
        due = [self._ordinary_due_s()]
        if self._plan:
            due.append(self._plan[0].at_s)
        if self.player.slow_down.until_s is not None:
            due.append(self.player.slow_down.until_s)
        return min(due)

    def next_state(self, timeline: Timeline, now_s: float) -> StateMessage | None:
        """Return the State that is due now, if any."""
        if self._timeline is None or timeline.revision != self._timeline.revision:
            self._follow_change(timeline, now_s)
        if now_s < self.next_s:
            return None
        if self._open_since_s is not None:
            self.put_back(now_s)
        if self._plan and now_s >= self._plan[0].at_s:
            return self._changed(timeline, self._plan.pop(0).step, now_s)
        slow_down = self.player.slow_down
        if slow_down.until_s is not None and now_s >= slow_down.until_s:
            self.player.slow_down_ends(now_s, self.one_way_s)
            return self._state(now_s, self._arrival_position_s(timeline, now_s) + OFF_S, paused=False)
        return self._ordinary(timeline, now_s)

    def _ordinary_due_s(self) -> float:
        due_s = self._ordinary_s
        if self._unconfirmed_since_s is not None:
            due_s = max(due_s, self._unconfirmed_since_s + RESEND_S)
        timeline = self._timeline
        if timeline is not None and timeline.playing and not self._starts_later():
            # Before a seek's announced instant, or after the message of a start, it would stop the player.
            due_s = max(due_s, timeline.at_ms / 1000)
        return due_s

    def _starts_later(self) -> bool:
        return bool(self._plan) and self._plan[0].step is Step.START

    def _follow_change(self, timeline: Timeline, now_s: float) -> None:
        before, self._timeline = self._timeline, timeline
        ask = Ask.PLACE if before is None else asked(before, timeline)
        if ask is Ask.NOTHING:
            return
        self.player.moved(now_s, settles_s=max(0.0, timeline.at_ms / 1000 - now_s))
        starts_s = timeline.at_ms / 1000 - self.one_way_s
        match ask:
            case Ask.PLACE:
                self._plan = [Planned(now_s, Step.PLACE)]
            case Ask.STOP:
                self._plan = [Planned(now_s, Step.STOP)]
            case Ask.START:
                place = self.position_s is None or self.player.off_place(timeline, self.position_s)
                start_s = max(now_s, starts_s - self.player.start_lead_s(placed=place))
                self._plan = [Planned(now_s, Step.PLACE)] if place else []
                self._plan.append(Planned(start_s, Step.START))
            case Ask.SEEK:
                self._plan = [Planned(max(now_s, starts_s - self.player.seek_cost.cost_s), Step.SEEK)]

    def _changed(self, timeline: Timeline, step: Step, now_s: float) -> StateMessage:
        """Make the client apply a change."""
        self._counter += 1
        self._unconfirmed_since_s = now_s
        arrives_s = now_s + self.one_way_s
        self.player.measure(now_s)
        if step in (Step.CONFIRM, Step.AGREE):
            rooms_s = timeline.position_at(arrives_s * 1000)
            position_s = rooms_s if self.position_s is None else self.position_s
            paused = not timeline.playing if step is Step.CONFIRM else bool(self.paused)
            return self._state(now_s, position_s, paused, own=True, forced=True)
        self._moved_s = now_s
        if step is Step.PLACE and not stands(timeline, arrives_s):
            step = Step.SEEK
        position_s = self.player.moves(step.value, timeline, arrives_s, now_s, paused=bool(self.paused))
        paused = step in (Step.PLACE, Step.STOP)
        return self._state(now_s, position_s, paused, seek=step in (Step.PLACE, Step.SEEK), forced=True)

    def _ordinary(self, timeline: Timeline, now_s: float) -> StateMessage:
        position_s = self._arrival_position_s(timeline, now_s)
        if self.player.slow_down.active:
            position_s += self.player.ahead_s(now_s) - ON_S
        resent = self._unconfirmed_since_s is not None
        if resent:
            self._unconfirmed_since_s = now_s
        return self._state(now_s, position_s, stands(timeline, now_s), forced=resent)

    def _arrival_position_s(self, timeline: Timeline, now_s: float) -> float:
        return timeline.position_at((now_s + self.one_way_s) * 1000)

    def _state(
        self,
        now_s: float,
        position_s: float,
        paused: bool,
        *,
        seek: bool = False,
        own: bool = False,
        forced: bool = False,
    ) -> StateMessage:
        answered, self._client_counter = self._client_counter, 0
        self._sent += 1
        busy = self.player.wants_reports(now_s)
        jitter_s = (BUSY_JITTER_S if busy else JITTER_S) * (self._sent * JITTER_STEP % 1 - 0.5)
        self._ordinary_s = now_s + (BUSY_INTERVAL_S if busy else INTERVAL_S) + jitter_s
        return StateMessage(
            position_s=max(0.0, position_s),
            paused=paused,
            seek=seek,
            under_own_name=own,
            stamp=self._delay.stamp(now_s),
            round_trip_s=self._delay.round_trip_s,
            server_counter=self._counter if forced else 0,
            client_counter=answered,
        )
