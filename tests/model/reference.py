"""A minimal reference model of a room: clock, timeline, host, members and log."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.model.reference_queue import Plays, ReferenceQueue

GRACE_MS, HOLD_MS = 6_000, 20_000
REFUSED, CONFLICT = "refused", "event_id_conflict"


@dataclass
class Reference:
    durations: dict[str, float | None]
    duration: float | None = None
    position: float = 0.0
    rate: float = 1.0
    playing: bool = False
    at: float = 0.0
    revision: int = 0
    host: str | None = "alice"
    hold_until: float | None = None
    here: list[str] = field(default_factory=list)  # longest present first
    tabs: dict[str, list[float | None]] = field(
        default_factory=dict
    )  # by person: closing time of each connection
    said: list[tuple[str, str]] = field(default_factory=list)
    answered: dict[tuple[str, str], tuple[object, int | None]] = field(default_factory=dict)
    queue: ReferenceQueue = field(default_factory=ReferenceQueue)
    url: str = ""
    ended: bool = False

    def position_at(self, now: float) -> float:
        moved = self.rate * max(0.0, now - self.at) / 1000 if self.playing else 0.0
        return self.within(self.position + moved)

    def within(self, position: float) -> float:
        return min(max(position, 0.0), float("inf") if self.duration is None else self.duration)

    # ------------------------------------------------------------ commands

    def command(
        self, name: str, event_id: str, kind: str, value, now: float, holds_at: float
    ) -> int | str | None:
        """Return the new revision or the error code. `holds_at` is the effective time, chosen by the server."""
        if (name, event_id) in self.answered:
            content, revision = self.answered[name, event_id]
            return revision if content == (kind, value) else CONFLICT
        if name != self.host:
            return REFUSED
        self.move(kind, value, now, holds_at)
        self.revision += 1
        if kind == "load":
            self.url = value
            self.queue.loaded(name, value)
        elif self.ended and kind != "set_rate":
            self.queue.replayed(self.url)
        self.ended = self.ended and kind == "set_rate"
        self.answered[name, event_id] = ((kind, value), self.revision)
        return self.revision

    def queue_command(
        self, name: str, event_id: str, kind: str, value, now: float, holds_at: float
    ) -> int | str | None:
        """Return the new revision of the queue, None if nothing changed, or the error code."""
        if (name, event_id) in self.answered:
            content, revision = self.answered[name, event_id]
            return revision if content == (kind, value) else CONFLICT
        before = self.queue.revision
        plays = self.queue.command(name, name == self.host, kind, value, self.url, self.ended)
        if plays == REFUSED:
            return REFUSED
        if isinstance(plays, Plays):
            self.play_from_queue(plays, now, holds_at)
        if self.queue.revision == before:
            return None
        self.answered[name, event_id] = ((kind, value), self.queue.revision)
        return self.queue.revision

    def play_from_queue(self, plays: Plays, now: float, holds_at: float) -> None:
        moves = self.playing or self.ended
        if plays.url is None and self.ended:
            return
        self.revision += 1
        if plays.url is None:
            self.position, self.at, self.playing, self.ended = self.duration or 0.0, now, False, True
            return
        self.url, self.duration, self.position = plays.url, self.durations[plays.url], 0.0
        self.playing, self.ended = moves or not plays.on, False
        self.at = holds_at if self.playing else now

    def move(self, kind: str, value, now: float, holds_at: float) -> None:
        over = self.duration is not None and self.position_at(now) >= self.duration
        if kind == "play" and value is None and self.playing and not over:
            return
        if kind == "set_rate":
            at = max(now, self.at)
            self.position, self.at, self.rate = self.position_at(at), at, value
        elif kind == "load":
            self.position, self.at, self.playing, self.duration = 0.0, now, False, self.durations[value]
        else:
            at = now if kind == "pause" else holds_at
            self.position, self.at = self.position_at(at) if value is None else self.within(value), at
            self.playing = {"play": True, "pause": False, "seek": self.playing}[kind]
            if kind == "play" and self.duration is not None and self.position >= self.duration:
                self.position = 0.0

    # ------------------------------------------------------------ members

    def opens_tab(self, name: str) -> None:
        self.tabs.setdefault(name, []).append(None)
        if name not in self.here:
            self.here.append(name)
        if self.host == name:
            self.hold_until = None
        elif self.host is None:
            self.seat(name)

    def closes_tab(self, name: str, now: float) -> None:
        self.tabs[name][self.tabs[name].index(None)] = now
        self.hold_if_away(name, now)

    def hold_if_away(self, name: str, now: float) -> None:
        if self.host == name and self.hold_until is None and None not in self.tabs.get(name, []):
            self.hold_until = now + HOLD_MS

    def time_passes(self, now: float) -> None:
        for name, tabs in self.tabs.items():
            left = [closed for closed in tabs if closed is None or closed + GRACE_MS > now]
            lapsed, self.tabs[name] = len(left) < len(tabs), left
            if lapsed:
                self.hold_if_away(name, now)
            if not left and name in self.here:
                self.here.remove(name)
        if self.hold_until is not None and self.hold_until <= now:
            self.seat(next((name for name in self.here if name != self.host), None))

    def leaves(self, name: str) -> None:
        self.tabs.pop(name, None)
        if name in self.here:
            self.here.remove(name)
        if self.host == name:
            self.seat(next(iter(self.here), None))

    def seat(self, name: str | None) -> None:
        self.hold_until = None
        if name != self.host:
            self.host, self.revision = name, self.revision + 1
