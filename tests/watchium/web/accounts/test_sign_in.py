from __future__ import annotations

from urllib.parse import urlencode

from django.contrib.auth.models import User

from rooms.actions.merge_guest import merge_guest
from rooms.models import Connection, Member, Person, Role, Room
from tests.watchium.api.callers import ApiCase

PASSWORD = "correct horse battery"


class SignedIn(ApiCase):
    def sign_up(self, browser, name="Dana", **more):
        fields = {"username": name, "password1": PASSWORD, "password2": PASSWORD, **more}
        return browser.post("/accounts/signup/", fields)

    def sign_in(self, browser, name="Dana", password=PASSWORD, **more):
        return browser.post("/accounts/login/", {"username": name, "password": password, **more})


class SignUpAndSignIn(SignedIn):
    def test_an_account_has_a_person_and_reserves_its_name(self):
        self.assertRedirects(self.sign_up(self.client), "/")
        person = Person.objects.get(account__username="Dana")
        assert person.user_id.startswith("u_")
        assert len(person.user_id) == 18
        assert self.client.session["person_id"] == person.pk
        assert self.client.get("/").context["person"] == person

    def test_names_are_compared_without_case(self):
        self.sign_up(self.client)
        other = self.client_class()
        assert self.sign_up(other, "dANA").context["form"].errors["username"]
        assert self.sign_up(other, "x" * 41).context["form"].errors["username"]
        assert User.objects.count() == 1

    def test_the_device_id_survives_sign_in_and_sign_out(self):
        browser = self.browser_of(self.bob.person)
        browser.get(f"/rooms/{self.room.room_id}/")
        device_id = browser.session["device_id"]
        self.sign_up(browser)
        assert browser.session["device_id"] == device_id
        browser.post("/accounts/logout/")
        assert browser.session["device_id"] == device_id
        self.sign_in(browser)
        assert browser.session["device_id"] == device_id

    def test_signing_out_removes_the_person_and_disconnects_open_pages(self):
        browser = self.browser_of(self.bob.person)
        self.sign_up(browser)
        person = Person.objects.get(account__username="Dana")
        with self.committing():
            browser.post("/accounts/logout/")
        assert (f"person.{person.pk}", 4012) in self.published.closed
        assert browser.get("/").context["person"] is None
        assert browser.get("/accounts/logout/").status_code == 405

    def test_a_changed_password_ends_other_sessions(self):
        self.sign_up(self.client)
        account = User.objects.get()
        account.set_password("another one entirely")
        account.save()
        assert self.client.get("/").context["person"] is None

    def test_sign_in_redirects_only_to_pages_of_this_site(self):
        for address, goes in [
            ("/rooms/abc/", "/rooms/abc/"),
            ("https://evil.example/", "/"),
            ("//evil.example", "/"),
            ("http://testserver/rooms/abc/?view=chat#last", "/rooms/abc/?view=chat#last"),
            ("http://testserver//evil.example/", "/"),
            ("http://testserver/\\evil.example/", "/"),
            ("/\\evil.example", "/"),
            ("javascript:alert(1)", "/"),
            ("/" + "a" * 2000, "/"),
            ("//" + "\u0345\u0301" * 900, "/"),
        ]:
            browser = self.client_class()
            User.objects.all().delete()
            assert self.sign_up(browser, next=address)["Location"] == goes

    def test_an_invalid_next_redirects_to_the_lobby(self):
        self.sign_up(self.client)
        for number, address in enumerate(("foo", "room", "login", "?x", "#x", "admin:index", "http://[::1")):
            fields = {"username": "Dana", "password": PASSWORD}
            for form, query in (
                (fields | {"next": address}, ""),
                (fields, f"?{urlencode({'next': address})}"),
            ):
                browser = self.client_class(REMOTE_ADDR=f"198.51.100.{number}")
                response = browser.post(f"/accounts/login/{query}", form)
                assert (response.status_code, response["Location"]) == (302, "/"), address
        response = self.sign_up(self.client_class(), "Erin", next="room")
        assert (response.status_code, response["Location"]) == (302, "/")

    def test_wrong_passwords_are_reported_and_limited_to_ten(self):
        self.sign_up(self.client)
        browser = self.client_class()
        for _ in range(10):
            assert self.sign_in(browser, password="wrong").status_code == 200
        late = self.sign_in(browser)
        assert late.status_code == 429
        assert "Too many attempts" in str(late.context["form"].errors)
        assert browser.get("/").context["person"] is None

    def test_staff_come_into_the_admin_the_same_way_and_others_do_not(self):
        User.objects.create_user("Root", password=PASSWORD, is_staff=True, is_superuser=True)
        self.sign_up(self.client)
        assert self.client.get("/admin/", follow=True).status_code == 200
        assert self.client.get("/admin/", follow=True).request["PATH_INFO"] == "/admin/login/"
        staff = self.client_class()
        fields = {"username": "Root", "password": PASSWORD, "next": "/admin/"}
        self.assertRedirects(staff.post("/admin/login/", fields), "/admin/")
        assert staff.get("/").context["person"].username == "Root"
        staff.post("/admin/logout/")
        assert staff.get("/admin/").status_code == 302

    def test_the_forms_open_and_a_form_of_another_site_is_rejected(self):
        strict = self.client_class(enforce_csrf_checks=True)
        for path in ("/accounts/login/", "/accounts/signup/"):
            assert strict.get(path).status_code == 200
        assert self.sign_in(self.client_class(enforce_csrf_checks=True)).status_code == 403


class MergeGuest(SignedIn):
    def test_memberships_and_rooms_of_the_guest_move_to_the_account(self):
        browser = self.browser_of(self.alice.person)
        with self.committing():
            self.sign_up(browser)
        person = Person.objects.get(account__username="Dana")
        member = Member.objects.get(pk=self.alice.pk)
        assert (member.person, member.role, member.username, member.present) == (
            person,
            Role.HOST,
            "Dana",
            True,
        )
        assert Room.objects.get(pk=self.room.pk).owner == person
        assert browser.get(f"/rooms/{self.room.room_id}/").context["boot"]["you"]["user_id"] == person.user_id
        assert self.published.last("new_host")["payload"]["user_id"] == person.user_id
        assert self.published.last("member_left")["payload"]["user_id"] == self.alice.person.user_id
        assert self.published.last("member_joined")["payload"]["user_id"] == person.user_id
        assert (f"person.{self.alice.person_id}", 4012) in self.published.closed

    def test_two_memberships_merge_with_the_higher_role_and_all_tabs(self):
        dana = self.account_named("Dana")
        known = self.enrol(dana, here_since_ms=5.0)
        Connection.objects.create(member=self.alice, process="p", opened_at_ms=0, lapses_at_ms=9e12)
        Room.objects.filter(pk=self.room.pk).update(successor=self.bob)
        for _ in range(2):
            merge_guest(self.alice.person, dana)
        assert not Member.objects.filter(pk=self.alice.pk).exists()
        member = Member.objects.get(pk=known.pk)
        assert (member.role, member.connections.count(), member.here_since_ms) == (Role.HOST, 1, 1.0)

    def test_a_banned_account_does_not_return_by_signing_in(self):
        from rooms.actions import ban

        dana = self.account_named("Dana")
        self.enrol(dana)
        ban(self.room, dana.user_id, actor=self.alice, minutes=10)
        merge_guest(self.bob.person, dana)
        assert (
            not Member.objects.current().filter(room=self.room, person__in=(dana, self.bob.person)).exists()
        )

    def test_a_guest_who_was_banned_stays_banned_with_an_account(self):
        from rooms.actions import ban

        ban(self.room, self.bob.person.user_id, actor=self.alice, minutes=10)
        dana = self.account_named("Dana")
        merge_guest(self.bob.person, dana)
        problem = self.program_of(dana).post(self.url("join/"), {})
        self.refused(problem, 403, "banned")
