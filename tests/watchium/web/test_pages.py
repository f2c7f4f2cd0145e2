from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client, override_settings
from django.utils import timezone

from rooms.models import Ban, Member, Person, Room
from tests.watchium.api.callers import ApiCase
from watchium.config.rate_limits import DEFAULTS
from watchium.web.error_pages import bad_request


class Lobby(ApiCase):
    def test_it_lists_public_rooms_and_sets_the_csrf_cookie(self):
        self.update_room(visibility="public")
        response = self.client.get("/")
        assert response.status_code == 200
        self.assertContains(response, f"/rooms/{self.room.room_id}/")
        assert "csrftoken" in response.cookies
        assert "sessionid" not in response.cookies

    def test_a_room_can_be_created_with_an_empty_form(self):
        response = self.client.post("/", {})
        room = Room.objects.exclude(pk=self.room.pk).get()
        self.assertRedirects(response, f"/rooms/{room.room_id}/")
        assert Member.objects.host_of(room).person.pk == self.client.session["person_id"]
        assert len(self.client.session["device_id"]) == 16

    def test_the_form_fields_are_used_and_the_name_is_remembered(self):
        fields = {
            "title": "Film night",
            "visibility": "public",
            "media_url": "https://example.org/a.webm",
            "username": "Dana",
        }
        self.client.post("/", fields)
        room = Room.objects.get(title="Film night")
        assert (room.visibility, Member.objects.host_of(room).username) == ("public", "Dana")
        assert self.client.get("/").context["proposed_name"] == "Dana"
        assert list(self.client.get("/").context["my_rooms"]) == [room]

    def test_errors_are_shown_beside_their_field_and_create_nothing(self):
        for fields, wrong in [
            ({"visibility": "private"}, "passphrase"),
            ({"visibility": "secret"}, "visibility"),
            ({"media_url": "javascript:alert(1)"}, "media_url"),
            ({"title": "x" * 81}, "title"),
            ({"username": "\u200b"}, "username"),
            ({"username": "x" * 5000}, "username"),
        ]:
            response = self.client.post("/", fields)
            assert response.status_code == 400
            assert list(response.context["errors"]) == [wrong], fields
        assert Room.objects.count() == 1
        assert "person_id" not in self.client.session

    def test_it_takes_a_fixed_number_of_queries(self):
        self.update_room(visibility="public")
        with self.assertNumQueries(4):
            self.client.get("/")
        for number in range(3):
            Room.objects.create(title=f"room {number}", visibility="public")
        with self.assertNumQueries(4):
            self.client.get("/")


class JoinPage(ApiCase):
    def page(self, room_id: str = "") -> str:
        return f"/rooms/{room_id or self.room.room_id}/"

    def test_the_join_page_shows_the_members_present(self):
        response = self.client.get(self.page())
        self.assertTemplateUsed(response, "rooms/join.html")
        assert [member.username for member in response.context["members"]] == ["Alice", "Bob"]
        assert not response.context["needs_passphrase"]
        assert "sessionid" not in response.cookies

    def test_joining_redirects_to_the_room(self):
        response = self.client.post(self.page(), {"username": "Dana"})
        self.assertRedirects(response, self.page())
        boot = self.client.get(self.page()).context["boot"]
        assert boot["you"]["username"] == "Dana"
        assert boot["socket_path"] == f"/ws/rooms/{self.room.room_id}/"
        assert boot["you"]["device_id"] == self.client.session["device_id"]
        assert boot["share_url"] == f"http://testserver{self.page()}"

    def test_submitting_the_form_twice_is_harmless(self):
        for _ in range(2):
            self.assertRedirects(self.client.post(self.page(), {"username": "Dana"}), self.page())
        assert Member.objects.filter(room=self.room, username="Dana").count() == 1

    def test_unknown_and_private_rooms_show_the_same_page(self):
        self.update_room(visibility="private", passphrase="sesame")
        for send in (
            lambda page: self.client.get(page),
            lambda page: self.client.post(page, {"username": "Dana"}),
        ):
            pages = [send(self.page(room_id)) for room_id in (self.room.room_id, "zzzzzzzzzz")]
            assert [page.status_code for page in pages] == [200, 200]
            contexts = [
                {name: page.context[name] for name in ("room", "members", "needs_passphrase", "errors")}
                for page in pages
            ]
            assert contexts[0] == contexts[1]
            assert contexts[0]["room"] is None
        assert "person_id" not in self.client.session

    def test_a_wrong_passphrase_is_reported_and_creates_no_guest(self):
        self.update_room(visibility="private", passphrase="sesame")
        people = Person.objects.count()
        response = self.client.post(self.page(), {"username": "Dana", "passphrase": "barley"})
        assert response.context["errors"].keys() == {"passphrase"}
        assert Person.objects.count() == people
        right = self.client.post(self.page(), {"username": "Dana", "passphrase": "sesame"})
        self.assertRedirects(right, self.page())

    def test_the_owner_never_needs_the_passphrase(self):
        self.update_room(visibility="private", passphrase="sesame", owner=self.carol)
        browser = self.browser_of(self.carol)
        assert not browser.get(self.page()).context["needs_passphrase"]
        self.assertRedirects(browser.post(self.page(), {"username": "Carol"}), self.page())

    def test_a_kicked_member_cannot_rejoin(self):
        Ban.objects.create(room=self.room, person=self.carol, until=timezone.now() + timedelta(minutes=5))
        response = self.browser_of(self.carol).post(self.page(), {"username": "Carol"})
        assert response.context["errors"].keys() == {"form"}
        assert not Member.objects.filter(room=self.room, person=self.carol).exists()

    def test_a_closed_room_shows_closed_to_members_and_unknown_to_others(self):
        self.update_room(closed_at=timezone.now())
        assert self.browser_of(self.bob.person).get(self.page()).status_code == 410
        assert self.client.get(self.page()).context["room"] is None

    def test_a_form_of_another_site_is_refused_to_guests_too(self):
        browser = self.browser_of(self.bob.person, enforce_csrf_checks=True)
        assert browser.post("/", {"title": "forged"}).status_code == 403
        assert browser.post(self.page(), {}).status_code == 403
        assert not Room.objects.filter(title="forged").exists()

    def test_the_pages_take_a_fixed_number_of_queries(self):
        browser = self.browser_of(self.bob.person)
        browser.get(self.page())
        with self.assertNumQueries(3):
            browser.get(self.page())
        with self.assertNumQueries(2):
            Client().get(self.page())


class NativePlayers(ApiCase):
    def test_syncplay_is_shown_where_it_is_let_in_and_the_own_client_always(self):
        bob = self.browser_of(self.bob.person)
        for address in (None, ("0.0.0.0", 8999)):
            with override_settings(SYNCPLAY=address):
                page = bob.get(f"/rooms/{self.room.room_id}/").content.decode()
            shown = (
                'data-player-value="server"' in page,
                'data-player-value="password"' in page,
                'data-server="testserver:8999"' in page,
            )
            assert set(shown) == {bool(address)}
            assert 'data-player-value="command"' in page


class PageStructure(ApiCase):
    def test_the_first_link_skips_to_the_content(self):
        bob, guest = self.browser_of(self.bob.person), Client()
        pages = [bob.get(f"/rooms/{self.room.room_id}/"), guest.get(f"/rooms/{self.room.room_id}/")]
        pages += [guest.get(path) for path in ("/", "/player/", "/accounts/login/", "/nowhere/")]
        for page in pages:
            links = re.findall(r"<a [^>]*>", page.content.decode())
            assert 'href="#content"' in links[0]
            self.assertContains(page, '<main id="content"', 1, page.status_code)


class Favicon(ApiCase):
    def test_the_default_favicon_path_redirects_to_the_icon(self):
        response = self.client.get("/favicon.ico")
        assert response.status_code == 302  # browsers keep a 301 for good, whatever is served here then
        assert finders.find(response["Location"].removeprefix(settings.STATIC_URL))


class ErrorPages(ApiCase):
    def test_an_unknown_path_is_an_error_page_or_a_problem_response(self):
        assert self.client.get("/nowhere/").status_code == 404
        self.refused(self.client.get("/api/nowhere/"), 404, "not_found")
        self.refused(self.client.get("/api/rooms/%00/"), 404, "not_found")

    def test_a_database_that_is_away_is_503(self):
        broken = Client(raise_request_exception=False)
        for path, where in [
            ("/", "watchium.web.views.lobby_state"),
            ("/api/rooms/", "watchium.web.api.lobby_state"),
        ]:
            with patch(where, side_effect=OperationalError("gone")), self.assertLogs(level="WARNING"):
                response = broken.get(path)
            assert response.status_code == 503, path
            assert response["Retry-After"] == "1"

    def test_a_server_error_discloses_nothing(self):
        broken = Client(raise_request_exception=False)
        with (
            patch("watchium.web.api.lobby_state", side_effect=KeyError("secret")),
            self.assertLogs(level="ERROR"),
        ):
            response = broken.get("/api/rooms/")
        self.refused(response, 500, "internal")
        assert b"secret" not in response.content


REFUSED = "<h1>That did not go through</h1>"


class RefusedPages(ApiCase):
    """Who opens an address of a page gets a page, also for a refusal; programs get JSON below /api/."""

    def is_a_page(self, response: Any, status: int, text: str) -> None:
        assert response.status_code == status
        assert response["Content-Type"].startswith("text/html")
        self.assertContains(response, REFUSED, status_code=status, html=True)
        self.assertContains(response, text, status_code=status)

    @override_settings(LIMITS={**DEFAULTS, "new_device": (1, 60)})
    def test_a_page_that_comes_too_often(self):
        first, second = (Client(REMOTE_ADDR="203.0.113.5") for _ in range(2))
        assert first.get("/player/").status_code == 200
        refused = second.get("/player/")
        self.is_a_page(refused, 429, "That was too fast. Wait a moment.")
        assert int(refused["Retry-After"]) > 0

    def test_an_address_for_forms(self):
        for path in ("/accounts/logout/", "/admin/logout/", "/language/"):
            response = self.client.get(path)
            self.is_a_page(response, 405, "There is no page at this address.")
            assert "POST" in response["Allow"]

    def test_an_address_for_forms_in_the_language_of_the_browser(self):
        response = self.client.get("/accounts/logout/", headers={"Accept-Language": "de"})
        self.assertContains(response, "Unter dieser Adresse ist keine Seite.", status_code=405)

    def test_a_request_that_cannot_be_understood(self):
        page = self.client.get("/").wsgi_request
        self.is_a_page(bad_request(page, ValueError()), 400, "This request cannot be understood.")
        page.path = "/api/rooms/"
        assert bad_request(page, ValueError())["Content-Type"] == "application/json"
