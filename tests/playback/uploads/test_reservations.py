from __future__ import annotations

from datetime import timedelta
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.contrib.auth.models import User
from django.test import TransactionTestCase, override_settings, skipUnlessDBFeature
from django.utils import timezone

from playback.models import Upload
from playback.models.upload import RESERVED, longest_reservation
from playback.uploads import actions, storage
from rooms.models import Member, Person, Role, Room
from tests.overlap import overlapping
from tests.playback.library.media_files import wav
from tests.playback.uploads.fixtures import UploadCase
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.errors import Refused

MB = 1024 * 1024
SONG = wav(20)


def host(name: str) -> Member:
    """Return the host of a room of its own, who is a guest."""
    person = Person.objects.create(username=name)
    room = Room.objects.create(title=name, owner=person)
    return Member.objects.create(room=room, person=person, username=name, role=Role.HOST, present=True)


class Addresses(UploadCase):
    """Guests are free: whoever makes ten of them has one address."""

    def begin_as(self, name: str, size: int, address: str = "203.0.113.9") -> Upload:
        return actions.create(host(name), size, "x", address=address)

    def test_all_guests_of_an_address_begin_as_many_files_as_one_person(self):
        most = int(DEFAULTS["upload"][0])
        for number in range(most):
            self.begin_as(f"guest {number}", 1)
        with self.assertRaises(Refused) as refused:
            self.begin_as("one more", 1)
        assert refused.exception.code == "rate_limited"
        self.begin_as("of another network", 1, "198.51.100.7")

    @override_settings(PROXIES=1, LIMITS={**DEFAULTS, "upload": (2, 600)})
    def test_the_address_is_that_which_the_proxy_names(self):
        for number in range(2):
            self.begin_as(f"guest {number}", 1)
        self.refused(self.begin(5, forwarded="198.51.100.7, 203.0.113.9"), 429, "rate_limited")
        assert self.begin(5, forwarded="203.0.113.9, 198.51.100.7").status_code == 201

    @override_settings(UPLOADS_GB=1, ROOM_UPLOAD_MB=100)
    def test_an_address_holds_at_most_a_quarter_of_the_space_of_all(self):
        for number in range(3):
            self.begin_as(f"guest {number}", 80 * MB)
        with self.assertRaises(Refused) as refused:
            self.begin_as("one more", 80 * MB)
        assert (refused.exception.code, refused.exception.status) == ("too_long", 413)
        assert "network" in str(refused.exception)
        self.begin_as("of another network", 80 * MB, "198.51.100.7")

    @override_settings(UPLOADS_GB=1, ROOM_UPLOAD_MB=700, UPLOAD_MB=700)
    def test_an_address_holds_what_a_room_may_hold_if_that_is_more(self):
        self.begin_as("guest", 600 * MB)

    @override_settings(UPLOADS_GB=1, ROOM_UPLOAD_MB=100)
    def test_this_machine_and_undeclared_proxies_are_not_limited(self):
        for number in range(5):
            self.begin_as(f"guest {number}", 80 * MB, "127.0.0.1")


class Guests(UploadCase):
    """Addresses are not free, but many people have several."""

    @override_settings(UPLOADS_GB=1, ROOM_UPLOAD_MB=300, UPLOAD_MB=300)
    def test_guests_of_all_networks_leave_half_of_the_space_to_accounts(self):
        for number in range(2):
            actions.create(host(f"guest {number}"), 250 * MB, "x", address=f"203.0.113.{number}")
        with self.assertRaises(Refused) as refused:
            actions.create(host("one more"), 250 * MB, "x", address="198.51.100.7")
        assert str(refused.exception).startswith("Guests together have no space left")
        member = host("account")
        Person.objects.filter(pk=member.person_id).update(account=User.objects.create_user("account"))
        member.person.refresh_from_db()
        actions.create(member, 250 * MB, "x", address="198.51.100.7")


class Slow(UploadCase):
    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_an_upload_that_arrives_a_little_at_a_time_loses_its_reservation_but_not_its_bytes(self):
        url = self.address(3 * MB)
        assert self.piece(url, 0, SONG[:1000]).status_code == 204
        begun = timezone.now() - longest_reservation()
        Upload.objects.filter(pk=self.upload_at(url).pk).update(created_at=begun)
        assert self.piece(url, 1000, SONG[1000:2000]).status_code == 204
        assert Upload.objects.reserved_bytes(timezone.now()) <= 2000
        other = self.address(3 * MB)
        self.refused(self.piece(url, 2000, SONG[2000:3000]), 413, "too_long")
        assert self.tus(self.as_alice, "DELETE", other).status_code == 204
        assert self.piece(url, 2000, SONG[2000:3000]).status_code == 204

    @override_settings(UPLOAD_MB=512)
    def test_the_largest_file_has_its_reservation_for_hours(self):
        assert timedelta(hours=2) < longest_reservation() < timedelta(hours=3)


class Stopped(UploadCase):
    """What stops arriving gives the space of its rest to others after a quarter of an hour."""

    def stop(self, url: str) -> None:
        Upload.objects.filter(pk=self.upload_at(url).pk).update(changed_at=timezone.now() - RESERVED)

    def half(self) -> str:
        url = self.address(3 * MB)
        assert self.piece(url, 0, SONG[: len(SONG) // 2]).status_code == 204
        return url

    def reserved(self) -> int:
        return Upload.objects.reserved_bytes(timezone.now())

    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_an_upload_without_bytes_reserves_nothing_after_a_while(self):
        url = self.address(3 * MB)
        self.refused(self.begin(3 * MB), 413, "too_long")
        self.stop(url)
        assert self.reserved() == 0
        self.address(3 * MB)

    def test_an_empty_piece_does_not_keep_the_space(self):
        url = self.address(3 * MB)
        before = self.upload_at(url).changed_at
        assert self.piece(url, 0, b"").status_code == 204
        assert self.upload_at(url).changed_at == before

    @override_settings(UPLOAD_MB=3, ROOM_UPLOAD_MB=5)
    def test_the_bytes_that_are_here_count_and_the_rest_is_asked_for_again(self):
        url = self.half()
        here = self.offset(url)
        self.stop(url)
        assert self.reserved() == here == len(SONG) // 2
        other = self.address(3 * MB)
        response = self.piece(url, here, SONG[here:])
        problem = self.refused(response, 413, "too_long")
        assert "no space left" in problem["message"]
        assert self.tus(self.as_alice, "DELETE", other).status_code == 204
        assert self.piece(url, here, SONG[here:]).status_code == 204
        assert self.reserved() == 3 * MB

    def test_a_whole_upload_keeps_its_space(self):
        upload = self.sent(SONG)
        Upload.objects.filter(pk=upload.pk).update(changed_at=timezone.now() - timedelta(days=9))
        assert self.reserved() == len(SONG)

    def test_a_disk_that_others_have_filled_takes_no_more_pieces(self):
        url = self.half()
        here = self.offset(url)
        with patch.object(storage, "SPARE_BYTES", 1 << 62):
            self.refused(self.piece(url, here, SONG[here:]), 507, "unavailable")
        assert self.piece(url, here, SONG[here:]).status_code == 204


@skipUnlessDBFeature("has_select_for_update")
class Races(TransactionTestCase):
    """PostgreSQL only: SQLite has one writing transaction at a time."""

    @override_settings(UPLOADS_GB=1, ROOM_UPLOAD_MB=600, UPLOAD_MB=600)
    def test_persons_in_different_rooms_do_not_reserve_the_same_space(self):
        alice, bob = host("alice"), host("bob")

        def begin(by: Member) -> bool:
            try:
                actions.create(by, 600 * MB, "x")
            except Refused:
                return False
            return True

        with TemporaryDirectory() as folder, override_settings(UPLOADS_DIR=folder):
            assert overlapping(lambda: begin(alice), lambda: begin(bob)) == (True, False)
        assert Upload.objects.count() == 1
