from __future__ import annotations

from chat.models import Comment
from playback.models import Playback
from playback.room import actions
from rooms import actions as room_actions
from rooms import signals
from rooms.models import Member, Room
from tests.playback.room.fixtures import NOW_MS, ActionCase, load, pause, play, seek, set_rate


class SystemComments(ActionCase):
    def last_text(self) -> str:
        comment = Comment.objects.filter(room=self.room).latest("pk")
        assert comment.to_protocol().is_system_message
        return comment.text

    def test_joins_and_leaves(self):
        signals.member_joined.send(Member, member=self.bob)
        self.assertEqual(self.last_text(), "Bob joined")
        for reason, text in (("left", "Bob left"), ("lost", "Bob left"), ("banned", "Bob was removed")):
            signals.member_left.send(Member, member=self.bob, reason=reason)
            self.assertEqual(self.last_text(), text)

    def test_a_new_host(self):
        with self.committing():
            room_actions.transfer_host(self.alice, self.bob.person.user_id)
        self.assertEqual(self.last_text(), "Bob is the host now")
        self.assertEqual(self.published.last("new_host")["revision"], 1)
        self.assertEqual(set(self.published.types()), {"new_host", "new_comment"})
        signals.host_changed.send(Room, room=Room.objects.get(pk=self.room.pk), member=None, former=self.bob)
        self.assertEqual(self.last_text(), "There is no host right now")

    def test_new_media_in_the_same_transaction(self):
        with self.committing():
            actions.load(self.alice, load(title="Big clip"), now_ms=NOW_MS)
        self.assertEqual(self.last_text(), "Playing: Big clip")
        self.assertEqual(set(self.published.types()), {"load", "new_comment"})

    def test_a_new_title_and_control_policy(self):
        room_actions.update_room(self.room, actor=None, title="Late night")
        self.assertEqual(self.last_text(), "This room is called Late night now")
        for policy, text in (
            ("everyone", "Everyone can control playback now"),
            ("moderators", "The host and moderators can control playback now"),
            ("host", "Only the host can control playback now"),
        ):
            room_actions.update_room(self.room, actor=None, control_policy=policy)
            self.assertEqual(self.last_text(), text)

    def test_a_system_comment_has_the_rooms_position(self):
        Playback.objects.filter(room=self.room).update(position=42.5)
        signals.member_joined.send(Member, member=self.bob)
        self.assertEqual(Comment.objects.latest("pk").position, 42.5)


class NoticesInChat(ActionCase):
    def setUp(self) -> None:
        super().setUp()
        Playback.objects.filter(room=self.room).update(notices_in_chat=True)

    def does(self, command, now_ms: float = NOW_MS) -> None:
        action = getattr(actions, command.__struct_config__.tag)
        with self.committing():
            action(self.alice, command, now_ms=now_ms)

    def texts(self) -> list[str]:
        return [comment.text for comment in Comment.objects.recent(self.room)]

    def test_the_chat_says_who_controlled_playback(self):
        self.does(play())
        self.does(seek(65.4), NOW_MS + 1000)
        self.does(set_rate(1.5), NOW_MS + 2000)
        self.does(pause(), NOW_MS + 3000)
        self.assertEqual(
            self.texts(),
            [
                "Alice pressed play",
                "Alice jumped to 1:05",
                "Alice set the speed to 1.5",
                "Alice paused",
            ],
        )
        self.assertEqual(self.published.types().count("new_comment"), 4)

    def test_repeated_ones_are_folded_into_the_latest(self):
        for number, position_s in enumerate((10.0, 20.0, 70.0)):
            self.does(seek(position_s, f"seek {number}"), NOW_MS + 500 * number)
        self.assertEqual(self.texts(), ["Alice jumped to 1:10"])
        self.does(set_rate(2.0), NOW_MS + 2000)
        self.does(seek(5.0, "again"), NOW_MS + 3000)
        self.does(seek(6.0, "much later"), NOW_MS + 60_000)
        self.assertEqual(
            self.texts()[-3:],
            ["Alice set the speed to 2", "Alice jumped to 0:05", "Alice jumped to 0:06"],
        )

    def test_pressing_play_in_a_room_that_plays_is_not_said(self):
        self.does(play())
        self.does(pause(), NOW_MS + 20_000)
        self.does(play("second"), NOW_MS + 40_000)
        self.does(play("third"), NOW_MS + 80_000)
        self.assertEqual(self.texts(), ["Alice pressed play", "Alice paused", "Alice pressed play"])

    def test_pausing_a_room_that_is_paused_is_not_said(self):
        self.does(play())
        self.does(pause(), NOW_MS + 20_000)
        self.does(play("second"), NOW_MS + 40_000)
        self.does(pause("pause again"), NOW_MS + 60_000)
        self.does(pause("and again"), NOW_MS + 120_000)
        self.does(seek(Playback.objects.get(room=self.room).position, "there"), NOW_MS + 180_000)
        self.assertEqual(self.texts(), ["Alice pressed play", "Alice paused"] * 2)

    def test_other_comments_and_other_members_are_never_folded(self):
        self.room.control_policy = "everyone"
        self.room.save()
        self.does(seek(10.0))
        with self.committing():
            actions.seek(self.bob, seek(11.0, "bobs"), now_ms=NOW_MS + 10)
        signals.member_joined.send(Member, member=Member.objects.get(pk=self.bob.pk))
        self.does(seek(12.0, "third"), NOW_MS + 20)
        self.assertEqual(
            self.texts(),
            ["Alice jumped to 0:10", "Bob jumped to 0:11", "Bob joined", "Alice jumped to 0:12"],
        )

    def test_a_room_that_does_not_want_them_has_none(self):
        Playback.objects.filter(room=self.room).update(notices_in_chat=False)
        self.does(pause())
        self.assertEqual(self.texts(), [])
