from __future__ import annotations

from django.test import Client, TestCase, override_settings

from rooms.auth.identity import identify_scope, same_origin
from rooms.models import Person, Token


def scope(**headers: str) -> dict:
    raw = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "websocket", "headers": raw, "client": ("10.0.0.9", 5)}


class AtTheHandshake(TestCase):
    def setUp(self) -> None:
        self.person = Person.objects.create(username="alice")
        self.browser = Client()
        session = self.browser.session
        session["person_id"], session["device_id"] = self.person.pk, "0123456789ABCDEF"
        session.save()
        self.cookie = f"a=b; sessionid={session.session_key}"

    def test_a_cookie_is_its_person_and_device(self):
        identity = identify_scope(scope(cookie=self.cookie))
        assert (identity.person, identity.device_id) == (self.person, "0123456789ABCDEF")
        assert identity.address == "10.0.0.9"

    def test_a_bearer_is_its_person_and_cookies_do_not_count(self):
        bob = Person.objects.create(username="bob")
        token = Token.objects.issue(bob)
        both = identify_scope(scope(cookie=self.cookie, authorization=f"Bearer {token}"))
        assert (both.person, both.device_id) == (bob, "")
        assert identify_scope(scope(cookie=self.cookie, authorization="Bearer nonsense")).person is None

    def test_nobody_and_nonsense_are_nobody(self):
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
def test_a_cookie_socket_comes_from_our_address_alone():
    assert allowed("https://watch.example.org")
    assert allowed("https://watch.example.org:443")
    for origin in (
        None, "", "null", "http://watch.example.org", "https://watch.example.org:8443", "https://evil.example",
        "https://watch.example.org.evil.example", "https://watch.example.org@evil.example", "http://127.0.0.1:8000",
        "https://watch.example.org:x", "file://", "https://[",
    ):  # fmt: skip
        assert not allowed(origin), origin


@override_settings(WATCHIUM_URL="", PORT=8000, HOST="127.0.0.1")
def test_without_an_address_it_is_this_machine_by_the_port_it_was_found_on():
    for host in ("127.0.0.1:8000", "localhost:8000", "[::1]:8000", "127.0.0.1:9000"):
        assert allowed(f"http://{host}", host=host)
        assert not allowed("http://127.0.0.1:1", host=host)
    # A name that somebody else made resolve to here is still somebody else's.
    for host in ("192.168.1.5:8000", "rebound.example:8000"):
        assert not allowed(f"http://{host}", host=host)


@override_settings(WATCHIUM_URL="", PORT=8000, HOST="0.0.0.0")
def test_serving_the_local_network_it_is_the_address_that_was_asked_for():
    assert allowed("http://192.168.1.5:8000", host="192.168.1.5:8000")
    assert not allowed("http://evil.example", host="192.168.1.5:8000")
    assert not allowed("null", host="192.168.1.5:8000")
    assert allowed("http://[2001:db8::5]:8000", host="[2001:db8::5]:8000")
    # A page of somebody else's whose name was made to lead here.
    for name in ("evil.example:8000", "rebound.127.0.0.1.nip.io:8000", "evil.local"):
        assert not allowed(f"http://{name}", host=name)


@override_settings(WATCHIUM_URL="https://watch.example.org")
def test_a_bearer_needs_no_origin():
    assert allowed(None, authorization="Bearer x")
