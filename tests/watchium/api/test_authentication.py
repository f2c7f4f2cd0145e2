from __future__ import annotations

import re
from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from rooms.models import Token
from tests.watchium.api.callers import ApiCase, Caller


class Authentication(ApiCase):
    def page(self, **options) -> Client:
        return self.browser_of(self.alice.person, enforce_csrf_checks=True, **options)

    def test_a_browser_session_needs_the_csrf_token(self):
        browser = self.page()
        forged = Caller(browser).patch(self.url(), {"title": "forged"})
        assert "CSRF" in self.refused(forged, 403, "bad_message")["detail"]
        assert Caller(browser).get(self.url()).json()["title"] == "movie-night"
        browser.get("/")
        token = browser.cookies["csrftoken"].value
        changed = Caller(browser, **{"X-CSRFToken": token}).patch(self.url(), {"title": "Mine"})
        assert changed.json()["title"] == "Mine"

    def test_another_origin_is_rejected_even_with_the_csrf_token(self):
        browser = self.page()
        browser.get("/")
        headers = {"X-CSRFToken": browser.cookies["csrftoken"].value, "Origin": "https://evil.example"}
        self.refused(Caller(browser, **headers).patch(self.url(), {"title": "forged"}), 403, "bad_message")

    def test_a_bearer_token_needs_no_csrf_token_and_ignores_cookies(self):
        token = Token.objects.issue(self.carol)
        as_carol = Caller(self.page(), Authorization=f"Bearer {token}")
        self.refused(as_carol.patch(self.url(), {"title": "Mine"}), 404, "not_member")
        assert as_carol.post(self.url("join/"), {}).json()["user_id"] == self.carol.user_id

    def test_an_invalid_token_is_401(self):
        for value in ("x", "", "\xff"):
            response = Caller(self.page(), Authorization=f"Bearer {value}").get(self.url())
            self.refused(response, 401, "not_member")
            assert response["WWW-Authenticate"] == "Bearer"

    def test_a_token_expires_after_thirty_days_without_use(self):
        token = Token.objects.issue(self.alice.person)
        Token.objects.update(last_used_at=timezone.now() - timedelta(days=29))
        assert self.program_with(token).get(self.url()).status_code == 200
        assert self.program_with(token).get(self.url()).status_code == 200
        Token.objects.update(last_used_at=timezone.now() - timedelta(days=31))
        self.refused(self.program_with(token).get(self.url()), 401, "not_member")

    def test_responses_are_json_whatever_the_accept_header(self):
        for accept in ("text/html", "image/png", "nonsense"):
            assert self.anonymous.raw("GET", "/api/rooms/", b"", Accept=accept).json()["rooms"] == []

    def test_a_method_that_is_not_allowed_is_a_problem_response(self):
        response = self.as_alice.post(self.url("events/"), {})
        self.refused(response, 405, "bad_message")
        assert "GET" in response["Allow"]

    def test_reading_a_room_takes_a_fixed_number_of_queries(self):
        self.as_bob.get(self.url("state/"))
        for url, queries in [(self.url("events/"), 3), (self.url("comments/"), 5)]:
            with self.assertNumQueries(queries):
                self.as_bob.get(url)
        self.update_room(visibility="public")
        with self.assertNumQueries(5):
            self.as_bob.get("/api/rooms/")


class OpenApiSchema(ApiCase):
    def test_it_is_valid_and_complete(self):
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=StringIO())

    def test_a_page_describes_every_operation_and_every_type(self):
        described = self.client.get("/api/schema/?format=json").json()
        page = self.client.get("/api/docs/").content.decode()
        assert "/sync/control/" in page
        for methods in described["paths"].values():
            for operation in methods.values():
                assert f'<article id="{operation["operationId"]}"' in page
        targets = set(re.findall(r'href="#type-(\w+)"', page))
        assert targets <= described["components"]["schemas"].keys()
        for name in described["components"]["schemas"]:
            assert f'<article id="type-{name}"' in page

    def test_the_limits_and_the_choices_of_a_value_are_described(self):
        page = self.client.get("/api/docs/").content.decode()
        assert "<code>&quot;public&quot;</code> or <code>&quot;unlisted&quot;</code>" in page
        assert "80 characters at most" in page

    @override_settings(WATCHIUM_URL="https://watch.example.org")
    def test_a_room_created_by_a_program_has_a_public_url(self):
        assert (
            self.anonymous.post("/api/rooms/", {})
            .json()["url"]
            .startswith("https://watch.example.org/rooms/")
        )
