from __future__ import annotations

import re
from datetime import timedelta
from unittest.mock import patch

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from rooms.models import Ban, Member, Person, Room
from tests.watchium.api.callers import ApiCase


class Lobby(ApiCase):
    def test_it_shows_public_rooms_and_gives_the_csrf_cookie(self):
        self.make(visibility="public")
        response = self.client.get("/")
        assert response.status_code == 200
        self.assertContains(response, f"/rooms/{self.room.room_id}/")
        assert "csrftoken" in response.cookies
        assert "sessionid" not in response.cookies

    def test_create_room_needs_nothing_filled_in(self):
        response = self.client.post("/", {})
        room = Room.objects.exclude(pk=self.room.pk).get()
        self.assertRedirects(response, f"/rooms/{room.room_id}/")
        assert Member.objects.host_of(room).person.pk == self.client.session["person_id"]
        assert len(self.client.session["device_id"]) == 16

    def test_what_was_filled_in_is_used_and_the_name_is_kept(self):
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

    def test_what_is_wrong_is_said_beside_its_field_and_makes_nothing(self):
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
        self.make(visibility="public")
        with self.assertNumQueries(4):
            self.client.get("/")
        for number in range(3):
            Room.objects.create(title=f"room {number}", visibility="public")
        with self.assertNumQueries(4):
            self.client.get("/")


class TheWayIn(ApiCase):
    def page(self, room_id: str = "") -> str:
        return f"/rooms/{room_id or self.room.room_id}/"

    def test_a_link_shows_the_join_card_with_who_is_there(self):
        response = self.client.get(self.page())
        self.assertTemplateUsed(response, "rooms/join.html")
        assert [member.username for member in response.context["members"]] == ["Alice", "Bob"]
        assert not response.context["needs_passphrase"]
        assert "sessionid" not in response.cookies

    def test_joining_leads_into_the_room(self):
        response = self.client.post(self.page(), {"username": "Dana"})
        self.assertRedirects(response, self.page())
        boot = self.client.get(self.page()).context["boot"]
        assert boot["you"]["username"] == "Dana"
        assert boot["socket_path"] == f"/ws/rooms/{self.room.room_id}/"
        assert boot["you"]["device_id"] == self.client.session["device_id"]
        assert boot["share_url"] == f"http://testserver{self.page()}"

    def test_sending_the_form_twice_is_harmless(self):
        for _ in range(2):
            self.assertRedirects(self.client.post(self.page(), {"username": "Dana"}), self.page())
        assert Member.objects.filter(room=self.room, username="Dana").count() == 1

    def test_unknown_and_private_rooms_give_the_same_page(self):
        self.make(visibility="private", passphrase="sesame")
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

    def test_a_wrong_passphrase_says_so_and_makes_nobody(self):
        self.make(visibility="private", passphrase="sesame")
        people = Person.objects.count()
        response = self.client.post(self.page(), {"username": "Dana", "passphrase": "barley"})
        assert response.context["errors"].keys() == {"passphrase"}
        assert Person.objects.count() == people
        right = self.client.post(self.page(), {"username": "Dana", "passphrase": "sesame"})
        self.assertRedirects(right, self.page())

    def test_the_owner_never_needs_the_passphrase(self):
        self.make(visibility="private", passphrase="sesame", owner=self.carol)
        browser = self.browser_of(self.carol)
        assert not browser.get(self.page()).context["needs_passphrase"]
        self.assertRedirects(browser.post(self.page(), {"username": "Carol"}), self.page())

    def test_who_was_sent_out_stays_out(self):
        Ban.objects.create(room=self.room, person=self.carol, until=timezone.now() + timedelta(minutes=5))
        response = self.browser_of(self.carol).post(self.page(), {"username": "Carol"})
        assert response.context["errors"].keys() == {"form"}
        assert not Member.objects.filter(room=self.room, person=self.carol).exists()

    def test_a_closed_room_is_over_for_its_members_and_unknown_to_others(self):
        self.make(closed_at=timezone.now())
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


class EveryPage(ApiCase):
    def test_its_first_link_leads_past_the_head_to_the_content(self):
        bob, guest = self.browser_of(self.bob.person), Client()
        pages = [bob.get(f"/rooms/{self.room.room_id}/"), guest.get(f"/rooms/{self.room.room_id}/")]
        pages += [guest.get(path) for path in ("/", "/player/", "/accounts/login/", "/nowhere/")]
        for page in pages:
            links = re.findall(r"<a [^>]*>", page.content.decode())
            assert 'href="#content"' in links[0]
            self.assertContains(page, '<main id="content"', 1, page.status_code)


class TheIcon(ApiCase):
    def test_who_asks_for_it_at_its_old_address_is_sent_to_it(self):
        response = self.client.get("/favicon.ico")
        assert response.status_code == 302  # browsers keep a 301 for good, whatever is served here then
        assert finders.find(response["Location"].removeprefix(settings.STATIC_URL))


class WhenThingsBreak(ApiCase):
    def test_an_unknown_address_is_a_page_or_a_problem(self):
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

    def test_a_fault_of_ours_says_nothing_of_itself(self):
        broken = Client(raise_request_exception=False)
        with (
            patch("watchium.web.api.lobby_state", side_effect=KeyError("secret")),
            self.assertLogs(level="ERROR"),
        ):
            response = broken.get("/api/rooms/")
        self.refused(response, 500, "internal")
        assert b"secret" not in response.content
