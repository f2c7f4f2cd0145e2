from __future__ import annotations

from chat import actions
from chat.models import Comment
from rooms.models import Member
from tests.cases import Cast
from watchium.protocol.errors import BadMessage, NotMember, RateLimited

NOW_MS = 1_800_000_000_000.0


class ReactionAndTypingTests(Cast):
    def react(self, actor: Member, emoji: str = "🎉", now_ms: float = NOW_MS) -> None:
        with self.committing():
            actions.react(actor, emoji, now_ms=now_ms)

    def type(self, actor: Member, now_ms: float = NOW_MS) -> None:
        with self.committing():
            actions.typing(actor, now_ms=now_ms)

    def test_a_reaction_is_broadcast_and_not_stored(self):
        self.react(self.bob)
        reaction = self.published.last("reaction")
        assert reaction["payload"] == {"user_id": self.bob.person.user_id, "username": "Bob", "emoji": "🎉"}
        assert not Comment.objects.exists()

    def test_a_reaction_is_one_emoji(self):
        for text in ("🎉🎉", "hi", "<b>"):
            with self.assertRaises(BadMessage):
                self.react(self.bob, text)

    def test_a_person_outside_the_room_neither_reacts_nor_types(self):
        outside = Member(room=self.room, person=self.carol)
        with self.assertRaises(NotMember):
            self.react(outside)
        with self.assertRaises(NotMember):
            self.type(outside)

    def test_reactions_are_rate_limited(self):
        for _ in range(10):
            self.react(self.bob)
        with self.assertRaises(RateLimited):
            self.react(self.bob)
        self.react(self.bob, now_ms=NOW_MS + 1000)

    def test_typing_is_broadcast_up_to_a_rate_limit_and_never_refused(self):
        for _ in range(10):
            self.type(self.bob)
        assert self.published.types() == ["typing", "typing"]
        assert self.published.last("typing")["payload"]["username"] == "Bob"
