from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client

from rooms.models import Person
from tests.watchium.api.callers import ApiCase
from watchium.web.accounts.session_store import SessionStore

PASSWORD = "correct horse battery"


def planted(key: str) -> Client:
    """A browser with a session cookie planted by an attacker."""
    browser = Client()
    browser.cookies["sessionid"] = key
    return browser


class AKeySomebodyElseKnows(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        User.objects.create_user("dana", password=PASSWORD)

    def sign_in(self, browser: Client) -> None:
        browser.post("/accounts/login/", {"username": "dana", "password": PASSWORD})

    def test_an_invented_session_key_is_never_adopted(self):
        for path, fields in (("/", {}), (f"/rooms/{self.room.room_id}/", {"username": "Dora"})):
            browser = planted("a" * 32)
            browser.post(path, fields)
            assert browser.cookies["sessionid"].value != "a" * 32
        assert not Session.objects.filter(session_key="a" * 32).exists()

    def test_login_replaces_the_session_key(self):
        attacker = self.browser_of(self.bob.person)
        key = attacker.cookies["sessionid"].value
        victim = planted(key)
        self.sign_in(victim)
        assert victim.cookies["sessionid"].value != key
        assert attacker.get("/").context["person"] is None
        assert not Session.objects.filter(session_key=key).exists()
        assert victim.get("/").context["person"].username == "dana"

    def test_becoming_a_guest_or_a_second_screen_replaces_the_session_key(self):
        ticket = self.as_bob.post(self.url("companion/"), {}).json()["url"]
        for path, fields in (
            ("/", {}),
            (f"/rooms/{self.room.room_id}/", {"username": "Dora"}),
            ("/" + ticket.split("/", 3)[3], {}),
        ):
            attacker = Client()
            session = SessionStore()
            session["device_id"] = "d" * 32
            session.create()
            attacker.cookies["sessionid"] = session.session_key
            victim = planted(session.session_key)
            assert victim.post(path, fields).status_code == 302, path
            assert victim.cookies["sessionid"].value != session.session_key, path
            assert not Session.objects.filter(session_key=session.session_key).exists()
            assert victim.session["device_id"] == "d" * 32

    def test_sign_up_replaces_the_session_key(self):
        attacker = self.browser_of(self.bob.person)
        key = attacker.cookies["sessionid"].value
        victim = planted(key)
        victim.post("/accounts/signup/", {"username": "Erin", "password1": PASSWORD, "password2": PASSWORD})
        assert victim.cookies["sessionid"].value != key
        assert attacker.get("/").context["person"] is None

    def test_logout_empties_the_old_session(self):
        browser = Client()
        self.sign_in(browser)
        key = browser.cookies["sessionid"].value
        browser.post("/accounts/logout/")
        assert planted(key).get("/").context["person"] is None
        assert not planted(key).get("/").wsgi_request.user.is_authenticated

    def test_login_to_another_account_keeps_nothing_of_the_first(self):
        User.objects.create_user("erin", password=PASSWORD)
        browser = Client()
        self.sign_in(browser)
        dana = Person.objects.get(account__username="dana")
        browser.post("/accounts/login/", {"username": "erin", "password": PASSWORD})
        assert browser.get("/").context["person"].username == "erin"
        assert Person.objects.get(pk=dana.pk).account.username == "dana"

    def test_a_session_with_an_accounts_person_but_without_login_is_anonymous(self):
        dana = self.account_named("dana2")
        assert self.browser_of(dana).get("/").context["person"] is None


class ASecretKeyThatWasChanged(ApiCase):
    """Sessions signed with a fallback key stay valid; without the fallback they are logged out."""

    def setUp(self) -> None:
        super().setUp()
        account = User.objects.create_user("dana", password=PASSWORD)
        self.guest, self.dana = self.browser_of(self.bob.person), Client()
        self.dana.post("/accounts/login/", {"username": account.username, "password": PASSWORD})

    def names(self) -> list[str | None]:
        people = [browser.get("/").context["person"] for browser in (self.guest, self.dana)]
        return [person and person.username for person in people]

    def test_a_fallback_key_keeps_all_users_logged_in_and_renews_accounts(self):
        before = self.names()
        assert None not in before
        with self.settings(SECRET_KEY="n" * 60, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY]):
            assert self.names() == before
        with self.settings(SECRET_KEY="n" * 60):
            assert self.names() == [None, "dana"]

    def test_a_removed_key_logs_all_users_out(self):
        with self.settings(SECRET_KEY="n" * 60):
            assert self.names() == [None, None]
