from __future__ import annotations

import pytest
from msgspec.structs import replace

import rooms.actions
from playback.domain.start.state import StartState
from playback.models import PlaybackEvent
from playback.room import end_of_media
from rooms.models import Member, Person, Room
from tests.playback.room.fixtures import NOW_MS
from tests.playback.room.start.fixtures import StartCase
from watchium.protocol.errors import NotMember, RuleRefused
from watchium.services.people.merge_guest import merge_guest_into_account


class ReadyChecks(StartCase):
    def setUp(self) -> None:
        super().setUp()
        self.carols = self.enrol(self.carol, here_since_ms=3.0)

    def marks(self) -> list[str]:
        check = self.state.ready_check
        assert check is not None
        return [Person.objects.get(user_id=each).username for each in check.ready]

    def test_all_see_who_asked_and_who_is_ready_and_the_players_are_not_moved(self):
        self.does(self.alice, "ready_check", on=True)
        check = self.room_event()["ready_check"]
        assert (check["username"], check["starts"], check["deadline"]) == ("Alice", True, None)
        assert check["ready"] == [self.alice.person.user_id]
        self.does(self.bob, "ready")
        assert self.marks() == ["Alice", "Bob"]
        self.does(self.bob, "ready", on=False)
        assert self.marks() == ["Alice"]
        assert self.timeline().phase == "paused"

    def test_the_last_one_who_is_ready_starts_playback_for_all(self):
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready")
        self.does(self.carols, "ready")
        assert self.state.ready_check is None
        assert self.room_event()["ready_check"] is None
        event = self.published.last("play")
        assert event["payload"]["cause"] == "ready"
        assert event["timestamp"] > NOW_MS
        assert self.timeline().playing

    def test_a_check_in_a_crowded_room_waits_for_each_of_the_present(self):
        people = Person.objects.bulk_create(
            [Person(user_id=f"g_{number:016}", username=f"Guest {number}") for number in range(500)]
        )
        Member.objects.bulk_create(
            Member(room=self.room, person=person, username=person.username, present=True, here_since_ms=2.0)
            for person in people
        )
        self.does(self.alice, "ready_check", on=True)
        check = self.state.ready_check
        assert check is not None
        state = replace(self.state, ready_check=replace(check, ready=[person.user_id for person in people]))
        self.playback.save_start(state)
        self.does(self.alice, "ready")
        self.does(self.bob, "ready")
        assert self.timeline().phase == "paused", "carol is the last of 503"
        self.does(self.carols, "ready")
        assert self.timeline().playing

    def test_a_check_may_only_ask(self):
        self.does(self.alice, "ready_check", on=True, start=False, deadline_s=5)
        for member in (self.bob, self.carols):
            self.does(member, "ready")
        assert self.marks() == ["Alice", "Bob", "Carol"]
        assert self.due(NOW_MS + 10_000) == 0
        assert self.timeline().phase == "paused"

    def test_a_check_that_only_asked_starts_once_it_shall_if_all_are_ready(self):
        self.does(self.alice, "ready_check", on=True, start=False)
        for member in (self.bob, self.carols):
            self.does(member, "ready")
        self.does(self.alice, "ready_check", on=True, start=True)
        assert self.timeline().playing
        assert self.state.ready_check is None

    def test_a_host_who_is_alone_waits_for_the_first_mark(self):
        Member.objects.exclude(pk=self.alice.pk).update(present=False)
        self.does(self.alice, "ready_check", on=True)
        assert self.marks() == ["Alice"]
        assert self.timeline().phase == "paused"

    def test_who_leaves_does_not_block(self):
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready")
        with self.committing():
            rooms.actions.leave(self.carols)
        assert self.timeline().playing
        assert self.state.ready_check is None

    def test_who_leaves_takes_the_mark_along_and_comes_back_without_it(self):
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready")
        with self.committing():
            rooms.actions.presence.mark_absent(self.locked(self.bob), "lost")
        assert self.marks() == ["Alice"]
        assert self.timeline().phase == "paused"
        Member.objects.filter(pk=self.bob.pk).update(present=True)
        self.does(self.carols, "ready")
        assert self.timeline().phase == "paused", "bob has not said it again"

    def locked(self, member: Member) -> Member:
        member.room = Room.objects.get(pk=self.room.pk)
        return member

    def test_a_check_in_a_room_that_empties_ends(self):
        self.does(self.alice, "ready_check", on=True, start=False)
        for member in (self.alice, self.bob, self.carols):
            with self.committing():
                rooms.actions.leave(member)
        assert self.playback.start is None

    def test_at_the_deadline_it_starts_without_the_missing_ones(self):
        self.does(self.alice, "ready_check", on=True, deadline_s=60)
        assert self.due(NOW_MS + 59_000) == 0
        assert self.timeline().phase == "paused"
        assert self.due(NOW_MS + 60_000) == 1
        assert self.due(NOW_MS + 60_000) == 0
        assert self.timeline().playing
        assert self.published.last("play")["payload"]["cause"] == "deadline"
        assert self.state.ready_check is None

    def test_start_without_is_a_play_and_ends_the_check(self):
        self.does(self.alice, "ready_check", on=True, deadline_s=60)
        self.does(self.alice, "play")
        assert self.playback.start is None
        assert self.playback.start_due_ms is None
        assert self.room_event()["ready_check"] is None
        assert self.timeline().playing
        kinds = PlaybackEvent.objects.filter(room=self.room, revision__isnull=False).order_by("revision")
        assert list(kinds.values_list("type", flat=True)) == ["room_changed", "room_changed", "play"]

    def test_another_limit_keeps_the_marks(self):
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready")
        self.does(self.alice, "ready_check", on=True, deadline_s=30)
        assert self.marks() == ["Alice", "Bob"]
        assert self.playback.start_due_ms == NOW_MS + 30_000

    def test_a_mark_without_a_check_changes_nothing(self):
        assert self.does(self.bob, "ready").revision is None
        assert self.does(self.alice, "ready_check", on=False).revision is None

    def test_the_same_command_twice_is_one_change(self):
        first = self.does(self.alice, "ready_check", event_id="a", on=True)
        assert self.does(self.alice, "ready_check", event_id="a", on=True) == first
        marked = self.does(self.bob, "ready", event_id="b")
        assert self.does(self.bob, "ready", event_id="b") == marked
        assert self.does(self.bob, "ready", event_id="c").revision is None

    def test_it_is_ended_by_whoever_may_ask(self):
        self.does(self.alice, "ready_check", on=True)
        with pytest.raises(RuleRefused, match="control playback"):
            self.does(self.bob, "ready_check", on=False)
        self.does(self.alice, "ready_check", on=False)
        assert self.playback.start is None

    def test_outsiders_and_members_without_control_are_refused(self):
        with pytest.raises(RuleRefused):
            self.does(self.bob, "ready_check", on=True)
        outsider = Member(
            room=self.room, person=Person.objects.create(username="dan"), username="dan", pk=10**9
        )
        for kind, payload in (("ready_check", {"on": True}), ("ready", {"on": True})):
            with pytest.raises(NotMember):
                self.does(outsider, kind, **payload)
        assert self.playback.start is None

    def test_a_guest_who_signs_in_stays_ready(self):
        account = Person.objects.create(username="Bobby")
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready")
        with self.committing():
            merge_guest_into_account(self.bob.person, account)
        assert self.marks() == ["Alice", "Bobby"]

    def test_a_demo_room_forgets_it(self):
        Room.objects.filter(pk=self.room.pk).update(is_demo=True)
        self.does(self.alice, "ready_check", on=True)
        self.room.members.update(present=False)
        with self.committing():
            assert end_of_media.reset(self.room.pk, NOW_MS)
        assert self.playback.start is None
        assert self.room_event()["ready_check"] is None

    def test_the_countdown_of_the_room_applies(self):
        self.playback.save_start(StartState(countdown=True))
        self.does(self.alice, "ready_check", on=True)
        for member in (self.bob, self.carols):
            self.does(member, "ready")
        assert self.timeline().at_ms == NOW_MS + 3250
