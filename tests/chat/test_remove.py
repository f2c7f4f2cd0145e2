from __future__ import annotations

from chat import actions
from chat.models import Comment
from rooms.models import Member, ModerationAct, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import NotAllowed, NotFound, NotMember
from watchium.realtime.groups import room_group


class RemoveTests(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.bobs = self.said_by(self.bob, 1)
        self.alices = self.said_by(self.alice, 2)
        Room.objects.filter(pk=self.room.pk).update(comment_seq=2)

    def said_by(self, member: Member, seq: int) -> Comment:
        return Comment.objects.create(
            room=self.room, person=member.person, seq=seq, text="hello", position=0, at_ms=0
        )

    def remove(self, actor: Member, comment: Comment) -> None:
        with self.committing():
            actions.remove(actor, comment.pk)
        comment.refresh_from_db()

    def test_the_deletion_of_ones_own_comment_is_broadcast(self):
        self.remove(self.bob, self.bobs)
        assert self.published.last("comment_deleted")["payload"] == {"id": self.bobs.pk, "seq": 3}
        assert (self.bobs.deleted_seq, self.bobs.deleted_by) == (3, self.bob.person)
        assert not ModerationAct.objects.exists()

    def test_the_host_deletes_any_comment_and_the_act_is_recorded(self):
        self.remove(self.alice, self.bobs)
        act = ModerationAct.objects.get()
        assert (act.kind, act.by, act.target) == ("delete_comment", self.alice.person, self.bob.person)
        assert act.details["comment"] == self.bobs.pk
        assert self.published.last("moderated")["payload"]["text"] == "hello"

    def test_a_member_cannot_delete_others_comments(self):
        with self.assertRaises(NotAllowed):
            self.remove(self.bob, self.alices)
        self.alices.refresh_from_db()
        assert self.alices.deleted_at is None
        assert self.published.types() == []

    def test_a_moderator_can_delete_others_comments(self):
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        self.remove(self.bob, self.alices)
        assert self.alices.deleted_by == self.bob.person

    def test_carol_is_refused(self):
        with self.assertRaises(NotMember):
            self.remove(Member(room=self.room, person=self.carol), self.bobs)

    def test_deleting_is_idempotent(self):
        self.remove(self.alice, self.bobs)
        self.remove(self.alice, self.bobs)
        assert self.published.types(room_group(self.room.room_id)) == ["comment_deleted"]
        assert ModerationAct.objects.count() == 1

    def test_a_comment_of_another_room_is_not_found(self):
        other = Room.objects.create(title="elsewhere")
        theirs = Comment.objects.create(room=other, seq=1, text="x", position=0, at_ms=0)
        with self.assertRaises(NotFound):
            self.remove(self.alice, theirs)

    def test_a_system_comment_has_no_owner(self):
        system = Comment.objects.create(room=self.room, seq=9, text="x", position=0, at_ms=0, is_system=True)
        with self.assertRaises(NotAllowed):
            self.remove(self.bob, system)

    def test_a_deletion_by_staff_is_recorded_with_the_name(self):
        with self.committing():
            actions.remove_as_staff(self.bobs, "root")
            actions.remove_as_staff(self.bobs, "root")
        assert self.published.types(room_group(self.room.room_id)) == ["comment_deleted"]
        details = ModerationAct.objects.get().details
        assert (details["comment"], details["staff"]) == (self.bobs.pk, "root")
