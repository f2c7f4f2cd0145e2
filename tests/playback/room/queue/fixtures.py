"""A room with a queue, and short functions that build commands about it."""

from __future__ import annotations

from typing import Any

from playback.domain.room_queue.state import RoomQueue
from playback.models import StoredQueue
from playback.room.queue.actions import change_queue
from rooms.models import Member, Room
from tests.playback.room.fixtures import NOW_MS, ActionCase
from watchium.protocol.codec import decode_room_command, encode
from watchium.protocol.replies import Accepted

FILMS = tuple(f"https://example.org/{name}.mp4" for name in "abcdefgh")


class QueueCase(ActionCase):
    """Alice hosts and plays the sample clip, bob is a member."""

    numbers = 0

    def does(
        self, by: Member, kind: str, *, event_id: str = "", now_ms: float = NOW_MS, **payload: Any
    ) -> Accepted:
        """Send a command as a socket would: decoded from its JSON."""
        self.numbers += 1
        frame = {"type": kind, "event_id": event_id or f"q{self.numbers}", "payload": payload}
        command = decode_room_command(encode(frame))  # type: ignore[arg-type]
        with self.committing():
            return change_queue(by, command, now_ms=now_ms)  # type: ignore[arg-type]

    def adds(self, by: Member, *urls: str, **more: Any) -> Accepted:
        return self.does(by, "queue_add", items=[{"media_url": url} for url in urls], **more)

    @property
    def queue(self) -> RoomQueue:
        return StoredQueue.objects.of(Room.objects.get(pk=self.room.pk))

    @property
    def titles(self) -> list[str]:
        """The last part of each entry's address, the current one in brackets."""
        queue = self.queue
        names = [entry.media.url.rpartition("/")[2].partition(".")[0] for entry in queue.entries]
        return [
            f"[{name}]" if entry.id == queue.current else name
            for entry, name in zip(queue.entries, names, strict=True)
        ]

    def id_of(self, name: str) -> str:
        return next(entry.id for entry in self.queue.entries if f"/{name}." in entry.media.url)

    def event(self, kind: str = "queue") -> dict[str, Any]:
        payload: dict[str, Any] = self.published.last(kind)["payload"]
        return payload
