from __future__ import annotations

import logging

from django.test import Client, TestCase, TransactionTestCase, override_settings

from watchium.config.host_names import machine_names
from watchium.middleware import host_check
from watchium.middleware.host_check import DOCTOR, HOST_SEEN, pass_for_doctor
from watchium.telemetry.log_rate_limit import OncePerPeriod, RejectionFilter

PAGES = ("/", "/player/", "/rooms/nosuchroom/", "/accounts/login/", "/admin/", "/nowhere/")
ANY = ("/healthz/live", "/healthz/ready")


def status(path: str, host: str) -> int:
    return Client(SERVER_NAME="192.0.2.9", HTTP_HOST=host).get(path).status_code


class HealthAskedFor(TransactionTestCase):  # the probe writes on a connection of its own
    def test_health_answers_to_any_name(self):
        for path in ANY:
            assert status(path, "evil.example") == 200


class AskedForByName(TestCase):
    def setUp(self) -> None:
        host_check.logged = OncePerPeriod(3600, 20)

    @override_settings(WATCHIUM_URL="https://watch.example.org", HOST="127.0.0.1")
    def test_a_proxy_that_passes_its_own_name_is_explained_and_its_name_told_to_no_stranger(self):
        for path in PAGES:
            answer = Client(HTTP_HOST="upstream.internal:8134").get(path)
            assert answer.status_code == 400
            body = answer.content.decode()
            assert "proxy_set_header Host $host" in body
            assert "upstream.internal" not in body + str(answer.headers)
            assert "watch.example.org" not in body + str(answer.headers)
            assert "Content-Security-Policy" in answer.headers
        assert status("/", "watch.example.org") == status("/", "Watch.Example.ORG:443") == 200

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_a_call_of_the_api_is_refused_as_a_problem(self):
        answer = Client(HTTP_HOST="10.0.0.5").get("/api/rooms/")
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_message")
        assert "proxy_set_header" in answer.json()["message"]

    @override_settings(WATCHIUM_URL="", HOST="0.0.0.0")
    def test_on_the_local_network_addresses_and_own_names_open_and_others_are_told_what_helps(self):
        for host in ("192.168.1.5:8000", "[fd00::5]:8000", "localhost", *machine_names()):
            assert status("/", host) == 200, host
        answer = Client(HTTP_HOST="films.fritz.box:8000").get("/")
        assert answer.status_code == 400
        for words in ("films.fritz.box", "WATCHIUM_HOSTS=films.fritz.box", "WATCHIUM_URL", "IP address"):
            assert words in answer.content.decode()
        with override_settings(EXTRA_HOSTS=["films.fritz.box"]):
            assert status("/", "Films.Fritz.Box:8000") == 200

    @override_settings(WATCHIUM_URL="", HOST="127.0.0.1")
    def test_a_server_for_one_machine_says_how_to_let_others_in(self):
        answer = Client(HTTP_HOST="192.168.1.5:8000").get("/")
        assert answer.status_code == 400
        assert "HOST=0.0.0.0" in answer.content.decode()

    @override_settings(WATCHIUM_URL="", HOST="0.0.0.0")
    def test_what_is_no_host_is_refused_and_not_shown(self):
        for host in (
            "a b",
            "[::1",
            "x" * 300,
            "<script>",
            "a.example/b.example",
            "a@b",
            "evil.example, 127.0.0.1",
            "\xfc",
        ):
            answer = Client(HTTP_HOST=host).get("/")
            assert answer.status_code == 400, host
            assert "<script>alert" not in answer.content.decode()
            assert host not in answer.content.decode()

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_the_log_has_a_line_for_each_name_and_no_more_than_twenty(self):
        with self.assertLogs("watchium.middleware.host_check", "WARNING") as logs:
            for _ in range(3):
                status("/", "upstream:8000")
        assert len(logs.output) == 1
        assert "'upstream'" in logs.output[0]
        assert "WATCHIUM_URL says https://watch.example.org" in logs.output[0]
        with self.assertLogs("watchium.middleware.host_check", "WARNING") as logs:
            for number in range(40):
                status("/", f"scanned-{number}.example")
        assert len(logs.output) == 19

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_doctor_is_told_the_name_and_a_stranger_is_not(self):
        told = Client(HTTP_HOST="upstream:8000").get("/", headers={DOCTOR: pass_for_doctor()})
        assert told.headers[HOST_SEEN] == "upstream"
        for forged in ("", "doctor", "doctor:1:x", pass_for_doctor() + "x"):
            assert (
                HOST_SEEN not in Client(HTTP_HOST="upstream:8000").get("/", headers={DOCTOR: forged}).headers
            )


class Forms(TestCase):
    """A form that Django's CSRF check refuses says what was wrong and what helps."""

    def refused(self, *, cookie: bool = True, token: str = "", **headers: str) -> str:
        browser = Client(enforce_csrf_checks=True)
        if cookie:
            browser.get("/", **headers)
        answer = browser.post("/", {"csrfmiddlewaretoken": token}, **headers)
        assert answer.status_code == 403
        return answer.content.decode()

    @override_settings(
        WATCHIUM_URL="http://watch.example.org", CSRF_TRUSTED_ORIGINS=["http://watch.example.org"]
    )
    def test_another_scheme_or_port_is_named_with_the_right_one(self):
        for origin in ("https://watch.example.org", "http://watch.example.org:8080", "https://evil.example"):
            body = self.refused(HTTP_HOST="watch.example.org", HTTP_ORIGIN=origin)
            assert origin in body
            assert "set up for http://watch.example.org." in body
            assert "WATCHIUM_URL" in body
            assert "cookie" not in body

    @override_settings(WATCHIUM_URL="https://watch.example.org", HTTPS=True)
    def test_a_visit_without_encryption_is_sent_to_the_address_with_it(self):
        headers = {"HTTP_HOST": "watch.example.org", "HTTP_ORIGIN": "http://watch.example.org"}
        assert "Open https://watch.example.org instead" in self.refused(cookie=False, **headers)

    def test_a_missing_cookie_and_an_old_page_are_told_apart(self):
        assert "did not send this server&#x27;s cookie" in self.refused(cookie=False)
        assert "open for too long" in self.refused(token="x" * 64)
        assert "does not say from which page" in self.refused(HTTP_ORIGIN="null")

    def test_words_of_a_stranger_are_cut_and_escaped(self):
        body = self.refused(HTTP_ORIGIN="http://<b>" + "x" * 5000)
        assert "<b>" not in body
        assert "x" * 200 not in body


def test_a_line_for_each_refusal_is_dropped_and_what_strangers_cause_is_said_once_a_minute():
    clock = [0.0]
    refusals = RejectionFilter(clock=lambda: clock[0])

    def passes(name: str, message: str, **extra: int) -> bool:
        record = logging.makeLogRecord({"name": name, "msg": message, "levelno": logging.WARNING, **extra})
        return refusals.filter(record)

    assert not passes("django.request", "Not Found: /wp-admin", status_code=404)
    assert passes("django.request", "Internal Server Error: /", status_code=500)
    assert passes("watchium.web.health", "the database is not ready")
    assert passes("django.security.csrf", "Forbidden (Origin checking failed - http://a does not match)")
    assert not passes("django.security.csrf", "Forbidden (Origin checking failed - http://b does not match)")
    assert passes("django.security.csrf", "Forbidden (CSRF cookie not set.)")
    assert passes("uvicorn.error", "Invalid HTTP request received.")
    assert not passes("uvicorn.error", "Invalid HTTP request received.")
    clock[0] = 61
    assert passes("uvicorn.error", "Invalid HTTP request received.")


def test_what_is_rare_holds_a_bounded_number_of_keys_and_forgets_them():
    rare = OncePerPeriod(10, 3)
    assert [rare.passes(f"name {number}", 0.0) for number in range(5)] == [True, True, True, False, False]
    assert not rare.passes("name 0", 9.9)
    assert rare.passes("name 0", 10.0)
    assert len(rare._seen) <= 3


def test_two_kinds_of_errors_do_not_hide_each_other_behind_one_message():
    refusals = RejectionFilter(clock=lambda: 0.0)
    passes = []
    for error in (ValueError("one"), KeyError("two"), ValueError("three")):
        exc_info = (type(error), error, None)
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), exc_info
        )
        passes.append(refusals.filter(record))
    assert passes == [True, True, False]
