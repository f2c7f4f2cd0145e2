from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import override_settings
from django.utils import timezone

from rooms import actions
from rooms.actions import membership
from rooms.models import Ban, Member, Person, Role, Room
from tests.cases import Cast
from watchium.protocol.errors import (
    BadMessage,
    Banned,
    NameTaken,
    NotMember,
    RoomFull,
    TooLong,
    WrongPassphrase,
)


class JoinTests(Cast):
    def join(self, person: Person, **said) -> Member:
        return actions.join(person, self.room.room_id, **said)

    def make_private(self) -> None:
        with self.committing():
            actions.update_room(self.room, actor=self.alice, visibility="private", passphrase="open sesame")

    def test_carol_joins_by_link(self):
        member = self.join(self.carol, username="Carol")
        assert (member.username, member.role, member.present) == ("Carol", Role.MEMBER, False)

    def test_joining_twice_is_one_membership(self):
        assert self.join(self.carol).pk == self.join(self.carol, username="Caro").pk
        assert self.room.members.count() == 3

    def test_a_present_member_who_joins_under_another_name_is_renamed(self):
        with self.committing():
            self.join(self.bob.person)
            assert "member_joined" not in self.published.types()
        with self.committing():
            self.join(self.bob.person, username="Bobby")
        assert self.published.last("member_joined")["payload"]["username"] == "Bobby"

    def test_a_member_who_left_and_rejoins_keeps_its_row(self):
        actions.leave(self.bob)
        assert self.join(self.bob.person).pk == self.bob.pk

    def test_an_unknown_room_and_a_private_one_give_the_same_error(self):
        self.make_private()
        for passphrase, refusal in (("", NotMember), ("wrong", WrongPassphrase)):
            for room_id in (self.room.room_id, "zzzzzzzzzz"):
                with pytest.raises(refusal) as raised:
                    actions.join(self.carol, room_id, passphrase=passphrase)
                assert type(raised.value) is refusal

    def test_the_passphrase_opens_a_private_room(self):
        self.make_private()
        assert self.join(self.carol, passphrase="open sesame").room == self.room

    def test_the_owner_needs_no_passphrase(self):
        self.make_private()
        actions.leave(self.alice)
        assert self.join(self.alice.person).room == self.room

    def test_the_passphrase_is_stored_as_a_hash(self):
        self.make_private()
        self.room.refresh_from_db()
        assert "open sesame" not in self.room.passphrase

    def test_a_closed_room_cannot_be_joined(self):
        with self.committing():
            actions.close_room(self.room, actor=self.alice)
        with pytest.raises(NotMember):
            self.join(self.carol)

    def test_a_banned_person_cannot_join_until_the_ban_ends(self):
        ban = Ban.objects.create(room=self.room, person=self.carol, until=timezone.now() + timedelta(hours=1))
        with pytest.raises(Banned):
            self.join(self.carol)
        Ban.objects.filter(pk=ban.pk).update(until=timezone.now() - timedelta(seconds=1))
        assert self.join(self.carol)

    @override_settings(MAX_MEMBERS=2)
    def test_a_full_room_admits_only_its_members(self):
        with pytest.raises(RoomFull):
            self.join(self.carol)
        assert self.join(self.bob.person).pk == self.bob.pk

    def set_absent(self, member: Member, duration: timedelta, **facts) -> None:
        then = timezone.now() - duration
        Member.objects.filter(pk=member.pk).update(
            present=False, joined_at=then, last_heartbeat=then, **facts
        )

    @override_settings(MAX_MEMBERS=2)
    def test_a_full_room_gives_away_the_place_of_a_long_absent_member(self):
        Room.objects.update(owner=None)
        self.set_absent(self.bob, timedelta(minutes=59))
        with pytest.raises(RoomFull):
            self.join(self.carol)
        self.set_absent(self.bob, timedelta(minutes=61))
        assert self.join(self.carol)
        assert Member.objects.get(pk=self.bob.pk).left_at is not None

    @override_settings(MAX_MEMBERS=2)
    def test_owners_and_moderators_keep_their_places(self):
        self.set_absent(self.bob, timedelta(days=1), role=Role.MODERATOR)
        with pytest.raises(RoomFull):
            self.join(self.carol)
        self.set_absent(self.bob, timedelta(days=1), role=Role.MEMBER)
        Room.objects.update(owner=self.bob.person)
        with pytest.raises(RoomFull):
            self.join(self.carol)

    @override_settings(MAX_MEMBERS=3)
    def test_a_new_member_keeps_its_place(self):
        self.set_absent(self.bob, timedelta(days=1))
        actions.leave(self.bob)
        self.join(self.bob.person)
        self.join(self.carol)
        with pytest.raises(RoomFull):
            self.join(Person.objects.create(username="Dora"))

    def guests(self, count: int, *, ago: timedelta = timedelta(0), **facts) -> list[Member]:
        """Create absent members who joined `ago`."""
        then = timezone.now() - ago
        members = [
            Member.objects.create(room=self.room, person=Person.objects.create(username=f"G{n}"), **facts)
            for n in range(count)
        ]
        Member.objects.filter(pk__in=[member.pk for member in members]).update(joined_at=then)
        return members

    @override_settings(MAX_MEMBERS=20)
    def test_guests_without_a_heartbeat_do_not_fill_a_room(self):
        members = self.guests(18, ago=timedelta(seconds=61), address_hash="one address")
        assert self.join(self.carol)
        assert [member.pk for member in members if Member.objects.get(pk=member.pk).left_at] == [
            members[0].pk
        ]

    @override_settings(MAX_MEMBERS=20)
    def test_guests_without_a_heartbeat_do_not_fill_a_room_while_their_places_are_reserved(self):
        self.guests(18, address_hash="")
        assert self.join(self.carol)
        for number in range(30):  # many joins must not displace present members either
            self.join(Person.objects.create(username=f"Late {number}"))
        assert self.room.members.current().count() == 20
        assert Member.objects.filter(present=True, left_at=None).count() == 2

    @override_settings(MAX_MEMBERS=20)
    def test_a_few_members_who_are_loading_the_page_keep_their_places(self):
        for member in self.guests(14):
            Member.objects.filter(pk=member.pk).update(present=True, last_heartbeat=timezone.now())
        self.guests(4)
        with pytest.raises(RoomFull):
            self.join(self.carol)

    @override_settings(MAX_MEMBERS=20)
    def test_one_network_keeps_at_most_ten_places_of_absent_members(self):
        moment = timezone.now() - timedelta(minutes=2)
        absent = {"last_heartbeat": moment, "address_hash": "one address"}
        first, *_ = self.guests(11, ago=timedelta(minutes=5), **absent)
        self.guests(7, ago=timedelta(minutes=5), last_heartbeat=moment, address_hash="")
        assert self.join(self.carol)
        assert Member.objects.get(pk=first.pk).left_at is not None
        with pytest.raises(RoomFull):
            self.join(Person.objects.create(username="Dora"))

    def test_a_join_without_a_passphrase_hashes_nothing(self):
        self.make_private()
        with (
            patch.object(membership, "make_password") as hashed,
            patch.object(Room, "accepts_passphrase") as tried,
        ):
            for room_id in (self.room.room_id, "zzzzzzzzzz"):
                with pytest.raises(NotMember):
                    actions.join(self.carol, room_id)
        assert not (hashed.called or tried.called)

    def test_a_room_that_closes_while_the_passphrase_is_checked_admits_nobody(self):
        self.make_private()

        def closes_meanwhile(room: Room, passphrase: str) -> bool:
            actions.close_room(room, actor=None)
            return True

        with patch.object(Room, "accepts_passphrase", closes_meanwhile), pytest.raises(NotMember):
            self.join(self.carol, passphrase="open sesame")

    def test_a_name_that_looks_like_another_gets_a_number(self):
        assert self.join(self.carol, username="\uff21l\u0456ce").username == "Al\u0456ce (2)"

    def test_a_name_is_neither_empty_nor_too_long(self):
        with pytest.raises(BadMessage):
            self.join(self.carol, username="\u200b\u202e")
        with pytest.raises(TooLong):
            self.join(self.carol, username="a" * 41)

    def test_the_name_of_an_account_belongs_to_it(self):
        account = get_user_model().objects.create_user("mira", password="x")
        Person.objects.create(username="mira", account=account)
        with pytest.raises(NameTaken):
            self.join(self.carol, username="Mira")

    def test_an_unusual_name_is_accepted(self):
        assert self.join(self.carol, username="__proto__").username == "__proto__"


class ConstraintTests(Cast):
    def test_the_database_rejects_a_second_host(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.filter(pk=self.bob.pk).update(role=Role.HOST)

    def test_the_database_rejects_a_second_membership(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.create(room=self.room, person=self.bob.person, username="Bob")

    def test_the_database_rejects_a_host_who_left(self):
        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.filter(pk=self.alice.pk).update(left_at=timezone.now())


class CreateRoomTests(Cast):
    def test_the_creator_owns_and_hosts_the_room(self):
        member = actions.create_room(self.carol, title="  Friday \u202e night ")
        assert member.is_owner
        assert member.is_host
        assert member.room.title == "Friday night"

    def test_a_room_without_a_title_is_named_after_its_owner(self):
        assert actions.create_room(self.carol).room.title == "Carol's room"

    def test_a_private_room_needs_a_passphrase(self):
        with pytest.raises(BadMessage):
            actions.create_room(self.carol, visibility="private")
        assert Room.objects.count() == 1

    def test_room_ids_have_no_look_alikes(self):
        ids = {actions.create_room(self.carol).room.room_id for _ in range(50)}
        assert len(ids) == 50
        assert not set("".join(ids)) & set("01ilo")


class NameTests(Cast):
    def test_a_name_is_free_when_no_present_member_has_it(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        assert actions.join(self.carol, self.room.room_id, username="Bob").username == "Bob"

    def test_a_member_whose_name_was_taken_meanwhile_gets_a_number(self):
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        actions.connect(actions.join(self.carol, self.room.room_id, username="Bob"), "")
        assert actions.connect(self.bob, "")[0].username == "Bob (2)"
