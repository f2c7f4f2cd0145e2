"""A room and one simulated client, connected by a line with delays, in virtual time."""

from __future__ import annotations

from playback.domain.timeline import PAUSED, Timeline
from tests.watchium.syncplay.simulated_client import Report, SimulatedClient, SimulatedPlayer, Way, World
from watchium.syncplay.incoming import ClientState
from watchium.syncplay.timing import ClientTiming, StateMessage

START_LEAD_S, SEEK_LEAD_S = 0.25, 0.5
SAMPLE_S = 0.2
OTHER = "Mira"


class SimulatedRoom:
    """`errors`: how far the player's sound is ahead of the room, five times a second: [(when, seconds)]."""

    def __init__(
        self,
        *,
        up_s: float = 0.0,
        down_s: float = 0.0,
        jitter_s: float = 0.0,
        busy_up_s: float = 0.0,
        busy_down_s: float = 0.0,
        seed: int = 0,
        **player: object,
    ) -> None:
        self.world = World(seed)
        self.timeline = Timeline(phase=PAUSED, at_ms=self.world.now_s * 1000, duration_s=3600.0)
        self.timing = ClientTiming(self.world.now_s)
        self.player = SimulatedPlayer(self.world, **player)
        self.client = SimulatedClient(self.world, self._send_up, self.player)
        self._up = Way(self.world, up_s, jitter_s, busy_up_s)
        self._down = Way(self.world, down_s, jitter_s, busy_down_s)
        self.sent: list[tuple[float, StateMessage]] = []
        self.pressed: list[ClientState] = []
        self.errors: list[tuple[float, float]] = []
        self._wake_s = float("inf")
        self._sample()

    # ------------------------------------------------------------ the connection

    def connect(self) -> None:
        self._pump()

    def open(self, duration_s: float = 3600.0) -> None:
        """The client opens its file, and the server learns of it."""
        self.client.open()
        self._up.carry(lambda: self._opened(duration_s))

    def _opened(self, duration_s: float) -> None:
        self.timing.opened(duration_s, self.world.now_s)
        self._pump()

    def _send_up(self, report: Report) -> None:
        self._up.carry(lambda: self._received(report))

    def _received(self, report: Report) -> None:
        state = ClientState(
            position_s=report.position_s,
            paused=report.paused,
            seek=report.seek,
            stamp=report.stamp,
            server_counter=report.server_counter,
            client_counter=report.client_counter,
        )
        self.timing.received(state, self.world.now_s)
        if state.client_counter and state.stamp is None and state.position_s is not None:
            self.decide(state)
        self._pump()

    def decide(self, state: ClientState) -> None:
        """Each change that the client reports is refused; a test that wants others overrides this."""
        self.pressed.append(state)
        self.timing.put_back(self.world.now_s)

    def _pump(self) -> None:
        for _ in range(10):
            message = self.timing.next_state(self.timeline, self.world.now_s)
            if message is None:
                break
            self._send_down(message)
        else:
            raise AssertionError("more and more States at one instant")
        next_s = self.timing.next_s
        assert next_s > self.world.now_s - 1e-9
        if next_s < self._wake_s - 1e-9 or self._wake_s <= self.world.now_s:
            self._wake_s = next_s
            self.world.at(next_s, self._wake)

    def _wake(self) -> None:
        if self.world.now_s >= self._wake_s - 1e-9:
            self._wake_s = float("inf")
            self._pump()

    def _send_down(self, message: StateMessage) -> None:
        self.sent.append((self.world.now_s, message))
        name = self.client.name if message.under_own_name else OTHER
        self._down.carry(
            lambda: self.client.state(
                message.position_s,
                message.paused,
                message.seek,
                name,
                message.stamp,
                message.server_counter,
                message.client_counter,
            )
        )

    # ------------------------------------------------------------ the room

    def _set(self, timeline: Timeline) -> None:
        self.timeline = timeline
        self._pump()

    def _in_ms(self, lead_s: float) -> float:
        return (self.world.now_s + lead_s) * 1000

    def play(self) -> None:
        self._set(self.timeline.played(at_ms=self._in_ms(START_LEAD_S)))

    def pause(self) -> None:
        self._set(self.timeline.paused(at_ms=self._in_ms(0)))

    def seek(self, position_s: float) -> None:
        lead_s = SEEK_LEAD_S if self.timeline.playing else 0.0
        self._set(self.timeline.sought(at_ms=self._in_ms(lead_s), position_s=position_s))

    # ------------------------------------------------------------ measurements

    def _sample(self) -> None:
        self.errors.append((self.world.now_s, self.error_s()))
        self.world.at(self.world.now_s + SAMPLE_S, self._sample)

    def error_s(self) -> float:
        return self.player.position_s() - self.timeline.position_at(self.world.now_s * 1000)

    def errors_since(self, since_s: float) -> list[float]:
        return sorted(abs(error_s) for at_s, error_s in self.errors if at_s >= since_s)
