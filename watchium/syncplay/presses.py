"""Separates what a person pressed in a player from what the client sends by itself. Pure.

A client that opens its file reports a seek to the beginning; a player that was moved may report its former position, or
the one that it was sent to before, as a seek; a player that reaches the end of its file pauses. Accepted as commands,
they would move the whole room.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from msgspec import Struct

from playback.domain.timeline import Timeline
from watchium.syncplay.incoming import ClientState, SetFile

OPENS_S = 1.5  # what a client reports about a file that it opened less than this ago is made up
CLOSE_S = 1.0  # a client reports jumps from one second on
NEAR_END_S = 1.0
ECHO_S = 4.0  # a player that was moved reports, as a seek, where it was so lately
REPORTS_KEPT = 24
NEXT_FILE_S = 2.0  # a client that goes to another file reports a pause at its beginning
GOES_ON_S = (
    6.0  # a client goes on to the next file if it stops so close to the end of its file, and so soon after
)


class Press(Struct, frozen=True):
    kind: Literal["play", "pause", "seek"]
    position_s: float


class Presses:
    """Of one client. It counts once its player was where the room is, with the file that it has now."""

    def __init__(self) -> None:
        self.file: SetFile | None = None
        self._opened_s = 0.0
        self._changes_file_until_s = 0.0
        self._goes_on_until_s = 0.0
        self._ended_at_s: float | None = None
        self._reported: deque[tuple[float, float]] = deque(maxlen=REPORTS_KEPT)  # when, and the position
        self._sent_to: deque[tuple[float, float]] = deque(maxlen=REPORTS_KEPT)
        self.settled = False

    def sent_to(self, position_s: float, now_s: float) -> None:
        """The client is made to bring its player there, which may not report it before it is sent elsewhere."""
        self._sent_to.append((now_s, position_s))

    def opened(self, file: SetFile, now_s: float) -> bool:
        """Return whether it is another file."""
        if file == self.file:
            return False
        self._notice_end(now_s)
        self.file, self._opened_s, self.settled = file, now_s, False
        return True

    def changes_file(self, now_s: float) -> None:
        self._changes_file_until_s = now_s + NEXT_FILE_S

    def take_end(self) -> float | None:
        """Where the player has just come to the end of its file, once; None if it has not."""
        ended_at_s, self._ended_at_s = self._ended_at_s, None
        return ended_at_s

    def goes_on(self, now_s: float) -> bool:
        """Whether the client goes to the next file by itself, because its own has ended."""
        self._notice_end(now_s)
        return now_s < self._goes_on_until_s

    def _notice_end(self, now_s: float) -> None:
        duration_s = self.file.duration_s if self.file else 0.0
        lately = [position_s for at_s, position_s in self._reported if at_s >= now_s - GOES_ON_S]
        if duration_s and any(position_s > duration_s - GOES_ON_S for position_s in lately):
            self._goes_on_until_s = now_s + GOES_ON_S

    def is_ready(self, now_s: float) -> bool:
        """Whether the player has had the time to open its file."""
        return self.file is not None and now_s >= self._opened_s + OPENS_S

    def observe(self, state: ClientState, timeline: Timeline, now_s: float) -> None:
        """A reply: settled if the player is where the room is."""
        if state.position_s is not None:
            self._reported.append((now_s, state.position_s))
        if self.is_ready(now_s) and is_close(state, timeline, now_s):
            self.settled = True

    def press_in(
        self, state: ClientState, timeline: Timeline, now_s: float, *, was_moved: bool
    ) -> Press | None:
        """What a person pressed, if a State that the client sent by itself means that. `was_moved`: by the server."""
        if not self.settled or state.position_s is None or state.paused is None:
            return None
        position_s = state.position_s
        is_echo = state.seek and was_moved and self._was_at(position_s, now_s)
        is_next_file = state.paused and position_s < CLOSE_S and self.goes_on(now_s)
        if self._is_at_end(state) or is_next_file:
            self._ended_at_s = self.file.duration_s if self.file and timeline.playing else None
            return None
        if now_s < self._changes_file_until_s or is_echo:
            return None
        if state.seek and abs(position_s - timeline.position_at(now_s * 1000)) > CLOSE_S:
            return Press("seek", position_s)
        if state.paused and timeline.playing:
            return Press("pause", position_s)
        if not state.paused and not timeline.playing:
            return Press("play", position_s)
        return None

    def _was_at(self, position_s: float, now_s: float) -> bool:
        """Whether the player was at the position lately, was sent there, or has come there by playing since."""
        return any(
            -CLOSE_S <= position_s - known_s <= CLOSE_S + now_s - at_s
            for at_s, known_s in (*self._reported, *self._sent_to)
            if at_s >= now_s - ECHO_S
        )

    def _is_at_end(self, state: ClientState) -> bool:
        duration_s = self.file.duration_s if self.file else 0.0
        return bool(state.paused and duration_s and (state.position_s or 0.0) > duration_s - NEAR_END_S)


def is_close(state: ClientState, timeline: Timeline, now_s: float) -> bool:
    """Whether a player is within a second of the room, and plays or stands as the room does."""
    if state.position_s is None or state.paused is None:
        return False
    same_motion = state.paused != timeline.playing
    return same_motion and abs(state.position_s - timeline.position_at(now_s * 1000)) <= CLOSE_S
