"""A member behind a lossy link with two replicas of the room: the Python client's and the page's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import playwright

from rooms.models import Member
from watchium.client.room_state import Resume, RoomReplica, decode
from watchium.protocol.codec import encode
from watchium.protocol.events import Event
from watchium.services.room_snapshot import LogPosition, compose_snapshot, missed_events

NODE = Path(playwright.__file__).parent / "driver" / "node"
REDUCER = Path(__file__).parent / "node_reducer.js"
PATIENCE_MS = 4000  # after it a page sends heartbeats


class Node:
    """The page's reducers, in one Node process for all viewers."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [NODE, "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON", REDUCER],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def ask(self, what: str, **question: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"ask": what, **question}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(5)
        self.process.stdout.close()


class Viewer:
    def __init__(self, name: str, node: Node, member: Member) -> None:
        self.name, self.node, self.member = name, node, member
        self.program = RoomReplica(Resume())
        self.under_way: list[dict[str, Any]] = []
        self.now = 0.0
        node.ask("open", log=name)
        self.arrive(*self._frames(compose_snapshot(member, "", None, 1)))

    def arrive(self, *frames: dict[str, Any]) -> None:
        for frame in frames:
            event = decode(msgspec.json.encode(frame))
            if frame["type"] == "welcome":
                self.program.apply_snapshot(event.payload)  # type: ignore[union-attr]
            else:
                self.program.apply(event)
            self.node.ask("take", log=self.name, envelope=frame, now=self.now)

    def come_back(self) -> None:
        """Reconnect: frames in transit are lost. The page resumes from the same position as the Python client."""
        self.under_way.clear()
        known = self.program
        assert self.node.ask("resume", log=self.name) == {
            "revision": known.revision,
            "event_id": known.event_id,
            "comment_seq": known.comment_seq,
            "queue_revision": known.queue.revision,
            "epoch": known.epoch,
        }
        applied = LogPosition(
            known.revision, known.event_id, known.comment_seq, known.epoch, known.queue.revision
        )
        self.arrive(*self._frames(compose_snapshot(self.member, "", applied, 1)))

    def catch_up(self, head: dict[str, Any]) -> None:
        """Repeat heartbeats until both have every revision that the responses name."""
        self.under_way.clear()
        self.arrive(head)
        for _ in range(10):
            self.now += PATIENCE_MS
            asked = self.node.ask("due", log=self.name, now=self.now)
            assert bool(asked) == self.program.has_gap
            if not asked:
                return
            program = self.program
            assert asked == {
                "since": program.revision,
                "last_comment_id": program.comment_seq,
                "queue_revision": program.queue.revision,
            }
            answer = missed_events(
                self.member, "", asked["since"], asked["last_comment_id"], 1, asked["queue_revision"]
            )
            self.arrive(*self._frames([answer]))
        raise AssertionError("still asking after ten answers")

    def _frames(self, events: list[Any]) -> list[dict[str, Any]]:
        return [_as_told(event) for event in events]


def _as_told(event: Event) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(encode(event))
    return told
