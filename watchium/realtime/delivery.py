"""What is told to a group of sockets, and how it travels between processes."""

from __future__ import annotations

import os
import secrets
from typing import Any

import msgspec

from watchium.realtime.frames import Frame

ROOMS = "room."
DEVICES = "device."
EVERYBODY = "everybody"
CAN_WAIT = "presence"  # of a thousand rooms at once, each second: no command shall stand behind it

_process: tuple[int, str] = (0, "")


class Told(msgspec.Struct, frozen=True):
    """A frame for a group, or the code its sockets are closed with."""

    group: str
    frame: Frame | None = None
    close: int = 0
    heard_ms: float | None = None  # when the command behind it arrived here

    @property
    def size(self) -> int:
        return 0 if self.frame is None else len(self.frame)

    def batches_with(self, earlier: Told) -> bool:
        """Whether both are frames for the same group, to be handed out now."""
        return (
            self.frame is not None
            and earlier.frame is not None
            and self.group == earlier.group
            and not self.deferrable
        )

    @property
    def deferrable(self) -> bool:
        return self.frame is not None and self.frame.newest == CAN_WAIT

    @property
    def via(self) -> str:
        return via(self.group)

    def packed(self) -> dict[str, Any]:
        """As it goes through the channel layer."""
        message: dict[str, Any] = {"type": "fanout", "from": process(), "group": self.group}
        if self.frame is None:
            return {**message, "close": self.close}
        return {
            **message,
            "frame": self.frame.payload,
            "newest": self.frame.newest,
            "head": list(self.frame.head),
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Told:
        if "close" in message:
            return cls(message["group"], close=message["close"])
        revision, seq = message["head"]
        return cls(message["group"], Frame(message["frame"], message["newest"], (revision, seq)))


def via(group: str) -> str:
    """The layer's group that carries what is told to a group of ours."""
    return group if group.startswith((ROOMS, DEVICES)) else EVERYBODY


def process() -> str:
    """This process's name among those that share a channel layer; another one in a fork."""
    global _process
    if _process[0] != os.getpid():
        _process = (os.getpid(), secrets.token_hex(6))
    return _process[1]
