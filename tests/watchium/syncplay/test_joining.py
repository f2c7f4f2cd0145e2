"""The room that a client of Syncplay means, and its person: guests return by room, name, network and password."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings
from django.utils import timezone

from rooms import actions
from rooms.access import Identity
from rooms.domain.rights import Right
from rooms.ids import md5_of
from rooms.models import Member, PlayerCode, PlayerGuest, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import NotMember, Unavailable, WrongPassphrase
from watchium.syncplay.incoming import Hello
from watchium.syncplay.joining import Joined, find_room_id, join
from watchium.syncplay.room_socket import _Consumer

HOME = "192.168.1.7"  # passwords are taken from private networks only


class ReturningGuestTests(Cast):
    def join(self, password: str = "", room: str = "") -> Member:
        hello = Hello(username="Tom", room=room or self.room.room_id, password=password)
        joined = join(hello, HOME)
        return Member.objects.get(room=self.room, person=joined.person)

    def test_a_guest_who_returns_is_the_same_member(self):
        assert self.join() == self.join()

    def test_a_guest_is_known_for_ten_minutes_after_it_was_here(self):
        tom = self.join()
        self.was_here(tom, joined_ago=timedelta(hours=3), present=True)
        assert self.join() == tom
        self.was_here(tom, joined_ago=timedelta(hours=3), seen_ago=timedelta(minutes=9))
        assert self.join() == tom
        self.was_here(tom, joined_ago=timedelta(hours=3), seen_ago=timedelta(minutes=11))
        assert self.join() != tom

    def was_here(
        self, tom: Member, *, joined_ago: timedelta, seen_ago: timedelta | None = None, present: bool = False
    ) -> None:
        now = timezone.now()
        seen_at = now - seen_ago if seen_ago is not None else None
        Member.objects.filter(pk=tom.pk).update(present=present, last_heartbeat=seen_at)
        PlayerGuest.objects.update(joined_at=now - joined_ago)

    def test_who_is_gone_is_forgotten_after_a_day(self):
        tom = self.join()
        self.was_here(tom, joined_ago=timedelta(days=2), present=True)
        assert not PlayerGuest.objects.outdated(timezone.now())
        self.was_here(tom, joined_ago=timedelta(days=2))
        assert PlayerGuest.objects.outdated(timezone.now()).get().person == tom.person

    def test_another_network_or_name_is_another_guest(self):
        tom = self.join()
        for name, address in (("Tim", HOME), ("Tom", "192.168.1.8")):
            other = join(Hello(username=name, room=self.room.room_id), address)
            assert other.person != tom.person

    @override_settings(SYNCPLAY=("127.0.0.1", 8999))
    def test_the_name_alone_opens_no_private_room(self):
        actions.update_room(self.room, actor=self.alice, visibility="private", passphrase="open sesame")
        tom = self.join(md5_of("open sesame"))
        for password, refusal in (("", NotMember), (md5_of("wrong"), WrongPassphrase)):
            with pytest.raises(refusal):
                self.join(password)
        assert self.join(md5_of("open sesame")) == tom

    def test_who_sends_another_password_is_another_guest(self):
        assert self.join(md5_of("one")) != self.join(md5_of("other"))

    def test_a_host_or_moderator_is_nobody_by_its_name(self):
        Member.objects.filter(pk=self.alice.pk).update(role=Role.MEMBER)
        for role in (Role.HOST, Role.MODERATOR):
            tom = self.join()
            Member.objects.filter(pk=tom.pk).update(role=role)
            stranger = self.join()
            assert stranger != tom
            assert stranger.role == Role.MEMBER

    def test_given_rights_do_not_come_back_with_the_name_but_taken_ones_do(self):
        tom = self.join()
        tom.set_exception(Right.CHAT, allowed=False)
        tom.save()
        assert self.join() == tom
        tom.set_exception(Right.CONTROL, allowed=True)
        tom.save()
        assert self.join() != tom

    def test_given_rights_of_a_guest_who_left_do_not_come_back_either(self):
        tom = self.join()
        tom.set_exception(Right.CONTROL, allowed=True)
        tom.save()
        actions.leave(tom)
        assert self.join() != tom


class TypedRoomTests(Cast):
    def test_an_own_address_may_look_like_a_room_id(self):
        Room.objects.filter(pk=self.room.pk).update(slug="moviegroup")
        for typed in ("moviegroup", "MovieGroup", "https://watch.example.org/r/moviegroup"):
            assert find_room_id(typed, HOME) == self.room.room_id

    def test_a_room_id_wins_over_an_own_address(self):
        other = Room.objects.create(title="other", slug=self.room.room_id)
        assert find_room_id(self.room.room_id, HOME) == self.room.room_id
        assert find_room_id(f"https://watch.example.org/r/{self.room.room_id}", HOME) == other.room_id

    def test_the_same_work_whichever_room_exists(self):
        for typed in (self.room.room_id, "zzzzzzzzzz"):
            with self.assertNumQueries(2):
                assert find_room_id(typed, HOME) == typed


class EndedCodeTests(Cast):
    async def test_a_code_that_ends_while_its_client_joins_admits_nobody(self):
        joined = await sync_to_async(self.join_with_code)()
        consumer = _Consumer(Identity(joined.person, "", HOME), joined)
        with patch("watchium.syncplay.room_socket.in_database", lambda call: sync_to_async(call)()):
            assert (await consumer._identity()).person == self.bob.person
            await sync_to_async(PlayerCode.objects.end_all_of)(self.bob.person.pk)
            with pytest.raises(Unavailable):
                await consumer._identity()

    def join_with_code(self) -> Joined:
        _, code = PlayerCode.objects.issue(self.room, self.bob.person, "", timezone.now())
        return join(Hello(username="Tom", room=self.room.room_id, password=md5_of(code)), HOME)
