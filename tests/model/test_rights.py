"""Over random grants and roles: the page offers what the server allows, no more and no less."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import chat.actions
import playback.room.actions
import rooms.actions
from playback.room.queue.actions import change_queue
from rooms.actions.admission import room_code
from rooms.domain.rights import Right
from rooms.models import Member, Room
from tests.cases import CLIP, Cast
from tests.model.replicas import Node
from tests.playback.room.fixtures import load, play
from watchium import server_clock
from watchium.protocol.codec import decode_room_command, encode
from watchium.protocol.errors import ChatOff, Muted, NotAllowed, NotHost
from watchium.realtime.groups import member_group, room_group
from watchium.services.room_commands import dispatch
from watchium.services.room_snapshot import compose_snapshot
from watchium.shared_state import rate_limits

rights = st.sampled_from(sorted(Right))
changes = st.one_of(
    st.tuples(st.just("set_right"), st.fixed_dictionaries(
        {"right": rights, "allowed": st.booleans(), "role": st.sampled_from(["member", "moderator"])}
    )),
    st.tuples(st.just("set_right"), st.fixed_dictionaries(
        {"right": rights, "allowed": st.booleans(), "user_id": st.just("bob")}
    )),
    st.tuples(st.just("set_moderator"), st.fixed_dictionaries(
        {"user_id": st.just("bob"), "moderator": st.booleans()}
    )),
    st.tuples(st.just("set_queue"), st.fixed_dictionaries(
        {"locked": st.booleans(), "who_adds": st.sampled_from(["everyone", "moderators", "host"])}
    )),
    st.tuples(st.just("set_moderator"), st.fixed_dictionaries(
        {"user_id": st.just("dora"), "moderator": st.booleans()}
    )),
    st.tuples(st.just("transfer_host"), st.fixed_dictionaries({"user_id": st.sampled_from(["bob", "dora"])})),
    st.tuples(st.just("claim_host"), st.just({})),
    st.tuples(st.just("mute_member"), st.just({"user_id": "bob", "minutes": 1})),
    st.tuples(st.just("set_chat"), st.fixed_dictionaries({"enabled": st.booleans()})),
)  # fmt: skip

POLL = {"question": "Next?", "answers": [{"text": "Alien"}, {"text": "Brazil"}]}


class Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
            raise Undone
    except Undone:
        pass


class Offers(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.replace(rate_limits, "spend", lambda *_args, **_more: None)
        self.node = Node()
        self.addCleanup(self.node.end)
        self.dora = self.enrol(self.carol, here_since_ms=3.0)
        self.sent = 0

    def test_the_page_offers_what_the_server_allows(self):
        @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
        @given(st.booleans(), st.lists(changes, max_size=6))
        def after(bob_owns: bool, steps: list[tuple[str, dict[str, Any]]]) -> None:
            with undone():
                if bob_owns:
                    Room.objects.filter(pk=self.room.pk).update(owner=self.bob.person)
                self.published.frames.clear()
                self.node.ask("open", log="bob")
                self.take(json.loads(encode(compose_snapshot(self.read(self.bob), "", None, 1)[0])))
                for kind, payload in steps:
                    self.does(kind, dict(payload))
                others = [self.alice.person.user_id, self.dora.person.user_id]
                now = server_clock.now_ms()
                offers = self.node.ask("offers", log="bob", rights=list(Right), now=now, others=others)
                assert offers == self.allowed()

        after()

    def take(self, envelope: dict[str, Any]) -> None:
        self.node.ask("take", log="bob", envelope=envelope, now=0)

    def read(self, member: Member) -> Member:
        return Member.objects.select_related("room", "person").get(pk=member.pk)

    def command(self, kind: str, payload: dict[str, Any]) -> Any:
        self.sent += 1
        people = {"bob": self.bob.person.user_id, "dora": self.dora.person.user_id}
        payload = {key: people.get(str(value), value) for key, value in payload.items()}
        return decode_room_command(
            json.dumps({"type": kind, "event_id": f"e{self.sent}", "payload": payload})
        )

    def does(self, kind: str, payload: dict[str, Any]) -> None:
        """As alice, who may be no host just then; what bob's page receives goes into its reducer."""
        before = len(self.published.frames)
        with self.committing():
            try:
                with transaction.atomic():
                    dispatch(self.read(self.alice), self.command(kind, payload))
            except (NotAllowed, NotHost):
                pass
        groups = {room_group(self.room.room_id), member_group(self.bob.pk)}
        for group, frame in self.published.frames[before:]:
            if group in groups:
                self.take(frame)

    def allowed(self) -> dict[str, bool]:
        bob = self.read(self.bob)
        clip = {"items": [{"media_url": CLIP}]}
        attempts: dict[str, Callable[[], object]] = {
            Right.CONTROL: lambda: playback.room.actions.play(bob, play(f"p{self.sent}")),
            Right.MEDIA: lambda: playback.room.actions.load(bob, load(CLIP, f"l{self.sent}")),
            Right.QUEUE_ADD: lambda: change_queue(bob, self.command("queue_add", clip)),
            Right.QUEUE_EDIT: lambda: change_queue(bob, self.command("queue_clear", {})),
            Right.CHAT: lambda: chat.actions.post(bob, self.command("comment", {"text": "hi"}), position=0.0),
            Right.REACT: lambda: chat.actions.react(bob, "❤️"),
            Right.INVITE: lambda: room_code(bob),
            Right.REMOVE: lambda: dispatch(bob, self.command("set_chat", {"slow_mode_s": 5})),
            Right.SETTINGS: lambda: rooms.actions.update_room(bob.room, actor=bob, title="Ours"),
            "queue_rules": lambda: change_queue(bob, self.command("set_queue", {"quota": 7})),
            "set_right": lambda: dispatch(
                bob, self.command("set_right", {"role": "member", "right": "chat", "allowed": True})
            ),
            "poll": lambda: dispatch(bob, self.command("open_poll", POLL)),
            "appoint": lambda: dispatch(bob, self.command("set_successor", {"user_id": "dora"})),
            "claim_host": lambda: dispatch(bob, self.command("claim_host", {})),
        }
        for other in (self.alice.person.user_id, self.dora.person.user_id):
            removal = self.command("remove_member", {"user_id": other})
            attempts[f"remove {other}"] = partial(dispatch, bob, removal)
        allowed = {str(name): self.is_allowed(attempt) for name, attempt in attempts.items()}
        return {**allowed, "claim_host": allowed["claim_host"] and not bob.is_host}

    def is_allowed(self, attempt: Callable[[], object]) -> bool:
        try:
            with undone():
                attempt()
        except (NotAllowed, NotHost, Muted, ChatOff):
            return False
        return True
