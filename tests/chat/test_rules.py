from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from chat import actions, editing
from chat.models import Comment
from chat.rules import slow_mode_wait_ms
from chat.text import has_link
from rooms import access
from rooms import actions as room_actions
from rooms.models import Member, Role, Room
from rooms.serializers import chat_rules
from tests.cases import Cast
from watchium.db.prepared import run_in_one_round_trip
from watchium.protocol.chat.commands import CommentEdit, EditComment
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import BadMessage, ChatOff, Filtered, Muted, RuleRefused, SlowMode
from watchium.protocol.moderation.commands import ChatChanges

NOW_MS = 1_800_000_000_000.0


class RulesCast(Cast):
    number = 0

    def post(self, actor: Member, text: str = "hello", *, at_ms: float = NOW_MS) -> None:
        RulesCast.number += 1
        command = PostComment(event_id=f"c{self.number}", payload=CommentDraft(text=text))
        with self.committing():
            actions.post(actor, command, position=0, now_ms=at_ms)

    def set_chat(self, *, by: Member | None = None, **changes: Any) -> None:
        with self.committing():
            room_actions.set_chat_rules(self.room, ChatChanges(**changes), actor=by or self.alice)

    def mute_bob(self, minutes: int = 10) -> None:
        with self.committing():
            room_actions.mute(
                self.room, self.bob.person.user_id, actor=self.alice, minutes=minutes, now_ms=NOW_MS
            )


class MuteTests(RulesCast):
    def test_a_muted_member_is_refused_until_the_mute_ends_by_itself(self):
        self.mute_bob()
        with pytest.raises(Muted) as refused:
            self.post(self.bob, at_ms=NOW_MS + 60_000)
        assert refused.value.retry_after_ms == 9 * 60_000
        assert "9 minutes" in str(refused.value)
        self.post(self.bob, at_ms=NOW_MS + 10 * 60_000)

    def test_a_muted_member_neither_reacts_nor_types_nor_edits(self):
        self.post(self.bob)
        self.mute_bob()
        with pytest.raises(Muted):
            actions.react(self.bob, "🔥", now_ms=NOW_MS)
        with self.committing():
            actions.typing(self.bob, now_ms=NOW_MS)
        assert "typing" not in self.published.types()
        edit = EditComment(event_id="e", payload=CommentEdit(id=Comment.objects.get().pk, text="other"))
        with pytest.raises(Muted):
            editing.edit(self.bob, edit, now_ms=NOW_MS)

    def test_others_still_write(self):
        self.mute_bob()
        self.post(self.alice)


class ChatOffTests(RulesCast):
    def test_members_are_refused_and_moderators_write(self):
        carol = self.enrol(self.carol, role=Role.MODERATOR)
        self.set_chat(enabled=False)
        with pytest.raises(ChatOff):
            self.post(self.bob)
        self.post(self.alice)
        self.post(carol)

    def test_the_chat_opens_again(self):
        self.set_chat(enabled=False)
        self.set_chat(enabled=True)
        self.post(self.bob)


class SlowModeTests(RulesCast):
    def test_the_next_comment_waits(self):
        self.set_chat(slow_mode_s=30)
        self.post(self.bob)
        with pytest.raises(SlowMode) as refused:
            self.post(self.bob, at_ms=NOW_MS + 12_000)
        assert refused.value.retry_after_ms == 18_000
        self.post(self.bob, at_ms=NOW_MS + 30_000)

    def test_a_refused_comment_starts_no_new_wait(self):
        self.set_chat(slow_mode_s=30, filter=["damn"])
        self.post(self.bob)
        with pytest.raises(Filtered):
            self.post(self.bob, "damn", at_ms=NOW_MS + 30_000)
        self.post(self.bob, at_ms=NOW_MS + 31_000)

    def test_each_member_waits_alone_and_the_host_does_not(self):
        carol = self.enrol(self.carol)
        self.set_chat(slow_mode_s=30)
        for member in (self.bob, carol, self.alice, self.alice):
            self.post(member)

    def test_leaving_and_returning_does_not_shorten_the_wait(self):
        self.set_chat(slow_mode_s=30)
        self.post(self.bob)
        room_actions.leave(self.bob)
        back = room_actions.join(self.bob.person, self.room.room_id)
        with pytest.raises(SlowMode):
            self.post(back, at_ms=NOW_MS + 1000)

    def test_a_repeated_command_gets_the_first_reply(self):
        self.set_chat(slow_mode_s=30)
        command = PostComment(event_id="once", payload=CommentDraft(text="hello"))
        first = actions.post(self.bob, command, position=0, now_ms=NOW_MS)
        assert actions.post(self.bob, command, position=0, now_ms=NOW_MS + 1) == first

    def edit(self, comment: Comment, text: str, at_ms: float) -> None:
        RulesCast.number += 1
        payload = CommentEdit(id=comment.pk, text=text)
        editing.edit(self.bob, EditComment(event_id=f"e{self.number}", payload=payload), now_ms=at_ms)

    def test_edits_wait_for_each_other_as_comments_do(self):
        self.set_chat(slow_mode_s=30)
        self.post(self.bob, "teh end")
        self.post(self.bob, "and now", at_ms=NOW_MS + 30_000)
        first, second = Comment.objects.filter(is_system=False).order_by("seq")
        self.edit(first, "the end", NOW_MS + 31_000)  # a slip can be corrected at once
        for comment in (first, second):
            with pytest.raises(SlowMode) as refused:
                self.edit(comment, "another message", NOW_MS + 41_000)
            assert refused.value.retry_after_ms == 20_000
        self.edit(second, "and then", NOW_MS + 61_000)
        self.set_chat(slow_mode_s=0)
        self.edit(first, "The end", NOW_MS + 62_000)


class FilterTests(RulesCast):
    def test_a_comment_with_a_word_of_the_filter_is_refused(self):
        self.set_chat(filter=["spoil*", "game over"])
        for text in ("No SPOILERS!", "it is game over"):
            with pytest.raises(Filtered):
                self.post(self.bob, text)
        self.post(self.bob, "despoil the game")

    def test_an_edit_is_filtered_too(self):
        self.set_chat(filter=["damn"])
        self.post(self.bob, "darn")
        edit = EditComment(event_id="e", payload=CommentEdit(id=Comment.objects.get().pk, text="damn"))
        with pytest.raises(Filtered):
            editing.edit(self.bob, edit, now_ms=NOW_MS)

    def test_links_are_refused_where_they_are_off(self):
        self.set_chat(links=False)
        for text in (
            "see https://example.org/x",
            "go to example.com",
            "www.example.org",
            "evil.xy/abc",
            "exam||ple.c||om",
            "a||b.org||c",
        ):
            with pytest.raises(Filtered):
                self.post(self.bob, text)
        self.post(self.bob, "wait.What? 3.5 stars e.g. this...")
        self.post(self.alice, "https://example.org/x")

    @pytest.mark.once  # PostgreSQL prepares statements, and its log has their names only
    def test_only_comments_read_the_words(self):
        self.set_chat(filter=["damn"])
        for room in (access.lock(self.bob).room, access.reload_member(self.bob).room):
            with self.assertNumQueries(0):
                assert room.is_filtered
                assert "chat_filter" not in room.__dict__
            assert room.chat_filter == "damn"
        with self.assertNumQueries(1):
            (rows,) = run_in_one_round_trip(Room.to_read_with_owner(self.room.pk))
            state = chat_rules(Room.from_rows_with_owner(rows))
        assert state.filtered
        self.post(self.bob, "warms up")
        counts = []
        for words in (["damn"], []):
            self.set_chat(filter=words)
            with CaptureQueriesContext(connection) as captured:
                self.post(self.bob, f"with {len(words)} words")
            counts.append(len(captured))
        assert counts[0] == counts[1]  # the words come with the room

    def test_bad_filters_change_nothing(self):
        self.set_chat(filter=["damn"])
        for words in (["*"], [f"word{n}" for n in range(10_000)], ["x" * 61]):
            with pytest.raises(BadMessage):
                self.set_chat(filter=words)
        assert Room.objects.get().chat_filter == "damn"

    def test_a_member_cannot_set_rules(self):
        with pytest.raises(RuleRefused):
            self.set_chat(by=self.bob, enabled=False)
        assert Room.objects.get().chat_enabled

    def test_the_rules_are_published_without_the_words(self):
        self.set_chat(filter=["damn"], slow_mode_s=10)
        room = self.published.last("room_changed")["payload"]["room"]
        assert room["chat"] == {
            "slow_mode_s": 10,
            "enabled": True,
            "links": True,
            "filtered": True,
            "newcomer_wait_s": 0,
        }
        assert "damn" not in str(self.published.last("room_changed"))
        assert Comment.objects.filter(is_system=True, text__contains="one message every 10 seconds").exists()


@given(
    interval_s=st.integers(1, 3600),
    commented_ms=st.floats(0, 1e13),
    now_ms=st.floats(0, 1e13),
)
def test_a_wait_ends_one_interval_after_the_comment_and_never_later(
    interval_s: int, commented_ms: float, now_ms: float
):
    wait_ms = slow_mode_wait_ms(Room(slow_mode_s=interval_s), commented_ms, now_ms)
    assert 0 <= wait_ms <= interval_s * 1000
    assert (wait_ms == 0) == (now_ms >= commented_ms + interval_s * 1000)


@given(until_ms=st.one_of(st.none(), st.floats(0, 1e13)), now_ms=st.floats(0, 1e13))
def test_a_mute_holds_until_its_end_and_not_longer(until_ms: float | None, now_ms: float):
    wait_ms = Member(muted_until_ms=until_ms).muted_for_ms(now_ms)
    assert (wait_ms > 0) == (until_ms is not None and now_ms < until_ms)
    assert wait_ms == 0 or wait_ms == until_ms - now_ms


@given(text=st.text(alphabet="a.:/w -", max_size=200))
def test_text_without_an_address_is_no_link(text: str):
    assert not has_link(text) or any(sign in text for sign in ("://", "www.", ".a", ".w"))
