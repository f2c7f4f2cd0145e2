"""A second screen: a ticket lets one browser act as a person, in one room, once."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from playback.room.status_reports import LAST_REPORTS
from rooms import actions
from rooms.accounts.models import AccountSession
from rooms.auth.identity import identify_scope
from rooms.models import Ban, Companion, Member, Person, Room
from tests.watchium.api.callers import ApiCase
from watchium.config.rate_limits import DEFAULTS
from watchium.services.accounts.sessions import end_other_sessions, end_session
from watchium.services.people.merge_guest import merge_guest_into_account

BOOT = re.compile(r'<script id="boot" type="application/json">(.*?)</script>', re.DOTALL)


class CompanionTests(ApiCase):
    def ticket(self, caller: Any = None) -> str:
        """The path of a new ticket of bob's."""
        response = (caller or self.as_bob).post(self.url("companion/"), {})
        assert response.status_code == 201, response.content
        return "/" + response.json()["url"].split("/", 3)[3]

    def claim(self, path: str, phone: Client | None = None) -> Client:
        phone = phone or Client()
        response = phone.post(path)
        assert response.status_code == 302, response.content
        assert response["Location"] == f"/rooms/{self.room.room_id}/?view=chat"
        return phone

    def user_at(self, phone: Client, room: Room | None = None) -> str | None:
        """The person as whom the browser sees the room; None if it has to join."""
        found = BOOT.search(phone.get(f"/rooms/{(room or self.room).room_id}/").content.decode())
        return json.loads(found[1])["you"]["user_id"] if found else None

    def test_a_phone_is_the_same_member_and_no_second_one(self):
        phone = self.claim(self.ticket())
        page = phone.get(f"/rooms/{self.room.room_id}/?view=chat")
        assert 'data-view="chat"' in page.content.decode()
        assert self.user_at(phone) == self.bob.person.user_id
        assert Member.objects.filter(room=self.room).count() == 2
        posted = phone.post(
            self.url("comments/"),
            {"text": "from my phone", "event_id": "p1"},
            content_type="application/json",
        )
        assert posted.status_code == 200
        assert self.room.comments.get(event_id="p1").person == self.bob.person

    def test_a_socket_of_the_phone_is_the_same_person_in_this_room_only(self):
        phone = self.claim(self.ticket())
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in phone.cookies.items())

        def person_at(room_id: str) -> Person | None:
            scope = {
                "headers": [(b"cookie", cookies.encode())],
                "url_route": {"kwargs": {"room_id": room_id}},
                "client": ("127.0.0.1", 1),
            }
            return identify_scope(scope).person

        assert person_at(self.room.room_id) == self.bob.person
        assert person_at("elsewhere1") is None

    def test_a_ticket_is_used_once_and_looking_at_it_uses_nothing(self):
        path = self.ticket()
        assert "Use this as my second screen" in Client().get(path).content.decode()
        self.claim(path)
        for response in (Client().post(path), Client().get(path)):
            assert response.status_code == 410
            assert "does not work any more" in response.content.decode()

    def test_a_ticket_ends_after_two_minutes_and_a_new_one_ends_the_earlier(self):
        late, earlier = self.ticket(), self.ticket()
        assert Client().post(late).status_code == 410
        Companion.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
        assert Client().post(earlier).status_code == 410
        self.ticket()
        lasts = Companion.objects.get(claimed_at=None).ends_at - timezone.now()
        assert timedelta(seconds=110) < lasts <= timedelta(minutes=2)

    def test_a_companion_ends_after_a_day(self):
        phone = self.claim(self.ticket())
        Companion.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
        assert self.user_at(phone) is None

    def test_it_is_bound_to_its_room(self):
        other = Room.objects.create(title="elsewhere", owner=self.bob.person)
        Member.objects.create(room=other, person=self.bob.person, username="Bob", present=True)
        path = self.ticket()
        assert Client().post(path.replace(self.room.room_id, other.room_id)).status_code == 410
        phone = self.claim(path)
        assert self.user_at(phone, other) is None
        self.refused(phone.get(f"/api/rooms/{other.room_id}/comments/"), 404, "not_member")

    def test_the_browser_stays_who_it_was_everywhere_else(self):
        other = Room.objects.create(title="elsewhere", owner=self.carol)
        Member.objects.create(room=other, person=self.carol, username="Carol", present=True)
        phone = self.claim(self.ticket(), self.browser_of(self.carol))
        assert self.user_at(phone) == self.bob.person.user_id
        assert self.user_at(phone, other) == self.carol.user_id

    def test_who_was_banned_is_out_with_all_screens(self):
        phone, path = self.claim(self.ticket()), self.ticket()
        Member.objects.filter(pk=self.bob.pk).update(left_at=timezone.now())
        Ban.objects.create(room=self.room, person=self.bob.person, until=timezone.now() + timedelta(hours=1))
        assert self.user_at(phone) is None
        assert Client().post(path).status_code == 410

    def test_another_password_or_a_disabled_account_ends_it(self):
        person = self.account_named("dora")
        self.enrol(person)
        phone = self.claim(self.ticket(self.program_of(person)))
        assert self.user_at(phone) == person.user_id
        assert person.account
        person.account.is_active = False
        person.account.save()
        assert self.user_at(phone) is None
        person.account.is_active = True
        person.account.set_password("battery staple")
        person.account.save()
        assert self.user_at(phone) is None

    def test_the_phone_of_a_guest_is_not_that_of_the_account_that_signs_in(self):
        """Somebody else may sign in at the guest's browser."""
        phone, path = self.claim(self.ticket()), self.ticket()
        person = self.account_named("dora")
        merge_guest_into_account(self.bob.person, person)
        assert self.user_at(phone) is None
        assert Client().post(path).status_code == 410

    def test_a_browser_that_becomes_a_second_screen_gets_another_session_key(self):
        self.account_named("mira")
        phone = Client()
        phone.post("/accounts/login/", {"username": "mira", "password": "correct horse"})
        key = phone.session.session_key
        listed = AccountSession.objects.get()
        self.claim(self.ticket(), phone)
        assert phone.session.session_key != key
        assert phone.get("/").context["person"].username == "mira"
        renewed = AccountSession.objects.get()
        assert renewed.session_id == phone.session.session_key
        assert (renewed.browser, renewed.signed_in_at) == (listed.browser, listed.signed_in_at)

    def test_a_second_screen_gets_no_ticket(self):
        phone = self.claim(self.ticket())
        response = phone.post(self.url("companion/"), {}, content_type="application/json")
        self.refused(response, 403, "not_allowed")
        assert Companion.objects.count() == 1

    def test_it_ends_with_the_membership_also_for_who_joins_again(self):
        phone = self.claim(self.ticket())
        actions.leave(self.bob)
        actions.join(self.bob.person, self.room.room_id)
        assert self.user_at(phone) is None

    def test_a_second_screen_that_joins_again_does_not_become_its_person(self):
        phone = self.claim(self.ticket())
        Member.objects.filter(pk=self.bob.pk).update(left_at=timezone.now())
        phone.post(f"/rooms/{self.room.room_id}/", {"username": "Bob"})
        assert self.user_at(phone) == self.bob.person.user_id
        assert "person_id" not in phone.session

    def test_it_ends_when_the_browser_that_issued_its_ticket_signs_out(self):
        phones, browsers = self.of_two_browsers()
        browsers[0].post("/accounts/logout/")
        assert [self.user_at(phone) is not None for phone in phones] == [False, True]

    def test_it_ends_when_that_browser_changes_the_account(self):
        phones, browsers = self.of_two_browsers()
        self.account_named("mira")
        browsers[0].post("/accounts/login/", {"username": "mira", "password": "correct horse"})
        assert [self.user_at(phone) is not None for phone in phones] == [False, True]

    def test_it_ends_when_that_browser_is_signed_out_from_elsewhere(self):
        phones, browsers = self.of_two_browsers()
        key = browsers[0].session.session_key
        end_session(self.dora, AccountSession.objects.get(session=key).pk)
        assert [self.user_at(phone) is not None for phone in phones] == [False, True]

    def test_all_end_when_all_other_browsers_are_signed_out(self):
        phones, browsers = self.of_two_browsers()
        phones.append(self.claim(self.ticket(self.program_of(self.dora))))
        end_other_sessions(self.dora, browsers[1].session)
        assert [self.user_at(phone) for phone in phones] == [None] * 3

    def of_two_browsers(self) -> tuple[list[Client], list[Client]]:
        """Two phones of dora, and the browsers that issued their tickets."""
        self.dora = self.account_named("dora")
        self.enrol(self.dora)
        browsers = [Client(), Client()]
        for browser in browsers:
            browser.post("/accounts/login/", {"username": "dora", "password": "correct horse"})
        phones = []
        for browser in browsers:
            response = browser.post(self.url("companion/"), {}, content_type="application/json")
            phones.append(self.claim("/" + response.json()["url"].split("/", 3)[3]))
        assert [self.user_at(phone) for phone in phones] == [self.dora.user_id] * 2
        return phones, browsers

    def test_outsiders_get_no_ticket_and_a_room_has_five_companions_of_a_person(self):
        self.refused(self.as_carol.post(self.url("companion/"), {}), 404, "not_member")
        phones = [self.claim(self.ticket()) for _ in range(6)]
        here = [self.user_at(phone) is not None for phone in phones]
        assert here == [False, True, True, True, True, True]

    @override_settings(LIMITS={**DEFAULTS, "companion": (2, 60)})
    def test_tickets_are_rate_limited(self):
        self.ticket()
        self.ticket()
        self.refused(self.as_bob.post(self.url("companion/"), {}), 429, "rate_limited")

    def test_polls_of_a_phone_do_not_replace_what_the_player_reports(self):
        report = {"current_time": 0, "is_playing": False, "is_synced": True}
        for state in ("stalled", "companion"):
            body = {"report": {**report, "state": state}}
            assert self.as_bob.post(self.url("state/"), body).status_code == 200
        (known,) = dict(LAST_REPORTS.for_room(self.room.room_id)).values()
        assert known.report.state == "stalled"
