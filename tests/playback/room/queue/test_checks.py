"""Members report whether their browsers can play entries, before their turn."""

from __future__ import annotations

from playback.domain.room_queue.people import reassigned
from playback.domain.room_queue.state import MAX_FAILURES
from playback.models import MediaItem
from rooms.models import Member, Person
from tests.playback.room.queue.fixtures import FILMS, QueueCase
from watchium.protocol.replies import Accepted


class Checks(QueueCase):
    def setUp(self) -> None:
        super().setUp()
        self.adds(self.bob, *FILMS[:2])

    def checks(self, by: Member, entry_id: str, **check) -> Accepted:
        return self.does(by, "queue_check", checks=[{"entry_id": entry_id, **check}])

    def known(self, entry_id: str = "2") -> tuple[bool, list[tuple[str, str | None]]]:
        entry = self.queue.order.entry(entry_id)
        assert entry is not None
        return entry.checked, [(each.username, each.codec) for each in entry.failures]

    def test_an_entry_says_that_it_was_checked_and_who_cannot_play_it(self):
        assert self.known() == (False, [])
        self.checks(self.bob, "2", plays=True)
        self.checks(self.alice, "2", plays=False, codec="HEVC")
        assert self.known() == (True, [("Alice", "HEVC")])
        event = self.event()
        assert (event["cause"], event["order"], len(event["entries"])) == ("queue_check", None, 1)

    def test_a_later_check_replaces_the_first(self):
        self.checks(self.alice, "2", plays=False, codec="HEVC")
        self.checks(self.alice, "2", plays=False)
        assert self.known() == (False, [("Alice", None)])
        self.checks(self.alice, "2", plays=True)
        assert self.known() == (True, [])

    def test_what_is_known_already_and_entries_that_are_gone_change_nothing(self):
        self.checks(self.bob, "2", plays=True)
        assert self.checks(self.alice, "2", plays=True).revision is None
        assert self.checks(self.alice, "99", plays=False).revision is None
        self.checks(self.alice, "3", plays=False)
        assert self.checks(self.alice, "3", plays=False).revision is None

    def test_the_members_named_are_bounded(self):
        for number in range(MAX_FAILURES + 2):
            self.checks(self.enrol(Person.objects.create(username=f"Viewer {number}")), "2", plays=False)
        names = [name for name, _codec in self.known()[1]]
        # The latest: earlier ones may have left.
        assert names == [f"Viewer {number}" for number in range(2, MAX_FAILURES + 2)]
        self.checks(self.enrol(Person.objects.create(username="Late")), "2", plays=True)
        assert self.known()[0]

    def test_a_guest_who_signs_in_is_named_once(self):
        self.checks(self.alice, "2", plays=False, codec="HEVC")
        self.checks(self.bob, "2", plays=False)
        ids = [each.person.user_id for each in (self.alice, self.bob)]
        merged = reassigned(self.queue, *ids).order.entry("2")
        assert merged is not None
        assert [(each.user_id, each.codec) for each in merged.failures] == [(ids[1], None)]

    def test_a_locked_queue_and_undo_leave_checks_alone(self):
        self.does(self.alice, "set_queue", locked=True)
        self.checks(self.bob, "2", plays=False, codec="HEVC")
        self.does(self.alice, "queue_undo")
        self.does(self.alice, "queue_redo")
        assert self.known() == (False, [("Bob", "HEVC")])

    def test_the_server_knows_which_items_all_browsers_play(self):
        items = [
            MediaItem.objects.create(
                title=name, kind="video", mime="video/mp4", path=f"{name}.mp4", plays=plays
            )
            for name, plays in (("direct", "direct"), ("unknown", ""))
        ]
        prepared = MediaItem.objects.create(
            title="made", kind="video", path="m.mkv", prepared="7/master.m3u8"
        )
        self.does(self.bob, "queue_add", items=[{"item_id": each.pk} for each in (*items, prepared)])
        assert [entry.checked for entry in self.queue.entries[-3:]] == [True, False, True]
