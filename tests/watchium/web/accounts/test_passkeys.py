from __future__ import annotations

import json
from unittest.mock import patch

from django.contrib.auth.models import User
from django.test import override_settings

from rooms.accounts.models import MAX_PASSKEYS, LinkedSignIn, Passkey
from rooms.accounts.ways_in import remove_passkey, unlink
from rooms.models import Member, Person
from tests.rooms.accounts.authenticator import Authenticator
from tests.watchium.web.accounts.test_sign_in import SignedIn
from watchium.config.openid import Provider
from watchium.shared_state import rate_limits


@override_settings(PASSKEYS=True)
class Passkeys(SignedIn):
    def setUp(self) -> None:
        super().setUp()
        self.sign_up(self.client)
        self.account = User.objects.get(username="Dana")
        self.key = Authenticator()

    def post(self, browser, path: str, body: object = None):
        return browser.post(f"/accounts/{path}", json.dumps(body or {}), "application/json")

    def add(self, key: Authenticator | None = None):
        options = self.post(self.client, "passkeys/options/").json()
        return self.post(self.client, "passkeys/", (key or self.key).create(options))

    def sign_in_with(self, key: Authenticator, browser=None, next_path: str = "/"):
        browser = browser or self.client_class()
        options = self.post(browser, "login/passkey/options/").json()
        return self.post(browser, f"login/passkey/?next={next_path}", key.get(options))


class SignIn(Passkeys):
    def test_a_passkey_signs_in_and_a_guest_keeps_rooms(self):
        assert self.add().status_code == 201
        browser = self.browser_of(self.bob.person)
        response = self.sign_in_with(self.key, browser, next_path="/player/")
        assert response.json() == {"next": "/player/"}
        person = browser.get("/").context["person"]
        assert person.username == "Dana"
        assert Member.objects.get(pk=self.bob.pk).person == person
        passkey = Passkey.objects.get()
        assert (passkey.sign_count, passkey.last_used_at is not None) == (1, True)

    def test_an_answer_is_accepted_once_and_from_the_browser_that_asked(self):
        self.add()
        browser, other = self.client_class(), self.client_class()
        answer = self.key.get(self.post(browser, "login/passkey/options/").json())
        self.refused(self.post(other, "login/passkey/", answer), 403, "not_allowed")
        cookie = browser.cookies["passkey"].value
        assert self.post(browser, "login/passkey/", answer).status_code == 200
        other.cookies["passkey"] = cookie
        Passkey.objects.update(sign_count=0)
        self.refused(self.post(other, "login/passkey/", answer), 403, "not_allowed")

    def test_an_answer_is_accepted_once_by_all_processes(self):
        self.add()
        browser = self.client_class()
        answer = self.key.get(self.post(browser, "login/passkey/options/").json())
        cookie = browser.cookies["passkey"].value
        assert self.post(browser, "login/passkey/", answer).status_code == 200
        Passkey.objects.update(sign_count=0)  # as keys do that count nothing
        with patch.object(rate_limits, "wait_ms", return_value=0):  # each process remembers by itself
            other = self.client_class()
            other.cookies["passkey"] = cookie
            self.refused(self.post(other, "login/passkey/", answer), 403, "not_allowed")

    def test_a_key_of_another_site_without_verification_or_copied_is_refused(self):
        self.add()
        for key in (Authenticator("https://evil.example"), Authenticator(verifies=False), Authenticator()):
            key.key, key.identifier = self.key.key, self.key.identifier
            if key.origin == self.key.origin and key.verifies:
                Passkey.objects.update(sign_count=5)  # the copy counts from 0
            self.refused(self.sign_in_with(key), 403, "not_allowed")
        forged = Authenticator()
        forged.identifier = self.key.identifier
        self.refused(self.sign_in_with(forged), 403, "not_allowed")

    def test_an_unknown_key_and_a_disabled_account_get_the_same_response(self):
        self.add()
        User.objects.update(is_active=False)
        disabled, unknown = self.sign_in_with(self.key), self.sign_in_with(Authenticator())
        assert disabled.json() == unknown.json()

    def test_attempts_are_limited(self):
        for _ in range(10):
            self.sign_in_with(Authenticator(), self.client_class(REMOTE_ADDR="198.51.100.1"))
        late = self.sign_in_with(self.key, self.client_class(REMOTE_ADDR="198.51.100.1"))
        self.refused(late, 429, "rate_limited")

    def test_malformed_answers_are_refused(self):
        self.add()
        for body in (
            [],
            "x",
            {"id": 5},
            {"id": "\u0000"},
            {"id": Passkey.objects.get().credential_id},
            {"a": [[[]]]},
        ):
            browser = self.client_class()
            self.post(browser, "login/passkey/options/")
            assert self.post(browser, "login/passkey/", body).status_code == 403, body
        browser = self.client_class()
        self.post(browser, "login/passkey/options/")
        bad = browser.post("/accounts/login/passkey/", "{", "application/json")
        self.refused(bad, 400, "bad_message")


class OwnPasskeys(Passkeys):
    def test_only_a_recent_sign_in_adds_one(self):
        session = self.client.session
        session["signed_in_at"] -= 601
        session.save()
        self.refused(self.post(self.client, "passkeys/options/"), 403, "not_allowed")
        self.refused(self.post(self.client_class(), "passkeys/options/"), 404, "not_member")

    def test_the_challenge_belongs_to_the_account(self):
        options = self.post(self.client, "passkeys/options/").json()
        eve = self.client_class()
        self.sign_up(eve, "Eve")
        eve.cookies["passkey"] = self.client.cookies["passkey"].value
        self.refused(self.post(eve, "passkeys/", self.key.create(options)), 403, "not_allowed")
        assert not Passkey.objects.exists()

    def test_a_key_is_added_once_and_they_are_bounded(self):
        self.add()
        self.refused(self.add(), 403, "not_allowed")
        for _ in range(MAX_PASSKEYS - 1):
            assert self.add(Authenticator()).status_code == 201
        self.refused(self.post(self.client, "passkeys/options/"), 400, "too_long")

    def test_two_keys_that_are_added_at_once_do_not_exceed_the_bound(self):
        rows = [
            Passkey(account=self.account, credential_id=f"c{n}", name="x") for n in range(MAX_PASSKEYS - 1)
        ]
        Passkey.objects.bulk_create(rows)
        options = self.post(self.client, "passkeys/options/").json()
        Passkey.objects.create(account=self.account, credential_id="last", name="x")
        response = self.post(self.client, "passkeys/", self.key.create(options))
        self.refused(response, 400, "too_long")
        assert Passkey.objects.count() == MAX_PASSKEYS

    def test_the_page_lists_them_and_removes_one_of_the_own(self):
        self.add()
        passkey = Passkey.objects.get()
        eve = self.client_class()
        self.sign_up(eve, "Eve")
        eve.post(f"/accounts/passkeys/{passkey.pk}/remove/")
        self.assertContains(self.client.get("/accounts/"), f"/accounts/passkeys/{passkey.pk}/remove/")
        self.client.post(f"/accounts/passkeys/{passkey.pk}/remove/")
        self.refused(self.sign_in_with(self.key), 403, "not_allowed")

    def test_the_only_way_to_sign_in_is_not_removed(self):
        self.add()
        browser = self.client_class()
        self.sign_in_with(self.key, browser)
        self.account.set_unusable_password()
        self.account.save()
        browser = self.client_class()
        self.sign_in_with(self.key, browser)
        page = browser.post(f"/accounts/passkeys/{Passkey.objects.get().pk}/remove/", follow=True)
        self.assertContains(page, "the only way to sign in")
        assert Passkey.objects.exists()
        assert Person.objects.filter(account=self.account).exists()

    def test_it_is_removed_if_another_account_signs_in(self):
        self.add()
        self.account.set_unusable_password()
        self.account.save()
        provider = Provider("https://id.example", "client", "secret", "Id")
        LinkedSignIn.objects.link(self.account, provider.issuer, "s")
        assert remove_passkey(self.account.pk, Passkey.objects.get().pk) is False
        with override_settings(OPENID=provider):
            assert remove_passkey(self.account.pk, Passkey.objects.get().pk) is True

    def test_the_other_account_stays_linked_while_passkeys_are_off(self):
        self.add()
        self.account.set_unusable_password()
        self.account.save()
        LinkedSignIn.objects.link(self.account, "https://id.example", "s")
        with override_settings(PASSKEYS=False):
            assert unlink(self.account.pk, "https://id.example") is False
        assert unlink(self.account.pk, "https://id.example") is True


class WithoutTheSetting(SignedIn):
    def test_nothing_is_offered_or_accepted(self):
        self.sign_up(self.client)
        for path in ("passkeys/options/", "passkeys/", "login/passkey/options/", "login/passkey/"):
            assert self.client.post(f"/accounts/{path}", "{}", "application/json").status_code == 404
        self.assertNotContains(self.client.get("/accounts/"), "data-passkey")
        self.assertNotContains(self.client_class().get("/accounts/login/"), "data-passkey")
