from __future__ import annotations

import pytest

import playback.actions
import rooms.actions
from tests.cases import Cast
from watchium.welcome import Applied, answer_missed, compose_welcome
from watchium.wire.errors import NotMember, RoomClosed
from watchium.wire.messages import Events, SyncRequest, Welcome


class WelcomeTests(Cast):
    def resumed(self, comment_seq: int) -> bool:
        return compose_welcome(self.bob, "", Applied(0, "", comment_seq), 1)[0].payload.resumed

    def test_who_heard_more_than_was_ever_said_gets_a_snapshot(self):
        assert self.resumed(self.room.comment_seq)
        for unknown in (self.room.comment_seq + 1, -1, 10**30):
            assert not self.resumed(unknown)
        assert isinstance(answer_missed(self.bob, "", 0, self.room.comment_seq, 1), Events)
        assert isinstance(answer_missed(self.bob, "", 0, self.room.comment_seq + 1, 1), Welcome)

    def test_a_socket_that_outlives_its_membership_is_told_and_keeps_nothing(self):
        rooms.actions.leave(self.bob)
        for deed in (
            lambda: answer_missed(self.bob, "", 0, 0, 1),
            lambda: playback.actions.notice(self.bob, SyncRequest()),
        ):
            with pytest.raises(NotMember):
                deed()

    def test_nor_one_that_outlives_its_room(self):
        rooms.actions.close_room(self.room, by=None)
        with pytest.raises(RoomClosed):
            answer_missed(self.bob, "", 0, 0, 1)
