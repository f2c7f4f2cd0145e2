from __future__ import annotations

import asyncio
import urllib.error

from django.contrib.auth.models import User

from rooms.models import AccountName, Member, Person, Room
from tests.deployments import Deployment
from tests.watchium.web.accounts.test_sign_in import PASSWORD, SignedIn
from tests.watchium.web.cookie_client import Browser

# Each is taken for "Queen file": invisible characters, forms, scripts, case, shapes.
DISGUISES = [
    "\u200bQueen file",
    "Queen file\u2060",
    "Queen \ufb01le",
    "QUEEN FILE",
    "Qu\u0435en file",
    "Queen f\u0131le",
    "Quee\u0274 file",
    "\uff31ueen file",
]


class ReservedName(SignedIn):
    def setUp(self) -> None:
        super().setUp()
        self.queen = User.objects.create_user("Queen file", password=PASSWORD)

    def test_a_guest_cannot_create_a_room_with_it_over_the_api(self):
        for name in DISGUISES:
            body = {"username": name, "visibility": "public"}
            self.refused(self.anonymous.post("/api/rooms/", body), 409, "name_taken")
        assert Room.objects.count() == 1

    def test_a_guest_cannot_join_with_it(self):
        for name in DISGUISES:
            self.refused(self.anonymous.post(self.url("join/"), {"username": name}), 409, "name_taken")
            self.refused(self.as_bob.post(self.url("join/"), {"username": name}), 409, "name_taken")
        assert Member.objects.get(pk=self.bob.pk).username == "Bob"

    def test_a_guest_cannot_create_or_join_a_room_with_it_on_the_pages(self):
        for path in ("/", f"/rooms/{self.room.room_id}/"):
            for name in DISGUISES:
                page = self.client_class().post(path, {"username": name})
                assert page.context["errors"].keys() == {"username"}, (path, name)
        assert Room.objects.count() == 1
        assert Person.objects.count() == 3

    def test_a_second_sign_up_with_it_is_rejected(self):
        for name in DISGUISES:
            assert self.sign_up(self.client_class(), name).context["form"].errors["username"], name
        assert User.objects.count() == 1

    def test_the_account_itself_uses_it_in_every_room(self):
        browser = self.client_class()
        self.sign_in(browser, "Queen file")
        assert browser.post("/", {}).status_code == 302
        assert browser.post(f"/rooms/{self.room.room_id}/", {"username": "Queen file"}).status_code == 302
        assert set(Member.objects.filter(person__account=self.queen).values_list("username", flat=True)) == {
            "Queen file"
        }

    def test_the_cleaned_name_is_stored(self):
        self.sign_up(self.client, "\ufb01ne day")
        assert User.objects.filter(username="fine day").exists() is False  # spaces are not for accounts
        self.sign_up(self.client, "\ufb01ne.day")
        assert User.objects.filter(username="fine.day").exists()
        assert self.sign_in(self.client_class(), "fine.day").status_code == 302

    def test_it_is_available_again_after_the_account_is_renamed_or_deleted(self):
        self.queen.username = "King"
        self.queen.save()
        assert self.anonymous.post("/api/rooms/", {"username": "Queen file"}).status_code == 201
        self.refused(self.anonymous.post("/api/rooms/", {"username": "K1ng"}), 409, "name_taken")
        self.queen.delete()
        assert self.anonymous.post("/api/rooms/", {"username": "King"}).status_code == 201

    def test_signing_in_makes_no_query_about_names(self):
        with self.assertNumQueries(1):
            self.queen.save(update_fields=["last_login"])

    def test_two_old_accounts_with_confusable_names_both_work(self):
        second = User.objects.create(username="Qu\u0435en file")
        second.set_password(PASSWORD)
        second.save()
        assert not AccountName.objects.holds(second)
        browser = self.client_class()
        assert self.sign_in(browser, second.username).status_code == 302
        assert browser.post(f"/rooms/{self.room.room_id}/", {"username": ""}).status_code == 302
        assert browser.post("/", {}).status_code == 302


class ReservedNameInAdmin(SignedIn):
    def setUp(self) -> None:
        super().setUp()
        User.objects.create_user("dana", password=PASSWORD)
        self.staff = User.objects.create_superuser("staff", password=PASSWORD)
        self.client.force_login(self.staff)

    def test_staff_cannot_make_or_rename_an_account_into_a_look_alike(self):
        fields = {
            "username": "d\u0430na",
            "password1": PASSWORD,
            "password2": PASSWORD,
            "usable_password": "true",
        }
        page = self.client.post("/admin/auth/user/add/", fields)
        self.assertContains(page, "looks like that of another account")
        page = self.client.post(f"/admin/auth/user/{self.staff.pk}/change/", {"username": "DANA"})
        self.assertContains(page, "looks like that of another account")
        assert User.objects.count() == 2
        assert self.client.post("/admin/auth/user/add/", fields | {"username": "erin"}).status_code == 302


async def test_parallel_sign_ups_with_confusable_names_make_one_account(deployment: Deployment):
    names = ["Race1", "RACE1", "race1", "Racel", "R\u0430ce1", "Rac\u0435l", "ra\u0441e1", "RACEI"]

    def sign_up(number: int, name: str) -> bool:
        browser = Browser(deployment.servers[number % len(deployment.servers)])
        browser.get("/accounts/signup/")
        try:
            there = browser.post("/accounts/signup/", username=name, password1=PASSWORD, password2=PASSWORD)
        except urllib.error.HTTPError as error:
            return error.code < 400
        return "signup" not in there

    made = await asyncio.gather(*(asyncio.to_thread(sign_up, *one) for one in enumerate(names)))
    assert sum(made) == 1, dict(zip(names, made, strict=True))
