from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

import rooms.actions
from rooms.access import Identity
from rooms.actions.admission import admit
from rooms.forms import JoinForm
from rooms.models import JoinRequest, Member, Person, Room
from rooms.serializers import moderation_state
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.errors import NotFound, NotMember, RoomFull, RuleRefused, Waiting
from watchium.protocol.moderation.events import ModerationState
from watchium.protocol.people.commands import Admission, Admit
from watchium.services.room_commands import dispatch


class Knocking(Cast):
    def setUp(self) -> None:
        super().setUp()
        rooms.actions.update_room(self.room, actor=self.alice, knock=True)

    def asks(self, person: Person, **join: str) -> None:
        with self.committing(), pytest.raises(Waiting) as waiting:
            rooms.actions.join(person, self.room.room_id, **join)
        assert waiting.value.retry_after_ms

    def answers(self, by: Member, on: bool, event_id: str = "a") -> None:
        payload = Admission(user_id=self.carol.user_id, on=on)
        with self.committing():
            dispatch(by, Admit(event_id=event_id, payload=payload))

    def sent(self) -> list[tuple[str, list[str]]]:
        return [
            (group, [person["username"] for person in frame["payload"]["waiting"]])
            for group, frame in self.published.frames
            if frame["type"] == "knocks"
        ]

    def test_who_may_remove_members_sees_who_waits_and_lets_them_in(self):
        self.asks(self.carol)
        assert self.sent() == [(f"member.{self.alice.pk}", ["Carol"])]
        self.answers(self.alice, on=True)
        assert self.sent()[-1] == (f"member.{self.alice.pk}", [])
        assert rooms.actions.join(self.carol, self.room.room_id).person == self.carol

    def test_asking_again_waits_on(self):
        self.asks(self.carol)
        self.asks(self.carol)
        assert JoinRequest.objects.count() == 1
        assert len(self.sent()) == 1

    def test_a_declined_person_may_ask_again_later(self):
        self.asks(self.carol)
        self.answers(self.alice, on=False)
        with pytest.raises(RuleRefused, match="did not let you in") as refused:
            rooms.actions.join(self.carol, self.room.room_id)
        assert 0 < (refused.value.retry_after_ms or 0) <= 600_000
        JoinRequest.objects.update(until=timezone.now() - timedelta(seconds=1))
        self.asks(self.carol)

    def test_a_request_lapses(self):
        self.asks(self.carol)
        JoinRequest.objects.update(until=timezone.now() - timedelta(seconds=1))
        assert JoinRequest.objects.get().answer_at(timezone.now()) == "lapsed"
        with pytest.raises(NotFound):
            self.answers(self.alice, on=True)

    def test_who_was_let_in_is_remembered_until_they_are_removed(self):
        self.asks(self.carol)
        self.answers(self.alice, on=True)
        rooms.actions.leave(rooms.actions.join(self.carol, self.room.room_id))
        assert rooms.actions.join(self.carol, self.room.room_id)
        rooms.actions.remove(self.room, self.carol.user_id, actor=self.alice, cooldown_s=0)
        self.asks(self.carol)

    def test_who_was_let_in_is_listed_and_can_be_taken_off_the_list(self):
        self.asks(self.carol)
        self.answers(self.alice, on=True)
        assert [user.username for user in self.lists().admitted] == ["Carol"]
        self.answers(self.alice, on=False, event_id="b")
        assert self.lists().admitted == []
        self.asks(self.carol)

    def lists(self) -> ModerationState:
        return moderation_state(self.alice, now_ms=server_clock.now_ms(), now=timezone.now())

    def test_members_and_the_owner_need_not_ask(self):
        assert rooms.actions.join(self.bob.person, self.room.room_id) == self.bob
        rooms.actions.leave(self.alice)
        assert rooms.actions.join(self.alice.person, self.room.room_id)

    def test_members_do_not_answer(self):
        self.asks(self.carol)
        with pytest.raises(RuleRefused, match="host and moderators"):
            self.answers(self.bob, on=True)

    def test_only_so_many_wait(self):
        until = timezone.now() + timedelta(minutes=1)
        for number in range(50):
            person = Person.objects.create(username=f"p{number}")
            JoinRequest.objects.create(room=self.room, person=person, username="p", until=until)
        with pytest.raises(RoomFull):
            rooms.actions.join(self.carol, self.room.room_id)

    def test_guests_behind_one_address_all_ask_within_a_bound(self):
        school = "192.0.2.7"
        pupils = [rooms.actions.create_guest(f"pupil {number}") for number in range(11)]
        for pupil in pupils[:10]:
            self.asks(pupil, address=school)
        with pytest.raises(RoomFull):
            rooms.actions.join(pupils[10], self.room.room_id, address=school)
        self.asks(pupils[10], address="192.0.2.8")
        self.asks(self.carol, address="127.0.0.1")
        self.asks(pupils[0], address=school)  # waits on

    def test_a_refusal_holds_for_new_guests_of_the_same_address(self):
        classmate, friend = rooms.actions.create_guest(), rooms.actions.create_guest()
        self.asks(self.carol, address="2001:db8::1")
        self.asks(classmate, address="2001:db8::2")
        self.answers(self.alice, on=False)
        again = rooms.actions.create_guest("Carol")
        with pytest.raises(RuleRefused, match="did not let you in") as refused:
            rooms.actions.join(again, self.room.room_id, address="2001:db8::3")
        assert 0 < (refused.value.retry_after_ms or 0) <= 600_000
        self.asks(friend, address="2001:db8::4")  # was here before the refusal
        self.asks(rooms.actions.create_guest(), address="2001:db8:1::1")
        self.asks(classmate, address="2001:db8::2")
        JoinRequest.objects.filter(answer="declined").update(until=timezone.now() - timedelta(seconds=1))
        self.asks(again, address="2001:db8::3")

    def test_of_who_was_let_in_no_address_is_kept(self):
        self.asks(self.carol, address="192.0.2.7")
        assert JoinRequest.objects.get().address_hash
        self.answers(self.alice, on=True)
        assert JoinRequest.objects.get().address_hash == ""

    def test_a_private_room_asks_after_the_passphrase_and_not_for_it_again(self):
        Room.objects.filter(pk=self.room.pk).update(visibility="private")
        rooms.actions.update_room(self.room, actor=None, passphrase="open sesame")
        self.asks(self.carol, passphrase="open sesame")
        self.answers(self.alice, on=True)
        assert rooms.actions.join(self.carol, self.room.room_id)

    def test_who_waits_for_a_private_room_asks_on_without_spending_attempts(self):
        self.is_private()
        form = JoinForm(username="Carol", passphrase="open sesame")
        identity = Identity(self.carol, "", "192.0.2.7")
        for count in range(15):
            hashing = (
                nullcontext()
                if count == 0
                else patch.object(Room, "accepts_passphrase", side_effect=AssertionError)
            )
            with self.committing(), hashing, pytest.raises(Waiting):
                admit(identity, self.room.room_id, form)
        self.answers(self.alice, on=True)
        assert admit(identity, self.room.room_id, form).person == self.carol

    def test_who_does_not_wait_any_more_shows_the_passphrase_again(self):
        self.is_private()
        self.asks(self.carol, passphrase="open sesame")
        JoinRequest.objects.update(until=timezone.now() - timedelta(seconds=1))
        self.is_shut_out()
        self.asks(self.carol, passphrase="open sesame")
        self.answers(self.alice, on=False)
        self.is_shut_out()

    def test_who_waits_for_a_public_room_needs_the_passphrase_once_it_is_private(self):
        self.is_private()
        rooms.actions.update_room(self.room, actor=None, visibility="public")
        self.asks(self.carol)
        rooms.actions.update_room(self.room, actor=None, visibility="private")
        self.is_shut_out()

    def is_private(self, passphrase: str = "open sesame") -> None:
        with self.committing():
            rooms.actions.update_room(self.room, actor=None, visibility="private", passphrase=passphrase)

    def is_shut_out(self) -> None:
        with pytest.raises(NotMember):
            rooms.actions.join(self.carol, self.room.room_id)

    def test_a_new_passphrase_shuts_out_who_is_no_member(self):
        self.is_private()
        self.asks(self.carol, passphrase="open sesame")
        self.answers(self.alice, on=True)
        member = rooms.actions.join(self.carol, self.room.room_id)
        self.is_private("another one")
        assert rooms.actions.join(self.carol, self.room.room_id) == member
        rooms.actions.leave(member)
        self.is_private("the third one")
        self.is_shut_out()
        self.asks(self.carol, passphrase="the third one")

    def test_a_new_passphrase_ends_the_waiting_and_no_refusal(self):
        self.is_private()
        self.asks(self.carol, passphrase="open sesame")
        self.is_private("another one")
        assert self.sent()[-1] == (f"member.{self.alice.pk}", [])
        assert JoinRequest.objects.get().answer_at(timezone.now()) == "lapsed"
        self.asks(self.carol, passphrase="another one")
        self.answers(self.alice, on=False)
        self.is_private("the third one")
        with pytest.raises(RuleRefused, match="did not let you in"):
            rooms.actions.join(self.carol, self.room.room_id, passphrase="the third one")

    def test_who_was_let_into_a_public_room_needs_the_passphrase_once_it_is_private(self):
        self.is_private()
        rooms.actions.update_room(self.room, actor=None, visibility="public")
        self.asks(self.carol)
        self.answers(self.alice, on=True)
        rooms.actions.update_room(self.room, actor=None, visibility="private")
        self.is_shut_out()

    def test_the_list_of_a_room_that_does_not_ask_lets_nobody_in(self):
        self.is_private()
        self.asks(self.carol, passphrase="open sesame")
        self.answers(self.alice, on=True)
        rooms.actions.update_room(self.room, actor=None, knock=False)
        self.is_shut_out()
