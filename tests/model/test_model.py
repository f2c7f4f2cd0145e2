"""Random actions, published over links that lose, duplicate and reorder: reference, server and both reducers agree."""

from __future__ import annotations

from contextlib import suppress
from itertools import count
from unittest.mock import patch

import msgspec
import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import chat.actions
import playback.room.actions
import playback.room.queries
import rooms.actions
from chat.models import Comment
from playback.models import StoredQueue
from playback.room.queue.actions import change_queue
from playback.room.queue.storage import forget_encoded
from playback.room.status_reports import LAST_REPORTS
from playback.sources.addresses import duration_of, find
from rooms.models import Connection, Member, Person, Role, Room
from tests.cases import CLIP, Cast
from tests.model.reference import CONFLICT, REFUSED, Reference
from tests.model.replicas import Node, Viewer
from tests.playback.room.fixtures import SONG, load, pause, play, seek, set_rate
from watchium import server_clock
from watchium.protocol.codec import decode_room_command, encode
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import EventIdConflict, NotHost, RuleRefused
from watchium.protocol.replies import Head, HeadState
from watchium.realtime.groups import room_group

NAMES = ("alice", "bob", "carol")
POSITIONS = st.one_of(st.none(), st.integers(0, 120).map(float))
COMMANDS = st.one_of(
    st.tuples(st.sampled_from(["play", "pause"]), POSITIONS),
    st.tuples(st.just("seek"), st.integers(0, 120).map(float)),
    st.tuples(st.just("set_rate"), st.sampled_from([0.25, 1.0, 1.5, 3.0])),
    st.tuples(st.just("load"), st.sampled_from([CLIP, SONG])),
)
IDS = st.integers(1, 12).map(str)
URLS = st.sampled_from([CLIP, SONG])
QUEUE_COMMANDS = st.one_of(
    st.tuples(st.just("queue_add"), st.tuples(st.lists(URLS, min_size=1, max_size=2), st.booleans())),
    st.tuples(st.just("queue_remove"), st.lists(IDS, min_size=1, max_size=3)),
    st.tuples(st.just("queue_move"), st.tuples(IDS, st.none() | IDS)),
    st.tuples(st.sampled_from(["queue_play", "skip"]), IDS),
    st.tuples(st.sampled_from(["queue_clear", "queue_undo", "queue_redo"]), st.none()),
    st.tuples(st.just("vote_entry"), st.tuples(IDS, st.booleans())),
    st.tuples(st.just("set_queue"), st.sampled_from(["off", "all"])),
)
people = st.sampled_from(NAMES)
clock = count(
    1_795_000_000_000, 10_000_000
)  # examples run one after the other: each starts with full rate limits


def made(kind: str, value, event_id: str):
    where = {} if value is None else {"current_time": value}
    match kind:
        case "play":
            return play(event_id, **where)
        case "pause":
            return pause(event_id, **where)
        case "seek":
            return seek(value, event_id)
        case "set_rate":
            return set_rate(value, event_id)
    return load(value, event_id)


def payload_of(kind: str, value) -> dict:
    match kind:
        case "queue_add":
            return {"items": [{"media_url": url} for url in value[0]], "next": value[1]}
        case "queue_remove":
            return {"entry_ids": value}
        case "queue_move":
            return {"entry_id": value[0], "before": value[1]}
        case "queue_play" | "skip":
            return {"entry_id": value}
        case "vote_entry":
            return {"entry_id": value[0], "on": value[1]}
        case "set_queue":
            return {"repeat": value}
    return {}


class RoomMachine(RuleBasedStateMachine):
    scene: Cast
    node: Node

    @initialize()
    def a_room_with_alice_and_bob_in_it(self) -> None:
        self.now = float(next(clock))
        self.clock = patch.object(server_clock, "now_ms", lambda: self.now)
        self.clock.start()
        self.whole = transaction.atomic()
        self.whole.__enter__()
        LAST_REPORTS.clear()
        forget_encoded()
        self.scene.published.frames.clear()
        self.room = Room.objects.get(pk=self.scene.room.pk)
        self.people = {name: self.enrol(name) for name in (*NAMES, "dora")}
        self.connections: dict[str, list[Connection]] = {name: [] for name in NAMES}
        self.spoken = count()
        durations = {url: duration_of(find(url)).seconds for url in (CLIP, SONG)}
        self.reference = Reference(durations, duration=durations[CLIP], at=self.now, url=CLIP)
        playback.models.Playback.objects.filter(room=self.room).update(at_ms=self.now)
        for name in ("alice", "bob"):
            self.opens_a_tab(name)
        self.viewers = [Viewer(f"{self.now}-{number}", self.node, self.member("dora")) for number in range(2)]

    def enrol(self, name: str) -> Person:
        person, _ = Person.objects.get_or_create(username=name.title())
        facts = {"username": person.username, "present": False, "left_at": None}
        Member.objects.update_or_create(
            room=self.room,
            person=person,
            defaults={**facts, "role": Role.HOST if name == "alice" else Role.MEMBER},
        )
        return person

    def member(self, name: str) -> Member:
        return Member.objects.select_related("person", "room").get(room=self.room, person=self.people[name])

    def teardown(self) -> None:
        if not hasattr(self, "viewers"):
            return
        try:
            for viewer in self.viewers:
                self.a_heartbeat_heals(viewer)
        finally:
            transaction.set_rollback(True)
            with suppress(Exception):
                self.whole.__exit__(None, None, None)
            self.clock.stop()

    def do(self, action):
        """Run the action; the frames it publishes are in transit to every viewer."""
        self.now += 1000
        frames = self.scene.published.frames
        before = len(frames)
        try:
            with self.scene.committing():
                return action()
        finally:
            room = room_group(self.room.room_id)
            for viewer in getattr(self, "viewers", []):
                viewer.under_way += [frame for group, frame in frames[before:] if group == room]

    # ------------------------------------------------------------ commands

    def command(self, name: str, event_id: str, kind: str, value):
        deed = getattr(playback.room.actions, kind)
        try:
            return self.do(lambda: deed(self.member(name), made(kind, value, event_id)))
        except NotHost:
            return REFUSED
        except EventIdConflict:
            return CONFLICT

    @rule(name=people, asked=COMMANDS, event_id=st.sampled_from([f"e{number}" for number in range(12)]))
    def says(self, name, asked, event_id) -> None:
        if not self.member(name).left_at:
            answer = self.command(name, event_id, *asked)
            holds_at = 0.0 if isinstance(answer, str) else answer.timestamp
            expected = self.reference.command(name, event_id, *asked, now=self.now, holds_at=holds_at)  # type: ignore[misc]
            assert expected == (answer if isinstance(answer, str) else answer.revision)

    @rule(name=people, asked=QUEUE_COMMANDS, event_id=st.sampled_from([f"q{number}" for number in range(20)]))
    def changes_the_queue(self, name, asked, event_id) -> None:
        if self.member(name).left_at:
            return
        kind, value = asked
        frame = {"type": kind, "event_id": event_id, "payload": payload_of(kind, value)}
        command = decode_room_command(msgspec.json.encode(frame))
        try:
            answer = self.do(lambda: change_queue(self.member(name), command))
        except RuleRefused:
            answer = REFUSED
        except EventIdConflict:
            answer = CONFLICT
        holds_at = 0.0 if isinstance(answer, str) else answer.timestamp
        expected = self.reference.queue_command(name, event_id, kind, value, now=self.now, holds_at=holds_at)
        assert expected == (answer if isinstance(answer, str) else answer.revision)

    @rule(asked=st.lists(st.tuples(people, QUEUE_COMMANDS), min_size=2, max_size=6))
    def a_busy_minute_of_the_queue(self, asked) -> None:
        for name, command in asked:
            self.changes_the_queue(name, command, f"busy{next(self.spoken)}")

    @rule(name=people)
    def speaks(self, name) -> None:
        if self.member(name).left_at:
            return
        words = f"{name} says {next(self.spoken)}"
        command = PostComment(event_id=words, payload=CommentDraft(text=words))
        first = self.do(lambda: chat.actions.post(self.member(name), command, position=0.0))
        assert self.do(lambda: chat.actions.post(self.member(name), command, position=0.0)) == first
        self.reference.said.append((self.people[name].user_id, words))

    @precondition(lambda self: self.reference.said)
    @rule(data=st.data())
    def takes_words_back(self, data) -> None:
        said = data.draw(st.sampled_from(self.reference.said))
        author = next(name for name in NAMES if self.people[name].user_id == said[0])
        if not self.member(author).left_at:
            comment = Comment.objects.get(room=self.room, text=said[1])
            self.do(lambda: chat.actions.remove(self.member(author), comment.pk))
            self.reference.said.remove(said)

    # ------------------------------------------------------------ members

    @rule(name=people)
    def opens_a_tab(self, name) -> None:
        if len(self.connections[name]) >= 2:
            return
        if self.member(name).left_at:
            self.do(lambda: rooms.actions.join(self.people[name], self.room.room_id))
        self.connections[name].append(self.do(lambda: rooms.actions.connect(self.member(name), ""))[1])
        self.reference.opens_tab(name)

    @rule(name=people)
    def closes_a_tab(self, name) -> None:
        if self.connections[name]:
            connection = self.connections[name].pop(0)
            self.do(lambda: rooms.actions.disconnect(connection))
            self.reference.closes_tab(name, self.now)

    @rule(name=people)
    def leaves(self, name) -> None:
        if not self.member(name).left_at:
            self.connections[name].clear()
            self.do(lambda: rooms.actions.leave(self.member(name)))
            self.reference.leaves(name)

    @rule(name=people, to=people)
    def hands_over(self, name, to) -> None:
        if self.reference.host == name and to in self.reference.here and not self.member(name).left_at:
            self.do(lambda: rooms.actions.transfer_host(self.member(name), self.people[to].user_id))
            if to != name:
                self.reference.seat(to)

    @rule()
    def the_owner_claims_the_seat(self) -> None:
        if self.connections["alice"]:
            self.do(lambda: rooms.actions.claim_host(self.member("alice")))
            self.reference.seat("alice")

    @rule(ms=st.sampled_from([1000, 5000, 7000, 21_000]))
    def time_passes(self, ms) -> None:
        self.now += ms
        here = {connection.pk for connections in self.connections.values() for connection in connections}
        assert rooms.actions.renew(here) == set()
        self.do(lambda: rooms.actions.due(self.now))
        self.reference.time_passes(self.now)

    # ------------------------------------------------------------ links

    @rule(number=st.integers(0, 1), data=st.data())
    def some_of_it_arrives(self, number, data) -> None:
        viewer = self.viewers[number]
        under_way, viewer.under_way = viewer.under_way, []
        arrives = data.draw(st.lists(st.sampled_from(under_way), max_size=12)) if under_way else []
        viewer.arrive(*arrives)  # in any order, some duplicated, some lost

    @rule(number=st.integers(0, 1))
    def comes_back_on_a_new_line(self, number) -> None:
        self.viewers[number].come_back()
        self.agrees(self.viewers[number])

    @rule(number=st.integers(0, 1))
    def a_heartbeat(self, number) -> None:
        self.a_heartbeat_heals(self.viewers[number])

    def a_heartbeat_heals(self, viewer: Viewer) -> None:
        head = HeadState(**Room.objects.heads([self.room.room_id])[self.room.room_id]._asdict())
        told = Head(room_id=self.room.room_id, timestamp=self.now, payload=head)
        viewer.catch_up(msgspec.json.decode(encode(told)))
        self.agrees(viewer)

    def agrees(self, viewer: Viewer) -> None:
        page = self.node.ask("state", log=viewer.name)
        whole = playback.room.queries.snapshot(Room.objects.get(pk=self.room.pk))
        assert page["revision"] == viewer.program.revision == self.reference.revision
        assert page["timeline"] == msgspec.to_builtins(viewer.program.timeline) == msgspec.to_builtins(whole)
        assert page["host_id"] == self.host_id()
        queue = StoredQueue.objects.of(self.room).to_protocol()
        assert page["queue"] == msgspec.to_builtins(viewer.program.queue) == msgspec.to_builtins(queue)
        heard = [tuple(said) for said in page["comments"] if said[0] is not None]
        assert heard == self.reference.said

    def host_id(self) -> str | None:
        return self.people[self.reference.host].user_id if self.reference.host else None

    # ------------------------------------------------------------ invariants

    @invariant()
    def the_server_is_as_the_reference_says(self) -> None:
        if not hasattr(self, "viewers"):
            return
        room = Room.objects.get(pk=self.room.pk)
        timeline, reference = playback.models.Playback.objects.of(room).timeline, self.reference
        assert (room.revision, timeline.revision) == (reference.revision, reference.revision)
        assert (timeline.playing, timeline.rate, timeline.at_ms) == (
            reference.playing,
            reference.rate,
            reference.at,
        )
        assert timeline.position_s == pytest.approx(reference.position, abs=1e-6)
        assert [member.person.user_id for member in room.members.filter(role=Role.HOST)] == [
            user_id for user_id in [self.host_id()] if user_id
        ]
        assert room.seat_until_ms == reference.hold_until
        present = room.members.filter(present=True).order_by("here_since_ms")
        assert [member.person.user_id for member in present] == [
            self.people[name].user_id for name in reference.here
        ]
        queue, expected = StoredQueue.objects.of(room), reference.queue
        assert (room.queue_revision, queue.revision) == (expected.revision, expected.revision)
        assert [(entry.id, entry.media.url) for entry in queue.entries] == [
            each[:2] for each in expected.entries
        ]
        assert (queue.current, queue.can_undo, queue.can_redo) == (
            expected.current,
            bool(expected.done),
            bool(expected.undone),
        )
        if reference.here:
            assert reference.host is not None


class ModelTests(Cast):
    def walk(self, examples: int, steps: int) -> None:
        RoomMachine.scene, RoomMachine.node = self, Node()
        self.addCleanup(RoomMachine.node.end)
        run_state_machine_as_test(
            RoomMachine,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            ),
        )

    def test_random_actions_over_lossy_links_leave_all_replicas_equal(self):
        self.walk(examples=12, steps=30)

    @pytest.mark.long
    def test_many_more_random_actions(self):
        self.walk(examples=300, steps=60)
