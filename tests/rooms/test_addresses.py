from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

import rooms.actions
from rooms.access import Identity
from rooms.actions.admission import room_code, room_with_code
from rooms.ids import typed_code
from rooms.models import Member, Room
from tests.cases import Cast
from watchium.protocol.errors import NameTaken, RateLimited, RuleRefused, TooLong


class Codes(Cast):
    def test_a_code_leads_to_its_room_for_a_day(self):
        code, until = room_code(self.alice)
        assert room_code(self.bob) == (code, until)
        visitor = Identity(None)
        assert room_with_code(visitor, f" {code[:3].lower()}-{code[3:]} ") == self.room
        Room.objects.update(code_until=timezone.now() - timedelta(seconds=1))
        assert room_with_code(visitor, code) is None
        assert room_code(self.alice)[0] != code

    def test_only_who_may_invite_gets_one(self):
        rooms.actions.update_room(self.room, actor=self.alice, rights={"invite": "host"})
        with pytest.raises(RuleRefused, match="Only the host may invite"):
            room_code(self.bob)

    def test_what_is_no_code_is_none(self):
        assert typed_code("bcd fgh") == "BCDFGH"
        assert [typed_code(text) for text in ("BCDFG", "BCDFGA", "BCDFGHJ", "", "ſßßßßß")] == [""] * 5

    @pytest.mark.usefixtures("frozen_clock")
    def test_codes_of_no_room_are_limited(self):
        stranger = Identity(None, address="203.0.113.9")
        with pytest.raises(RateLimited):
            for _ in range(61):
                room_with_code(stranger, "BCDFGH")

    def test_the_page_goes_to_the_room(self):
        code, _ = room_code(self.alice)
        assert Client().get("/j/", {"code": code})["Location"] == f"/rooms/{self.room.room_id}/"
        assert Client().get("/j/", {"code": "nothing"}).status_code == 404
        assert Client().get("/j/").status_code == 200


class Slugs(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.alice.person.account = User.objects.create_user("alice", password="x")
        self.alice.person.save()

    def chooses(self, slug: str | None, member: Member | None = None) -> None:
        member = member or self.alice
        rooms.actions.update_room(member.room, actor=member, slug=slug)

    def test_of_two_rooms_that_take_an_address_at_once_one_gets_it(self):
        Room.objects.create(title="other", slug="friday")
        faster = patch.object(type(Room.objects.all()), "is_slug_taken", side_effect=[False, True])
        with faster, pytest.raises(NameTaken):
            rooms.actions.update_room(self.room, actor=self.alice, slug="friday")

    def test_an_account_chooses_an_address_for_its_room(self):
        self.chooses("friday")
        assert Client().get("/r/Friday/")["Location"] == f"/rooms/{self.room.room_id}/"
        self.chooses(None)
        assert "passphrase" in Client().get("/r/friday/").text

    def test_two_rooms_do_not_share_one(self):
        self.chooses("friday")
        other = rooms.actions.create_room(self.alice.person, title="Another")
        with pytest.raises(NameTaken):
            self.chooses("friday", other)
        rooms.actions.close_room(self.room, actor=self.alice)
        self.chooses("friday", other)

    def test_guests_have_none(self):
        other = rooms.actions.create_room(self.bob.person, title="Bob's")
        with pytest.raises(RuleRefused, match="accounts"):
            self.chooses("friday", other)

    def test_an_outsider_does_not_learn_that_a_private_room_has_the_address(self):
        self.chooses("friday")
        Room.objects.filter(pk=self.room.pk).update(visibility="private")
        pages = [Client().get(f"/r/{slug}/") for slug in ("friday", "monday")]
        assert [page.status_code for page in pages] == [200, 200]
        assert "movie-night" not in pages[0].text
        assert self.room.room_id not in pages[0].text


class Descriptions(Cast):
    def test_visitors_and_members_read_it(self):
        rooms.actions.update_room(self.room, actor=self.alice, description="  Every Friday, 8 pm.  ")
        assert "Every Friday, 8 pm." in Client().get(f"/rooms/{self.room.room_id}/").text

    def test_it_has_at_most_five_hundred_characters(self):
        with pytest.raises(TooLong):
            rooms.actions.update_room(self.room, actor=self.alice, description="x" * 501)


class Favourites(Cast):
    def test_favourites_come_first_among_the_rooms_of_a_person(self):
        later = rooms.actions.create_room(self.bob.person, title="Later").room
        assert list(Room.objects.of_person(self.bob.person)) == [later, self.room]
        Member.objects.set_favourite(self.bob, on=True)
        assert list(Room.objects.of_person(self.bob.person)) == [self.room, later]
        favourites = [room.__dict__["is_favourite"] for room in Room.objects.of_person(self.bob.person)]
        assert favourites == [1, 0]
