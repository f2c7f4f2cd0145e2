from __future__ import annotations

from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from django.contrib.auth.models import User
from django.test import Client

from rooms.models import Room
from tests.watchium.api.callers import ApiCase

PASSWORD = "correct horse battery"


class Guessing(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        User.objects.create_user("root", password=PASSWORD, is_staff=True, is_superuser=True)

    def try_at(self, path: str = "/admin/login/", name: str = "root", password: str = "guess", **where: str):
        return Client(**where).post(path, {"username": name, "password": password, "next": "/admin/"})

    def test_the_eleventh_attempt_from_one_address_is_refused_on_every_account_and_page(self):
        for number in range(settings.LIMITS["password"][0]):
            path = ("/admin/login/", "/accounts/login/")[number % 2]
            assert self.try_at(path, f"root{number}", REMOTE_ADDR="198.51.100.1").status_code == 200
        late = self.try_at(password=PASSWORD, REMOTE_ADDR="198.51.100.1")
        assert late.status_code == 429
        assert int(late["Retry-After"]) > 0
        self.assertContains(late, "Too many attempts", status_code=429)
        assert self.try_at(password=PASSWORD, REMOTE_ADDR="198.51.100.2").status_code == 302

    def test_a_thousand_addresses_share_the_limit_of_one_account(self):
        addresses = [f"198.51.100.{number}" for number in range(settings.LIMITS["account"][0])]
        for number, address in enumerate(addresses):
            name = "ROOT" if number % 2 else "root"
            assert self.try_at(name=name, REMOTE_ADDR=address).status_code == 200
        assert self.try_at(password=PASSWORD, REMOTE_ADDR="203.0.113.1").status_code == 429
        assert self.try_at(name="dana", REMOTE_ADDR="203.0.113.1").status_code == 200

    def test_no_password_is_checked_beyond_the_limit(self):
        for _ in range(settings.LIMITS["password"][0]):
            self.try_at(REMOTE_ADDR="198.51.100.3")
        with patch.object(MD5PasswordHasher, "verify", side_effect=AssertionError("hashed")):
            assert self.try_at(REMOTE_ADDR="198.51.100.3").status_code == 429

    def test_a_spoofed_address_header_does_not_reset_the_limit(self):
        for number in range(settings.LIMITS["password"][0] + 1):
            forged = {"X-Forwarded-For": f"203.0.113.{number}"}
            answer = Client(REMOTE_ADDR="198.51.100.4", headers=forged).post(
                "/accounts/login/", {"username": f"root{number}", "password": "guess"}
            )
        assert answer.status_code == 429

    def test_an_unknown_name_gets_the_same_response_as_a_wrong_password(self):
        pages = [
            self.try_at(name=name, REMOTE_ADDR="198.51.100.5").context["form"].non_field_errors()
            for name in ("root", "nobody")
        ]
        assert pages[0] == pages[1]

    def test_a_disabled_account_gets_the_same_response_as_a_wrong_password(self):
        User.objects.filter(username="root").update(is_active=False)
        right, wrong = (
            self.try_at(password=password, REMOTE_ADDR="198.51.100.6").context["form"].non_field_errors()
            for password in (PASSWORD, "guess")
        )
        assert right == wrong

    def test_sign_ups_are_rate_limited(self):
        fields = {"username": "x", "password1": "x", "password2": "y"}
        for _ in range(settings.LIMITS["new_account"][0]):
            page = Client(REMOTE_ADDR="198.51.100.7").post("/accounts/signup/", fields)
            assert not page.context["form"].non_field_errors()
        page = Client(REMOTE_ADDR="198.51.100.7").post("/accounts/signup/", fields)
        assert "Too many attempts" in str(page.context["form"].non_field_errors())

    def test_passphrase_attempts_on_pages_and_api_share_ten_a_minute(self):
        self.update_room(visibility="private", passphrase="sesame")
        for number in range(settings.LIMITS["passphrase"][0]):
            word = {"username": "Dana", "passphrase": f"guess{number}"}
            if number % 2:
                self.client.post(f"/rooms/{self.room.room_id}/", word)
            else:
                self.refused(self.anonymous.post(self.url("join/"), word), 403, "wrong_passphrase")
        right = {"username": "Dana", "passphrase": "sesame"}
        problem = self.refused(self.anonymous.post(self.url("join/"), right), 429, "rate_limited")
        assert problem["retry_after_ms"] > 0

    def try_passphrase(self, address: str, passphrase: str, room_id: str = ""):
        path = f"/api/rooms/{room_id or self.room.room_id}/join/"
        client = Client(REMOTE_ADDR=address)
        return client.post(path, {"username": "Dana", "passphrase": passphrase}, "application/json")

    def test_a_thousand_addresses_share_the_limit_of_one_room_and_a_friend_gets_in(self):
        self.update_room(visibility="private", passphrase="sesame")
        times = int(settings.LIMITS["room_passphrase"][0])
        for number in range(times):
            assert self.try_passphrase(f"198.51.100.{number}", "barley").status_code == 403
        attackers = [f"203.0.113.{number}" for number in range(5)]
        for address in attackers:  # one more per address, then none
            assert self.try_passphrase(address, "barley").status_code == 403
            self.refused(self.try_passphrase(address, "sesame"), 429, "rate_limited")
        assert self.try_passphrase("192.0.2.1", "sesame").status_code == 200

    def test_attempts_on_a_missing_room_are_limited_too(self):
        times = int(settings.LIMITS["room_passphrase"][0])
        for number in range(times):
            self.try_passphrase(f"198.51.100.{number}", "barley", "zzzzzzzzzz")
        assert self.try_passphrase("203.0.113.1", "barley", "zzzzzzzzzz").status_code == 403
        assert self.try_passphrase("203.0.113.1", "barley", "zzzzzzzzzz").status_code == 429
        assert self.try_passphrase("203.0.113.1", "barley", "yyyyyyyyyy").status_code == 403

    def test_a_passphrase_of_one_letter_or_with_a_nul_byte_is_refused(self):
        for passphrase in ("a", "12345", "     a", "sesame\x00", "two\nlines"):
            body = {"visibility": "private", "passphrase": passphrase}
            self.refused(self.anonymous.post("/api/rooms/", body), 400, "bad_message")
            self.refused(self.as_alice.patch(self.url(), body), 400, "bad_message")
            page = Client().post("/", body)
            assert page.context["errors"].keys() == {"passphrase"}
        assert Room.objects.count() == 1
        assert self.anonymous.post("/api/rooms/", body | {"passphrase": "s\u00e9same"}).status_code == 201

    def test_a_passphrase_of_a_public_room_is_ignored(self):
        answer = Client().post("/", {"visibility": "public", "passphrase": "a"})
        assert answer.status_code == 302
        assert Room.objects.get(visibility="public").passphrase == ""

    def test_a_short_passphrase_from_earlier_versions_still_works(self):
        self.update_room(visibility="private")
        Room.objects.filter(pk=self.room.pk).update(passphrase=make_password("abc"))
        assert self.try_passphrase("192.0.2.1", "abc").status_code == 200
