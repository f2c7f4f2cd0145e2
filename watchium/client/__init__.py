"""A Python client: the HTTP API, and the sockets of rooms and of the personal player."""

from watchium.client.client import (
    Client,
    JoinedRoom,
    PlayerClient,
    ProblemError,
    Resume,
    RoomClient,
    RoomSnapshot,
    offset_and_delay,
)

__all__ = [
    "Client",
    "JoinedRoom",
    "PlayerClient",
    "ProblemError",
    "Resume",
    "RoomClient",
    "RoomSnapshot",
    "offset_and_delay",
]
