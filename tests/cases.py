"""The people of the tests: alice hosts `movie-night`, bob is a member, carol is not."""

from __future__ import annotations

from unittest.mock import patch

import msgspec
from django.test import TestCase

import playback.room.actions
import playback.sources.addresses
from rooms.models import Member, Person, Role, Room
from watchium.realtime import hub
from watchium.realtime.frames import Frame

CLIP = "/media/samples/clip.webm"


class Published:
    """Record everything published to rooms, members and the lobby, in order."""

    def __init__(self) -> None:
        self.frames: list[tuple[str, dict]] = []
        self.closed: list[tuple[str, int]] = []

    def hear(self, group: str, frame: Frame) -> None:
        self.frames.append((group, msgspec.json.decode(frame.payload)))

    def close(self, group: str, code: int) -> None:
        self.closed.append((group, code))

    def types(self, group: str | None = None) -> list[str]:
        return [frame["type"] for sent_to, frame in self.frames if group in (None, sent_to)]

    def last(self, kind: str) -> dict:
        """Return the last event of this type, or fail with the types that were published."""
        matching = [frame for _, frame in self.frames if frame["type"] == kind]
        assert matching, f"no {kind} among {self.types()}"
        return matching[-1]


class Cast(TestCase):
    """A room with members. `self.published` records what actions publish on commit."""

    room: Room
    alice: Member
    bob: Member
    carol: Person

    @classmethod
    def setUpTestData(cls) -> None:
        people = {name: Person.objects.create(username=name.title()) for name in ("alice", "bob", "carol")}
        cls.room = Room.objects.create(title="movie-night", owner=people["alice"])
        cls.alice = cls.enrol(people["alice"], role=Role.HOST, here_since_ms=1.0)
        cls.bob = cls.enrol(people["bob"], here_since_ms=2.0)
        cls.carol = people["carol"]
        cls.prepare_playback()

    @classmethod
    def enrol(cls, person: Person, **facts) -> Member:
        return Member.objects.create(
            room=cls.room, person=person, username=person.username, present=True, **facts
        )

    @classmethod
    def prepare_playback(cls) -> None:
        playback.room.actions.prepare(cls.room, playback.sources.addresses.find(CLIP))

    def setUp(self) -> None:
        self.published = Published()
        self.replace(hub, "publish", self.published.hear)
        self.replace(hub, "publish_close", self.published.close)

    def replace(self, module, name: str, value) -> None:
        patcher = patch.object(module, name, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def committing(self):
        """Publish at the end of the block: the transaction around a test never commits."""
        return self.captureOnCommitCallbacks(execute=True)
