from __future__ import annotations

import time
import urllib.request
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth.models import User

from rooms.accounts.models import LinkedSignIn
from rooms.models import Member
from tests.rooms.accounts.provider import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.watchium.web.accounts.test_sign_in import PASSWORD, SignedIn
from watchium import process_state
from watchium.config.openid import Provider
from watchium.web.accounts.access import SIGNED_IN_KEY


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object, **_kwargs: object) -> None:
        return None


class AtProvider(SignedIn):
    idp: OpenIdProvider

    def setUp(self) -> None:
        super().setUp()
        process_state.reset()
        self.idp = self.enterContext(openid_provider())
        self.provider = Provider(self.idp.issuer, CLIENT, SECRET, "Home")
        self.enterContext(self.settings(OPENID=self.provider))

    def visit(self, browser, next_path: str = "/") -> str:
        """Go to the provider, and return the path and query that it sends the browser back to."""
        there = browser.get(f"/accounts/openid/?next={next_path}")["Location"]
        return self.back_from(there)

    def link_there(self, browser):
        page = browser.post("/accounts/openid/")
        assert page.status_code == 200, page
        return browser.get(self.back_from(page["Refresh"].partition("url=")[2]))

    def back_from(self, there: str) -> str:
        try:
            urllib.request.build_opener(_Stay).open(there)
        except urllib.error.HTTPError as redirect:
            back = urlsplit(redirect.headers["Location"])
        assert back.netloc == "testserver"
        return f"{back.path}?{back.query}"

    def sign_in_there(self, browser, next_path: str = "/"):
        return browser.get(self.visit(browser, next_path))

    def rejected(self, response) -> None:
        assert response.status_code in (403, 503)
        assert LinkedSignIn.objects.count() == 0
        assert User.objects.filter(username__startswith="mira").count() == 0


class SignInThere(AtProvider):
    def test_the_first_visit_makes_an_account_and_a_guest_keeps_rooms(self):
        browser = self.browser_of(self.bob.person)
        response = self.sign_in_there(browser, "/player/")
        assert (response.status_code, response["Location"]) == (302, "/player/")
        person = browser.get("/").context["person"]
        assert person.username == "mira"
        assert not person.account.has_usable_password()
        assert Member.objects.get(pk=self.bob.pk).person == person
        again = self.client_class()
        self.idp.name = "renamed"
        self.sign_in_there(again)
        assert again.get("/").context["person"] == person
        self.assertContains(again.get("/accounts/"), "signs you in")

    def test_a_taken_or_unusable_name_gets_another(self):
        User.objects.create_user("Mira", password=PASSWORD)
        for name, expected in (("m\u0131ra", "m\u0131ra2"), ("mi/ra <b>", "mirab"), ("\u202e", None)):
            self.idp.subject = self.idp.name = name
            browser = self.client_class()
            assert self.sign_in_there(browser).status_code == 302
            found = browser.get("/").context["person"].username
            assert found == expected if expected else len(found) > 3

    def test_an_account_is_linked_and_unlinked_on_its_page(self):
        self.sign_up(self.client)
        assert self.link_there(self.client)["Location"] == "/accounts/"
        browser = self.client_class()
        self.sign_in_there(browser)
        assert browser.get("/").context["person"].username == "Dana"
        eve = self.client_class()
        self.sign_up(eve, "Eve")
        assert self.link_there(eve).status_code == 403
        self.client.post("/accounts/openid/unlink/")
        assert not LinkedSignIn.objects.exists()

    def test_the_only_way_to_sign_in_is_not_unlinked(self):
        self.sign_in_there(self.client)
        page = self.client.post("/accounts/openid/unlink/", follow=True)
        self.assertContains(page, "the only way to sign in")
        assert LinkedSignIn.objects.count() == 1

    def test_a_disabled_account_does_not_come_back(self):
        self.sign_in_there(self.client)
        User.objects.update(is_active=False)
        browser = self.client_class()
        assert self.sign_in_there(browser).status_code == 403
        assert browser.get("/").context["person"] is None


class Attacks(AtProvider):
    def test_another_site_links_nothing(self):
        browser = self.client_class(enforce_csrf_checks=True)
        self.sign_up(self.client)
        browser.cookies = self.client.cookies
        assert browser.post("/accounts/openid/").status_code == 403
        visit = browser.get("/accounts/openid/")
        assert (visit["Location"], visit.cookies.get("openid")) == ("/accounts/", None)

    def test_a_session_is_linked_minutes_after_a_sign_in_only(self):
        self.sign_up(self.client)
        page = self.client.post("/accounts/openid/")
        self.sign_in_was_long_ago()
        self.rejected(self.client.get(self.back_from(page["Refresh"].partition("url=")[2])))
        self.assertContains(self.client.post("/accounts/openid/"), "sign in again", status_code=403)

    def test_an_account_has_one_link(self):
        self.sign_up(self.client)
        account = User.objects.get()
        issuer = self.idp.issuer
        begun = self.client.post("/accounts/openid/")["Refresh"].partition("url=")[2]
        assert LinkedSignIn.objects.link(account, issuer, "owner")
        assert LinkedSignIn.objects.link(account, issuer, "owner")
        assert not LinkedSignIn.objects.link(account, issuer, "another")
        assert self.client.get(self.back_from(begun))["Location"] == "/accounts/"
        assert self.client.post("/accounts/openid/")["Location"] == "/accounts/"
        assert LinkedSignIn.objects.get().subject == "owner"

    def test_a_visitor_links_nothing(self):
        assert self.client.post("/accounts/openid/")["Location"] == "/accounts/"

    def sign_in_was_long_ago(self) -> None:
        session = self.client.session
        session[SIGNED_IN_KEY] = 0
        session.save()

    def test_the_answer_belongs_to_the_browser_that_began(self):
        path = self.visit(self.client)
        self.rejected(self.client_class().get(path))
        state = parse_qs(urlsplit(path).query)["state"][0]
        self.rejected(self.client.get(path.replace(state, "x" + state[1:])))

    def test_a_code_is_used_once(self):
        path = self.visit(self.client)
        cookie = self.client.cookies["openid"].value
        assert self.client.get(path).status_code == 302
        again = self.client_class()
        again.cookies["openid"] = cookie
        assert again.get(path).status_code == 503

    def test_signing_in_meanwhile_links_nothing(self):
        path = self.visit(self.client)
        self.sign_up(self.client)
        assert self.client.get(path).status_code == 403
        assert not LinkedSignIn.objects.exists()

    def test_wrong_tokens_are_refused(self):
        for claims in (
            {"aud": "another"},
            {"iss": "https://evil.example"},
            {"exp": int(time.time()) - 3600},
            {"nonce": "another"},
            {"azp": "another"},
            {"sub": ""},
        ):
            self.idp.changed_claims = claims
            self.rejected(self.sign_in_there(self.client_class()))

    def test_a_token_signed_with_another_key_is_refused(self):
        path = self.visit(self.client)
        process_state.reset()
        real = self.idp.keys
        self.replace(OpenIdProvider, "keys", property(lambda _: real))
        self.idp.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.rejected(self.client.get(path))

    def test_a_provider_that_changed_its_key_is_asked_again(self):
        self.sign_in_there(self.client)
        self.idp.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.idp.subject, self.idp.name = "43", "tom"
        # The key has the name of the former: the signature fails once, until the documents are an hour old.
        assert self.sign_in_there(self.client_class()).status_code == 503
        process_state.reset()
        assert self.sign_in_there(self.client_class()).status_code == 302

    def test_a_provider_that_is_away_or_lies_about_its_name_is_a_sentence_on_a_page(self):
        for issuer in ("http://127.0.0.1:9", f"{self.idp.issuer}/"):
            with self.settings(OPENID=Provider(issuer, CLIENT, SECRET, "Home")):
                page = self.client.get("/accounts/openid/")
                self.assertContains(page, "did not confirm who you are", status_code=503)

    def test_the_answer_does_not_go_to_an_address_of_the_request(self):
        with self.settings(HOST="192.0.2.1", WATCHIUM_URL=""):
            there = self.client.get("/accounts/openid/", HTTP_HOST="203.0.113.66")["Location"]
        (back,) = parse_qs(urlsplit(there).query)["redirect_uri"]
        assert urlsplit(back).hostname == "192.0.2.1"

    def test_a_foreign_next_is_not_followed(self):
        assert self.sign_in_there(self.client, "https://evil.example/")["Location"] == "/"


class WithoutProvider(SignedIn):
    def test_there_is_nothing(self):
        for path in ("/accounts/openid/", "/accounts/openid/callback/?code=x"):
            assert self.client.get(path).status_code == 404
        self.assertNotContains(self.client.get("/accounts/login/"), "openid")
