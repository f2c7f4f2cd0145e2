from __future__ import annotations

import msgspec
from django.contrib.auth.models import User
from django.test import Client

from chat.models import Comment
from playback.models import DevicePlayer
from rooms.auth.device_cookie import read_device_cookie
from rooms.models import Member, Person, Room
from tests.watchium.api.callers import ApiCase

PLAY = {"action": "play", "event_id": "forged"}
PLAY_COMMAND = {"type": "play", "event_id": "forged", "payload": {}}


class FromAnotherSite(ApiCase):
    """A page of another site sends requests from alice's browser: with her cookies, without our token."""

    def browser(self, person: Person) -> Client:
        if person.account is None:
            return self.browser_of(person, enforce_csrf_checks=True)
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(person.account)
        session = browser.session
        session["person_id"] = person.pk
        session.save()
        return browser

    def setUp(self) -> None:
        super().setUp()
        self.guest = self.browser(self.alice.person)
        dana = self.account_named("dana")
        self.enrol(dana)
        self.account = self.browser(dana)

    def unsafe(self, browser: Client, **headers: str):
        json = {"content_type": "application/json", "headers": headers}
        yield browser.post("/", {"title": "forged"}, headers=headers)
        yield browser.post(f"/rooms/{self.room.room_id}/", {"username": "forged"}, headers=headers)
        yield browser.post("/accounts/logout/", headers=headers)
        yield browser.post("/accounts/login/", {"username": "eve", "password": "x"}, headers=headers)
        yield browser.post("/accounts/signup/", {"username": "eve"}, headers=headers)
        yield browser.post("/api/rooms/", {"title": "forged"}, **json)
        yield browser.patch(self.url(), {"title": "forged"}, **json)
        yield browser.delete(self.url(), **json)
        yield browser.post(self.url("join/"), {"username": "forged"}, **json)
        yield browser.post(self.url("leave/"), {}, **json)
        yield browser.post(self.url("sync/control/"), PLAY, **json)
        yield browser.post(self.url("commands/"), PLAY_COMMAND, **json)
        yield browser.post(self.url("state/"), {}, **json)
        yield browser.post(self.url("comments/"), {"text": "forged", "event_id": "f"}, **json)
        yield browser.post(self.url("broadcast/"), {"type": "forged", "payload": {}}, **json)

    def test_cross_site_requests_change_nothing_for_guests_and_accounts(self):
        before = (Room.objects.count(), Person.objects.count(), Comment.objects.count())
        for browser in (self.guest, self.account):
            for answer in self.unsafe(browser):
                assert answer.status_code == 403, answer.request["PATH_INFO"]
        assert before == (Room.objects.count(), Person.objects.count(), Comment.objects.count())
        assert Room.objects.get(pk=self.room.pk).title == "movie-night"
        assert Member.objects.get(pk=self.alice.pk).left_at is None
        assert self.published.types() == []

    def test_an_invented_or_foreign_csrf_token_is_refused(self):
        foreign = Client()
        foreign.get("/")
        for token in ("x" * 64, foreign.cookies["csrftoken"].value):
            for answer in self.unsafe(self.guest, **{"X-CSRFToken": token}):
                assert answer.status_code == 403, answer.request["PATH_INFO"]

    def test_the_right_csrf_token_from_another_origin_is_refused(self):
        self.guest.get("/")
        headers = {"X-CSRFToken": self.guest.cookies["csrftoken"].value}
        for origin in (
            "https://evil.example",
            "null",
            "http://testserver.evil.example",
            "https://testserver",
        ):
            for answer in self.unsafe(self.guest, Origin=origin, **headers):
                assert answer.status_code == 403, (origin, answer.request["PATH_INFO"])

    def test_a_form_is_not_accepted_as_json(self):
        """Another site can send only forms and text without a preflight."""
        self.guest.get("/")
        headers = {"X-CSRFToken": self.guest.cookies["csrftoken"].value}
        body = b'{"title": "forged"}'
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
            assert self.guest.generic("POST", "/api/rooms/", body, kind, headers=headers).status_code == 400

    def test_a_body_without_a_content_type_is_no_json(self):
        self.guest.get("/")
        headers = {"X-CSRFToken": self.guest.cookies["csrftoken"].value}
        for method, path in (
            ("POST", "/api/rooms/"),
            ("PATCH", self.url()),
            ("POST", "/api/player/control/"),
        ):
            for kind in ("", " ", ";charset=utf-8"):
                answer = self.guest.generic(method, path, b'{"title": "forged"}', kind, headers=headers)
                assert answer.status_code == 400, (path, kind)
        assert self.as_alice.client.generic("POST", "/api/rooms/", b"{}", "").status_code == 400
        assert Room.objects.count() == 1
        assert self.as_alice.client.generic("POST", "/api/rooms/", b"", "").status_code == 201

    def test_reading_changes_nothing(self):
        for path in ("", "join/", "leave/", "sync/control/", "broadcast/"):
            self.guest.get(self.url(path), {"action": "play", "event_id": "x", "type": "x"})
        assert self.guest.get("/accounts/logout/").status_code == 405
        assert Member.objects.get(pk=self.alice.pk).left_at is None
        assert self.published.types() == []


class AVisitorWhoOnlyHasAPlayer(ApiCase):
    """A session without a person, which has a device and its queue."""

    def setUp(self) -> None:
        super().setUp()
        self.visitor = Client(enforce_csrf_checks=True)
        self.visitor.get("/player/")
        self.device_id = read_device_cookie({"device": self.visitor.cookies["device"].value})

    def unsafe(self, **headers: str):
        calls = {
            ("PATCH", "/api/player/"): {"base_revision": 0, "event_id": "x1", "rate": 2},
            ("POST", "/api/player/control/"): {"type": "set_rate", "event_id": "x2", "payload": {"rate": 2}},
            ("POST", "/api/player/position/"): {"entry_id": "x", "position": 1},
            ("POST", "/api/metrics/"): {"span_ms": 1000},
            ("POST", "/api/rooms/"): {"title": "forged"},
            ("POST", self.url("join/")): {"username": "forged"},
            ("POST", self.url("leave/")): {},
            ("DELETE", self.url()): {},
        }
        for (method, path), body in calls.items():
            sent = msgspec.json.encode(body)
            yield path, self.visitor.generic(method, path, sent, "application/json", headers=headers)

    def test_an_anonymous_player_needs_the_csrf_token_of_its_page(self):
        token = {"X-CSRFToken": self.visitor.cookies["csrftoken"].value}
        for headers in (
            {},
            {"X-CSRFToken": "x" * 64},
            {**token, "Origin": "http://evil.example"},
            {**token, "Origin": "http://testserver:9999"},
            {**token, "Origin": "null"},
        ):
            for path, answer in self.unsafe(**headers):
                assert answer.status_code == 403, (path, headers)
        assert Room.objects.count() == 1
        assert not DevicePlayer.objects.filter(device_id=self.device_id).exists()

    def test_its_own_page_changes_its_player(self):
        token = {"X-CSRFToken": self.visitor.cookies["csrftoken"].value, "Origin": "http://testserver"}
        statuses = {path: answer.status_code for path, answer in self.unsafe(**token)}
        assert statuses["/api/player/control/"] == 200
        assert DevicePlayer.objects.get(device_id=self.device_id).rate == 2

    def test_a_client_with_a_bearer_token_needs_no_csrf_token(self):
        body = {"type": "set_rate", "event_id": "x2", "payload": {"rate": 2}}
        self.as_alice.client.cookies = self.visitor.cookies
        assert self.as_alice.post("/api/player/control/", body).status_code == 200


class APageOpenSinceBefore(ApiCase):
    """Login changes the CSRF token. Open pages read the current one from the cookie for each request."""

    def test_the_current_cookie_is_a_valid_token_for_forms_and_api(self):
        User.objects.create_user("dana", password="correct horse")
        browser = self.browser_of(self.alice.person, enforce_csrf_checks=True)
        browser.get("/")
        old = browser.cookies["csrftoken"].value
        fields = {"username": "dana", "password": "correct horse", "csrfmiddlewaretoken": old}
        assert browser.post("/accounts/login/", fields).status_code == 302
        new = browser.cookies["csrftoken"].value
        assert new != old

        def patch(token):
            return browser.patch(
                self.url(), {"title": "matinee"}, "application/json", headers={"X-CSRFToken": token}
            )

        assert patch(old).status_code == 403
        assert patch(new).status_code == 200
        assert browser.post("/", {"csrfmiddlewaretoken": new}).status_code == 302
