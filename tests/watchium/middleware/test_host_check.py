from __future__ import annotations

import logging

from django.test import Client, TestCase, TransactionTestCase, override_settings

from watchium.config.host_names import machine_names
from watchium.middleware.host_check import DOCTOR_HEADER, HOST_HEADER, doctor_token
from watchium.telemetry.log_rate_limit import OncePerPeriod, RejectionFilter

PAGES = ("/", "/player/", "/rooms/nosuchroom/", "/accounts/login/", "/admin/", "/nowhere/")


def status(path: str, host: str) -> int:
    return Client(SERVER_NAME="192.0.2.9", HTTP_HOST=host).get(path).status_code


class HealthTests(TransactionTestCase):  # the probe writes on its own connection
    def test_health_answers_to_any_name(self):
        """The host is accepted; whether the backends answer in time is not what this test is about."""
        assert Client(HTTP_HOST="evil.example").get("/healthz/live").content == b"ok"
        states = Client(HTTP_HOST="evil.example").get("/healthz/ready").json()
        assert set(states) == {"database", "channel_layer"}


class HostNames(TestCase):
    @override_settings(WATCHIUM_URL="https://watch.example.org", HOST="127.0.0.1")
    def test_a_proxy_that_sends_its_own_name_is_explained_without_showing_that_name(self):
        for path in PAGES:
            response = Client(HTTP_HOST="upstream.internal:8134").get(path)
            assert response.status_code == 400
            body = response.content.decode()
            assert "proxy_set_header Host $host" in body
            assert "upstream.internal" not in body + str(response.headers)
            assert "watch.example.org" not in body + str(response.headers)
            assert "Content-Security-Policy" in response.headers
        assert status("/", "watch.example.org") == status("/", "Watch.Example.ORG:443") == 200

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_an_api_request_is_rejected_with_a_problem(self):
        response = Client(HTTP_HOST="10.0.0.5").get("/api/rooms/")
        assert (response.status_code, response.json()["code"]) == (400, "bad_message")
        assert "proxy_set_header" in response.json()["message"]

    @override_settings(WATCHIUM_URL="", HOST="0.0.0.0")
    def test_on_a_local_network_own_addresses_and_names_work_and_others_get_the_remedy(self):
        for host in ("192.168.1.5:8000", "[fd00::5]:8000", "localhost", *machine_names()):
            assert status("/", host) == 200, host
        response = Client(HTTP_HOST="films.fritz.box:8000").get("/")
        assert response.status_code == 400
        for words in ("films.fritz.box", "WATCHIUM_HOSTS=films.fritz.box", "WATCHIUM_URL", "IP address"):
            assert words in response.content.decode()
        with override_settings(EXTRA_HOSTS=["films.fritz.box"]):
            assert status("/", "Films.Fritz.Box:8000") == 200

    @override_settings(WATCHIUM_URL="", HOST="127.0.0.1")
    def test_a_server_on_loopback_explains_how_to_let_others_in(self):
        response = Client(HTTP_HOST="192.168.1.5:8000").get("/")
        assert response.status_code == 400
        assert "HOST=0.0.0.0" in response.content.decode()

    @override_settings(WATCHIUM_URL="", HOST="0.0.0.0")
    def test_an_invalid_host_is_rejected_and_not_shown(self):
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
            response = Client(HTTP_HOST=host).get("/")
            assert response.status_code == 400, host
            assert "<script>alert" not in response.content.decode()
            assert host not in response.content.decode()

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_each_name_is_logged_once_and_at_most_twenty_names(self):
        with self.assertLogs("watchium.middleware.host_check", "WARNING") as logs:
            for _ in range(3):
                status("/", "upstream:8000")
        assert len(logs.output) == 1
        assert "'upstream'" in logs.output[0]
        assert "WATCHIUM_URL is https://watch.example.org" in logs.output[0]
        with self.assertLogs("watchium.middleware.host_check", "WARNING") as logs:
            for number in range(40):
                status("/", f"scanned-{number}.example")
        assert len(logs.output) == 19

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_only_doctor_sees_the_name_that_the_proxy_sends(self):
        response = Client(HTTP_HOST="upstream:8000").get("/", headers={DOCTOR_HEADER: doctor_token()})
        assert response.headers[HOST_HEADER] == "upstream"
        for forged in ("", "doctor", "doctor:1:x", doctor_token() + "x"):
            assert (
                HOST_HEADER
                not in Client(HTTP_HOST="upstream:8000").get("/", headers={DOCTOR_HEADER: forged}).headers
            )


class Forms(TestCase):
    """A form rejected by Django's CSRF check explains the problem and the remedy."""

    def rejection(self, *, cookie: bool = True, token: str = "", **headers: str) -> str:
        client = Client(enforce_csrf_checks=True)
        if cookie:
            client.get("/", **headers)
        response = client.post("/", {"csrfmiddlewaretoken": token}, **headers)
        assert response.status_code == 403
        return response.content.decode()

    @override_settings(
        WATCHIUM_URL="http://watch.example.org", CSRF_TRUSTED_ORIGINS=["http://watch.example.org"]
    )
    def test_a_wrong_scheme_or_port_is_shown_with_the_right_one(self):
        for origin in ("https://watch.example.org", "http://watch.example.org:8080", "https://evil.example"):
            body = self.rejection(HTTP_HOST="watch.example.org", HTTP_ORIGIN=origin)
            assert origin in body
            assert "set up for http://watch.example.org." in body
            assert "WATCHIUM_URL" in body
            assert "cookie" not in body

    @override_settings(WATCHIUM_URL="https://watch.example.org", HTTPS=True)
    def test_an_http_form_points_to_the_https_address(self):
        headers = {"HTTP_HOST": "watch.example.org", "HTTP_ORIGIN": "http://watch.example.org"}
        assert "Open https://watch.example.org instead" in self.rejection(cookie=False, **headers)

    def test_a_missing_cookie_and_an_old_page_get_different_texts(self):
        assert "did not send this server&#x27;s cookie" in self.rejection(cookie=False)
        assert "open for a long time" in self.rejection(token="x" * 64)
        assert "did not send the address of the page" in self.rejection(HTTP_ORIGIN="null")

    def test_text_from_the_request_is_truncated_and_escaped(self):
        body = self.rejection(HTTP_ORIGIN="http://<b>" + "x" * 5000)
        assert "<b>" not in body
        assert "x" * 200 not in body


def test_4xx_lines_are_dropped_and_other_rejections_logged_once_a_minute():
    clock = [0.0]
    rejections = RejectionFilter(clock=lambda: clock[0])

    def passes(name: str, message: str, **extra: int) -> bool:
        record = logging.makeLogRecord({"name": name, "msg": message, "levelno": logging.WARNING, **extra})
        return rejections.filter(record)

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


def test_once_per_period_stores_a_bounded_number_of_keys_and_expires_them():
    limit = OncePerPeriod(10, 3)
    assert [limit.passes(f"name {number}", 0.0) for number in range(5)] == [True, True, True, False, False]
    assert not limit.passes("name 0", 9.9)
    assert limit.passes("name 0", 10.0)
    assert len(limit._seen) <= 3


def test_two_kinds_of_errors_with_one_message_are_both_logged():
    rejections = RejectionFilter(clock=lambda: 0.0)
    passes = []
    for error in (ValueError("one"), KeyError("two"), ValueError("three")):
        exc_info = (type(error), error, None)
        record = logging.LogRecord(
            "uvicorn.error", logging.ERROR, "", 0, "Exception in ASGI application", (), exc_info
        )
        passes.append(rejections.filter(record))
    assert passes == [True, True, False]
