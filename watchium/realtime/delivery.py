"""One publication to a group of sockets, and its message in the channel layer."""

from __future__ import annotations

from typing import Any

import msgspec

from watchium.realtime.frames import Frame
from watchium.realtime.groups import channel_for, process_id

# Published for up to a thousand rooms each second: no command may wait behind it.
DEFERRABLE = "presence"


class Delivery(msgspec.Struct, frozen=True):
    """A frame for a group, or the code to close its sockets with."""

    group: str
    frame: Frame | None = None
    close_code: int = 0
    received_at_ms: float | None = None  # arrival of the command that caused it

    @property
    def size(self) -> int:
        return 0 if self.frame is None else len(self.frame)

    def batches_with(self, earlier: Delivery) -> bool:
        """Whether both are frames for the same group, to be delivered now."""
        return (
            self.frame is not None
            and earlier.frame is not None
            and self.group == earlier.group
            and not self.deferrable
        )

    @property
    def deferrable(self) -> bool:
        return self.frame is not None and self.frame.newest == DEFERRABLE

    @property
    def channel(self) -> str:
        return channel_for(self.group)

    def to_message(self) -> dict[str, Any]:
        """The message for the channel layer."""
        message: dict[str, Any] = {"type": "fanout", "from": process_id(), "group": self.group}
        if self.frame is None:
            return {**message, "close": self.close_code}
        return {
            **message,
            "frame": self.frame.payload,
            "newest": self.frame.newest,
            "head": list(self.frame.head[:2]),  # as processes of earlier versions read it
            "queue_revision": self.frame.head[2],
        }

    @classmethod
    def from_message(cls, message: dict[str, Any]) -> Delivery:
        if "close" in message:
            return cls(message["group"], close_code=message["close"])
        revision, seq = message["head"]
        head = (revision, seq, message.get("queue_revision", 0))
        return cls(message["group"], Frame(message["frame"], message["newest"], head))
