from __future__ import annotations

import zlib
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.test import TransactionTestCase, override_settings, skipUnlessDBFeature
from django.utils import timezone

import playback.room.actions
from playback.models import Playback, RoomCaptions
from playback.room.captions import actions
from playback.sources import addresses
from rooms.models import Member, Person, Role, Room
from tests.cases import CLIP
from tests.overlap import overlapping
from tests.playback.room.fixtures import ActionCase
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.errors import RateLimited, Refused, TooLong

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"
SIZE = len(zlib.compress(SRT.encode()))
HERE, ELSEWHERE = "203.0.113.9", "198.51.100.7"


def host(name: str) -> Member:
    person = Person.objects.create(username=name)
    room = Room.objects.create(title=name, owner=person)
    playback.room.actions.prepare(room, addresses.find(CLIP))
    return Member.objects.create(room=room, person=person, username=name, role=Role.HOST, present=True)


def share(by: Member, number: int = 0, address: str = "127.0.0.1") -> str:
    return actions.share_file(by, "x", "", SRT + "\n" * number, address=address).id


def space(files: int):
    """Space for so many files of all rooms, and half as many of a network."""
    sizes = {"MAX_TOTAL_BYTES": (SIZE + 4) * files, "MAX_NETWORK_BYTES": (SIZE + 4) * files // 2}
    return patch.multiple(actions, **sizes)


class Space(ActionCase):
    def refused(self, by: Member, number: int, address: str) -> str:
        with pytest.raises(TooLong) as refused:
            share(by, number, address)
        assert (refused.value.code, refused.value.status) == ("too_long", 413)
        assert Playback.objects.of(by.room).shared_captions == []
        return str(refused.value)

    def test_all_rooms_together_have_a_limit(self):
        with space(4):
            for number in range(4):
                share(host(f"guest {number}"))
            assert "This server" in self.refused(host("one more"), 0, "127.0.0.1")
            assert RoomCaptions.objects.count() == 4

    def test_all_guests_of_an_address_have_half_of_it(self):
        with space(4):
            for number in range(2):
                share(host(f"guest {number}"), 0, HERE)
            assert "Your network" in self.refused(host("one more"), 0, HERE)
            share(host("elsewhere"), 0, ELSEWHERE)

    def test_a_file_that_the_room_has_takes_no_more(self):
        with space(2):
            key = share(self.alice, 0, HERE)
            assert share(self.alice, 0, HERE) == key
            actions.share_file(self.alice, "another name", "", SRT, address=HERE)

    def test_what_is_taken_back_frees_its_space(self):
        with space(2):
            key = share(self.alice, 0, HERE)
            actions.withdraw(self.alice, key)
            share(host("guest"), 0, HERE)

    @override_settings(LIMITS={**DEFAULTS, "captions": (2, 600)})
    def test_all_guests_of_an_address_give_as_many_as_one(self):
        for number in range(2):
            share(host(f"guest {number}"), 0, HERE)
        one_more = host("one more")
        with pytest.raises(RateLimited):
            share(one_more, 0, HERE)
        share(one_more, 0, ELSEWHERE)


class Sweeping(ActionCase):
    def unused_for(self, by: Member, days: float) -> None:
        Room.objects.filter(pk=by.room.pk).update(last_active_at=timezone.now() - timedelta(days=days))

    def test_files_of_a_room_without_visitors_go_after_a_month(self):
        used, unused = host("used"), host("unused")
        for by in (used, unused):
            share(by)
            actions.share_address(by, "a", "", "https://example.org/a.srt")
        self.unused_for(used, 29)
        self.unused_for(unused, 31)
        assert actions.sweep(dry_run=True) == 1
        assert RoomCaptions.objects.count() == 2
        assert actions.sweep() == 1
        assert [row.room for row in RoomCaptions.objects.all()] == [used.room]
        listed = [each.url for each in Playback.objects.of(unused.room).shared_captions]
        assert listed == ["https://example.org/a.srt"]
        assert len(Playback.objects.of(used.room).shared_captions) == 2
        assert actions.sweep() == 0


@skipUnlessDBFeature("has_select_for_update")
class Races(TransactionTestCase):
    """PostgreSQL only: SQLite has one writing transaction at a time."""

    def test_two_rooms_do_not_take_the_same_space(self):
        alice, bob = host("alice"), host("bob")

        def shared(by: Member) -> bool:
            try:
                share(by)
            except Refused:
                return False
            return True

        with space(1):
            assert overlapping(lambda: shared(alice), lambda: shared(bob)) == (True, False)
        assert RoomCaptions.objects.count() == 1
