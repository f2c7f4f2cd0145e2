"""The room that a client of Syncplay means, and its person: guests return by room, name, network and password."""

from __future__ import annotations

from datetime import timedelta
from unittest.mock import AsyncMock, Mock, patch

import pytest
from asgiref.sync import sync_to_async
from django.test import override_settings
from django.utils import timezone

from rooms import actions
from rooms.access import Identity
from rooms.domain.rights import Right
from rooms.ids import md5_of
from rooms.models import Ban, Member, PlayerCode, PlayerGuest, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import Banned, NotMember, RateLimited, Unavailable, WrongPassphrase
from watchium.syncplay import connection as connection_module
from watchium.syncplay.connection import Connection
from watchium.syncplay.incoming import Hello
from watchium.syncplay.joining import Joined, find_room_id, join
from watchium.syncplay.listener import Listener
from watchium.syncplay.room_socket import _Consumer
from watchium.syncplay.transport.line_stream import LineStream

HOME = "192.168.1.7"  # passwords are taken from private networks only


def connection_of(listener: Listener) -> Connection:
    return Connection(Mock(spec=LineStream), HOME, listener._take_place_of)


@pytest.mark.parametrize("elsewhere", [True, False])
async def test_who_is_another_person_takes_no_place(elsewhere: bool):
    """The guest is in another process: when it comes to this one, its place is free."""
    listener = Listener()
    with patch.object(connection_module, "is_elsewhere", AsyncMock(return_value=elsewhere)):
        assert await connection_of(listener)._returns_as(7) is not elsewhere
    with patch.object(connection_module, "is_elsewhere", AsyncMock(return_value=False)):
        assert await connection_of(listener)._returns_as(7) is elsewhere


class NamesakeTests(Cast):
    """Two clients with one name in one network are two persons."""

    def join(self, *here: Member) -> Member:
        hello = Hello(username="Tom", room=self.room.room_id)
        joined = join(hello, HOME, here={member.person_id for member in here})
        return Member.objects.get(room=self.room, person=joined.person)

    def setUp(self) -> None:
        self.first = self.join()
        self.second = self.join(self.first)

    def test_each_comes_back_as_itself(self):
        assert self.first != self.second
        for _ in range(2):
            assert self.join(self.second) == self.first
            assert self.join(self.first) == self.second
        third = self.join(self.first, self.second)
        assert third not in (self.first, self.second)
        assert self.join() == self.first
        assert self.join(self.first) == self.second
        assert self.join(self.first, self.second) == third

    def test_nobody_is_rid_of_a_mute_by_a_second_connection(self):
        for quiet in (False, True):
            for muted, other in ((self.first, self.second), (self.second, self.first)):
                actions.mute(self.room, muted.person.user_id, actor=self.alice, minutes=5, quiet=quiet)
                assert self.join() == muted
                assert self.join(muted) == other
                with pytest.raises(Unavailable):
                    self.join(muted, other)
                Member.objects.update(muted_until_ms=None, quiet_mute_until_ms=None)

    def test_nor_of_a_ban(self):
        for banned in (self.second, self.first):
            actions.ban(self.room, banned.person.user_id, actor=self.alice, minutes=5, person_only=True)
            for here in ((), (self.first,) if banned == self.second else (self.second,)):
                with pytest.raises(Banned):
                    self.join(*here)
            Ban.objects.all().delete()

    @patch("watchium.syncplay.joining.NAMESAKES", 2)
    def test_so_many_guests_have_one_name_at_most(self):
        with pytest.raises(RateLimited):
            self.join(self.first, self.second)


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
