from __future__ import annotations

from django.test import Client, TestCase, override_settings

from rooms.auth.identity import identify_scope
from rooms.auth.origin import same_origin
from rooms.models import Person, Token


def scope(**headers: str) -> dict:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "websocket", "headers": raw, "client": ("10.0.0.9", 5)}


class HandshakeTests(TestCase):
    def setUp(self) -> None:
        self.person = Person.objects.create(username="alice")
        self.browser = Client()
        session = self.browser.session
        session["person_id"], session["device_id"] = self.person.pk, "0123456789ABCDEF"
        session.save()
        self.cookie = f"a=b; sessionid={session.session_key}"

    def test_a_session_cookie_identifies_person_and_device(self):
        identity = identify_scope(scope(cookie=self.cookie))
        assert (identity.person, identity.device_id) == (self.person, "0123456789ABCDEF")
        assert identity.address == "10.0.0.9"

    def test_a_bearer_token_identifies_its_person_and_cookies_are_ignored(self):
        bob = Person.objects.create(username="bob")
        token = Token.objects.issue(bob)
        both = identify_scope(scope(cookie=self.cookie, authorization=f"Bearer {token}"))
        assert (both.person, both.device_id) == (bob, "")
        assert identify_scope(scope(cookie=self.cookie, authorization="Bearer nonsense")).person is None

    def test_missing_and_invalid_credentials_are_anonymous(self):
        for headers in (
            {},
            {"cookie": "sessionid=nonsense"},
            {"cookie": "\xff;=;;"},
            {"authorization": "Basic x"},
        ):
            assert identify_scope(scope(**headers)).person is None


def allowed(origin: str | None, **headers: str) -> bool:
    return same_origin(scope(**({"origin": origin} if origin is not None else {}), **headers))


@override_settings(WATCHIUM_URL="https://watch.example.org", PORT=8000, HOST="127.0.0.1")
def test_with_a_url_only_its_origin_may_use_cookies():
    assert allowed("https://watch.example.org")
    assert allowed("https://watch.example.org:443")
    for origin in (
        None, "", "null", "http://watch.example.org", "https://watch.example.org:8443", "https://evil.example",
        "https://watch.example.org.evil.example", "https://watch.example.org@evil.example", "http://127.0.0.1:8000",
        "https://watch.example.org:x", "file://", "https://[",
    ):  # fmt: skip
        assert not allowed(origin), origin


@override_settings(WATCHIUM_URL="", PORT=8000, HOST="127.0.0.1")
def test_without_a_url_only_loopback_names_with_the_port_of_the_request_are_accepted():
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.0.0.1:9000"):
        assert allowed(f"http://{host}", host=host)
        assert not allowed("http://127.0.0.1:1", host=host)
    # DNS rebinding: a foreign name that resolves to this server stays a foreign origin.
    for host in ("192.168.1.5:8000", "rebound.example:8000"):
        assert not allowed(f"http://{host}", host=host)


@override_settings(WATCHIUM_URL="", PORT=8000, HOST="0.0.0.0")
def test_on_the_local_network_the_origin_must_match_the_requested_host():
    assert allowed("http://192.168.1.5:8000", host="192.168.1.5:8000")
    assert not allowed("http://evil.example", host="192.168.1.5:8000")
    assert not allowed("null", host="192.168.1.5:8000")
    assert allowed("http://[2001:db8::5]:8000", host="[2001:db8::5]:8000")
    # DNS rebinding: pages of foreign names that resolve to this server.
    for name in ("evil.example:8000", "rebound.127.0.0.1.nip.io:8000", "evil.local"):
        assert not allowed(f"http://{name}", host=name)


@override_settings(WATCHIUM_URL="https://watch.example.org")
def test_a_bearer_token_needs_no_origin():
    assert allowed(None, authorization="Bearer x")
