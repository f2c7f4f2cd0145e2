"""Watchium for programs: its calls over HTTP, and its rooms and the personal player over a socket."""

from watchium.client.client import (
    Client,
    Entered,
    PlayerClient,
    ProblemError,
    Resume,
    RoomClient,
    WholeState,
    offset_and_delay,
)

__all__ = [
    "Client",
    "Entered",
    "PlayerClient",
    "ProblemError",
    "Resume",
    "RoomClient",
    "WholeState",
    "offset_and_delay",
]
