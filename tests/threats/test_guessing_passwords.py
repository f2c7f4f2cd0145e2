from __future__ import annotations

from unittest.mock import patch

from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client

from tests.watchium.callers import ApiCase

PASSWORD = "correct horse battery"


class Guessing(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        User.objects.create_user("root", password=PASSWORD, is_staff=True, is_superuser=True)

    def try_at(self, path: str = "/admin/login/", name: str = "root", password: str = "guess", **where: str):
        return Client(**where).post(path, {"username": name, "password": password, "next": "/admin/"})

    def test_eleven_tries_from_one_address_are_one_too_many_whatever_account_and_page(self):
        for number in range(settings.LIMITS["password"][0]):
            path = ("/admin/login/", "/accounts/login/")[number % 2]
            assert self.try_at(path, f"root{number}", REMOTE_ADDR="198.51.100.1").status_code == 200
        late = self.try_at(password=PASSWORD, REMOTE_ADDR="198.51.100.1")
        assert late.status_code == 429
        assert int(late["Retry-After"]) > 0
        self.assertContains(late, "Too many tries", status_code=429)
        assert self.try_at(password=PASSWORD, REMOTE_ADDR="198.51.100.2").status_code == 302

    def test_a_thousand_addresses_together_get_no_further_at_one_account(self):
        addresses = [f"198.51.100.{number}" for number in range(settings.LIMITS["account"][0])]
        for number, address in enumerate(addresses):
            name = "ROOT" if number % 2 else "root"
            assert self.try_at(name=name, REMOTE_ADDR=address).status_code == 200
        assert self.try_at(password=PASSWORD, REMOTE_ADDR="203.0.113.1").status_code == 429
        assert self.try_at(name="dana", REMOTE_ADDR="203.0.113.1").status_code == 200

    def test_no_password_is_looked_at_once_it_was_too_often(self):
        for _ in range(settings.LIMITS["password"][0]):
            self.try_at(REMOTE_ADDR="198.51.100.3")
        with patch.object(MD5PasswordHasher, "verify", side_effect=AssertionError("hashed")):
            assert self.try_at(REMOTE_ADDR="198.51.100.3").status_code == 429

    def test_an_address_somebody_writes_into_a_header_does_not_make_them_another(self):
        for number in range(settings.LIMITS["password"][0] + 1):
            forged = {"X-Forwarded-For": f"203.0.113.{number}"}
            answer = Client(REMOTE_ADDR="198.51.100.4", headers=forged).post(
                "/accounts/login/", {"username": f"root{number}", "password": "guess"}
            )
        assert answer.status_code == 429

    def test_a_name_nobody_has_is_answered_like_a_wrong_password(self):
        pages = [
            self.try_at(name=name, REMOTE_ADDR="198.51.100.5").context["form"].non_field_errors()
            for name in ("root", "nobody")
        ]
        assert pages[0] == pages[1]

    def test_an_account_that_was_switched_off_is_answered_like_a_wrong_password(self):
        User.objects.filter(username="root").update(is_active=False)
        right, wrong = (
            self.try_at(password=password, REMOTE_ADDR="198.51.100.6").context["form"].non_field_errors()
            for password in (PASSWORD, "guess")
        )
        assert right == wrong

    def test_accounts_are_not_made_by_the_thousand(self):
        fields = {"username": "x", "password1": "x", "password2": "y"}
        for _ in range(settings.LIMITS["new_account"][0]):
            page = Client(REMOTE_ADDR="198.51.100.7").post("/accounts/signup/", fields)
            assert not page.context["form"].non_field_errors()
        page = Client(REMOTE_ADDR="198.51.100.7").post("/accounts/signup/", fields)
        assert "Too many tries" in str(page.context["form"].non_field_errors())

    def test_passphrases_are_guessed_ten_a_minute_on_pages_and_api_together(self):
        self.make(visibility="private", passphrase="sesame")
        for number in range(settings.LIMITS["passphrase"][0]):
            word = {"username": "Dana", "passphrase": f"guess{number}"}
            if number % 2:
                self.client.post(f"/rooms/{self.room.room_id}/", word)
            else:
                self.refused(self.nobody.post(self.url("join/"), word), 403, "wrong_passphrase")
        right = {"username": "Dana", "passphrase": "sesame"}
        problem = self.refused(self.nobody.post(self.url("join/"), right), 429, "rate_limited")
        assert problem["retry_after_ms"] > 0
