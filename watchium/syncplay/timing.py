"""Decides which position a client gets, and when, so that its player stays close to the room's timeline. Pure.

A client corrects its player by the States that it gets: it seeks or pauses when a State says so, and slows down when it
believes that it is ahead. It answers each State with one of its own. What it reports between a forced change and its
confirmation is about the time before, and is not used.
"""

from __future__ import annotations

from collections import OrderedDict, deque

from msgspec import Struct

from playback.domain.timeline import Timeline
from watchium.syncplay.incoming import ClientState

INTERVAL_S = 1.0
RESEND_S = 2.0  # a forced change that was not confirmed for so long is sent again
MOVED_S = 1.5  # for so long after its player was moved, a client may report a seek that nobody pressed
STAMPS_KEPT = 64
DECISION_S = 3.0  # a press that the room did not decide about for so long is put back
SAME_PLACE_S = 0.03


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


class _Due(Struct, frozen=True):
    """A change that the client is made to apply at `at_s`. `own`: it is its own, confirmed under its own name."""

    at_s: float
    seek: bool = False
    own: bool = False


class ClientTiming:
    """One client. Call `next_state` when the room's timeline changes, after each call of another method, and at
    `next_s`.

    A change that was pressed in the client's player is open after `received` until `accept`, `put_back` or `answer`
    decides about it; meanwhile nothing is sent, because the client would take it for the answer.
    """

    def __init__(self, now_s: float) -> None:
        self.next_s = now_s
        self.position_s: float | None = None  # as last reported
        self.paused: bool | None = None
        self._moved_s = now_s  # when the client's player was last made to jump, start or stop
        self._timeline: Timeline | None = None
        self._sent: OrderedDict[float, float] = OrderedDict()
        self._last_stamp = 0.0
        self._round_trips: deque[float] = deque(maxlen=40)
        # Changes that the client is made to apply: the last one's number, and since when it is not confirmed.
        self._counter = 0
        self._unconfirmed_since_s: float | None = None
        # The client's own change: its number until it is answered, and since when it is not decided about.
        self._client_counter = 0
        self._open_since_s: float | None = None
        self._due: _Due | None = None

    # ------------------------------------------------------------ what the client reports

    @property
    def one_way_s(self) -> float:
        """How long a message takes to the client: half of the shortest round trip."""
        return min(self._round_trips) / 2 if self._round_trips else 0.0

    @property
    def awaits_confirmation(self) -> bool:
        """Whether what the client reports is about the time before a change that it is made to apply."""
        return self._unconfirmed_since_s is not None

    def was_moved(self, now_s: float) -> bool:
        """Whether the client's player was moved a moment ago, so that it may report a jump that nobody pressed."""
        return now_s < self._moved_s + MOVED_S

    def received(self, state: ClientState, now_s: float) -> None:
        """Take a State of the client into account."""
        if state.stamp is not None and (sent_s := self._sent.pop(state.stamp, None)) is not None:
            self._round_trips.append(max(0.0, now_s - sent_s))
        if state.server_counter == self._counter:
            self._unconfirmed_since_s = None
        if state.client_counter:
            self._client_counter = state.client_counter
            if state.position_s is not None:
                self._open_since_s = now_s
        if state.position_s is not None and not self.awaits_confirmation:
            self.position_s, self.paused = state.position_s, state.paused

    # ------------------------------------------------------------ decisions about a change pressed in the client

    def accept(self, timeline: Timeline, now_s: float) -> None:
        """The change is the room's, and `timeline` is what came of it: the client's player is there already."""
        self._timeline = timeline
        self._open_since_s = None
        self._set_due(_Due(now_s, own=True), now_s)

    def put_back(self, now_s: float) -> None:
        """The change was refused: the player has to return to where the room is."""
        self._open_since_s = None
        self._set_due(_Due(now_s, seek=True), now_s)

    def answer(self, now_s: float) -> None:
        """The change was none: nothing moves."""
        self._open_since_s = None
        self.next_s = now_s

    # ------------------------------------------------------------ States for the client

    def next_state(self, timeline: Timeline, now_s: float) -> StateMessage | None:
        """The State to send now; None if none is due."""
        if self._timeline is None or timeline.revision != self._timeline.revision:
            self._follow(timeline, now_s)
        if now_s < self.next_s:
            return None
        if self._open_since_s is not None:
            if now_s < self._open_since_s + DECISION_S:
                self.next_s = self._open_since_s + DECISION_S
                return None
            self.put_back(now_s)
        if self._due is not None and now_s >= self._due.at_s:
            due, self._due = self._due, None
            return self._forced(timeline, now_s, due)
        if self._unconfirmed_since_s is not None:
            if now_s < self._unconfirmed_since_s + RESEND_S:
                self.next_s = self._unconfirmed_since_s + RESEND_S
                return None
            return self._forced(timeline, now_s, _Due(now_s, seek=True))
        if timeline.playing and now_s * 1000 < timeline.at_ms:
            self.next_s = timeline.at_ms / 1000  # a State before an announced start would stop the player
            return None
        return self._state(timeline, now_s)

    def _follow(self, timeline: Timeline, now_s: float) -> None:
        before, self._timeline = self._timeline, timeline
        if before is None:
            self._set_due(_Due(now_s, seek=True), now_s)
        elif not before.is_same_motion(timeline):
            seek = abs(before.position_at(timeline.at_ms) - timeline.position_s) > SAME_PLACE_S
            starts_s = timeline.at_ms / 1000 - self.one_way_s if timeline.playing else now_s
            self._set_due(_Due(max(now_s, starts_s), seek=seek), now_s)

    def _set_due(self, due: _Due, now_s: float) -> None:
        self._due = due
        self.next_s = max(now_s, due.at_s)

    def _forced(self, timeline: Timeline, now_s: float, due: _Due) -> StateMessage:
        self._counter += 1
        self._unconfirmed_since_s = now_s
        if not due.own:
            self._moved_s = now_s
        return self._state(timeline, now_s, due)

    def _state(self, timeline: Timeline, now_s: float, due: _Due | None = None) -> StateMessage:
        arrives_ms = (now_s + self.one_way_s) * 1000
        answered, self._client_counter = self._client_counter, 0
        self.next_s = now_s + INTERVAL_S
        own = due is not None and due.own
        # Who pressed play plays already, though the room's start is announced for a moment later.
        stands = not timeline.playing or (arrives_ms < timeline.at_ms - 1 and not own)
        return StateMessage(
            position_s=timeline.position_at(arrives_ms),
            paused=stands,
            seek=due is not None and due.seek,
            under_own_name=own,
            stamp=self._stamp(now_s),
            round_trip_s=self._round_trips[-1] if self._round_trips else 0.0,
            server_counter=self._counter if due is not None else 0,
            client_counter=answered,
        )

    def _stamp(self, now_s: float) -> float:
        self._last_stamp = max(round(now_s, 6), round(self._last_stamp + 1e-6, 6))
        self._sent[self._last_stamp] = now_s
        while len(self._sent) > STAMPS_KEPT:
            self._sent.popitem(last=False)
        return self._last_stamp
