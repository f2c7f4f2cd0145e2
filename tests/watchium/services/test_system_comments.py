from __future__ import annotations

from chat.models import Comment
from playback.models import Playback
from playback.room import actions
from rooms import actions as room_actions
from rooms import signals
from rooms.models import Member, Room
from tests.playback.room.fixtures import NOW_MS, ActionCase, load


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
        self.assertEqual(self.last_text(), "Nobody is the host right now")

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
