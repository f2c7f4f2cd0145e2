"""Player codes end with the browser's session, or the program's token, that made them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client, override_settings
from django.utils import timezone

from rooms.accounts.models import AccountSession
from rooms.ids import md5_of
from rooms.models import Person, PlayerCode, Token
from tests.watchium.api.callers import ApiCase
from watchium.db.batch_delete import delete_in_batches
from watchium.maintenance.work import expired_rows
from watchium.protocol.errors import CloseCode
from watchium.services.accounts.sessions import end_other_sessions, end_session
from watchium.syncplay.incoming import Hello
from watchium.syncplay.joining import join

CREDENTIALS = {"username": "dora", "password": "correct horse"}


@override_settings(SYNCPLAY=("127.0.0.1", 8999))
class PlayerCodeTests(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.dora = self.account_named("dora")
        self.enrol(self.dora)

    def browser(self) -> Client:
        browser = Client()
        browser.post("/accounts/login/", CREDENTIALS)
        return browser

    def code(self, caller: Any) -> str:
        response = caller.post(self.url("player-code/"), {}, content_type="application/json")
        assert response.status_code == 201, response.content
        return str(response.json()["password"])

    def code_of_program(self, person: Person) -> tuple[Any, str]:
        program = self.program_of(person)
        response = program.post(self.url("player-code/"), {})
        return program, str(response.json()["password"])

    def is_dora(self, code: str) -> bool:
        hello = Hello(username="Tom", room=self.room.room_id, password=md5_of(code))
        return join(hello, "127.0.0.1").person == self.dora

    def is_disconnected(self) -> bool:
        return (f"person.{self.dora.pk}", CloseCode.RESTART) in self.published.closed

    def test_its_person_sees_whether_one_is_valid(self):
        browser = self.browser()
        states = [browser.get(self.url("player-code/")).json()]
        self.code(browser)
        states.append(browser.get(self.url("player-code/")).json())
        browser.delete(self.url("player-code/"))
        states.append(browser.get(self.url("player-code/")).json())
        assert states == [{"active": False}, {"active": True}, {"active": False}]

    def test_it_ends_when_its_browser_signs_out(self):
        browser = self.browser()
        code = self.code(browser)
        assert self.is_dora(code)
        with self.committing():
            browser.post("/accounts/logout/")
        assert not self.is_dora(code)
        assert self.is_disconnected()

    def test_it_stays_when_another_browser_signs_out_that_made_an_earlier_one(self):
        first, second = self.browser(), self.browser()
        earlier, code = self.code(first), self.code(second)
        first.post("/accounts/logout/")
        assert not self.is_dora(earlier)
        assert self.is_dora(code)

    def test_it_ends_when_its_browser_is_signed_out_from_elsewhere(self):
        browser = self.browser()
        code = self.code(browser)
        key = browser.session.session_key
        with self.committing():
            end_session(self.dora, AccountSession.objects.get(session=key).pk)
        assert not self.is_dora(code)
        assert self.is_disconnected()

    def test_it_ends_when_its_browser_changes_the_account(self):
        browser = self.browser()
        code = self.code(browser)
        self.account_named("mira")
        with self.committing():
            browser.post("/accounts/login/", {**CREDENTIALS, "username": "mira"})
        assert not self.is_dora(code)
        assert self.is_disconnected()

    def test_it_ends_when_all_other_browsers_are_signed_out(self):
        code, browser = self.code(self.browser()), self.browser()
        end_other_sessions(self.dora, browser.session)
        assert not self.is_dora(code)

    def test_it_ends_with_another_password(self):
        code = self.code(self.browser())
        account = self.dora.account
        assert account is not None
        account.set_password("battery staple")
        account.save()
        assert not self.is_dora(code)

    def test_it_ends_with_the_token_of_its_program(self):
        program, code = self.code_of_program(self.dora)
        assert self.is_dora(code)
        with self.committing():
            assert program.delete("/api/token/").status_code == 204
        assert not self.is_dora(code)
        assert self.is_disconnected()

    def test_it_ends_with_a_token_that_is_idle_for_thirty_days(self):
        _, code = self.code_of_program(self.dora)
        Token.objects.update(last_used_at=timezone.now() - timedelta(days=29))
        self.delete_expired()
        assert self.is_dora(code)
        Token.objects.update(last_used_at=timezone.now() - timedelta(days=31))
        self.delete_expired()
        assert not self.is_dora(code)
        assert not Token.objects.of(self.dora).exists()

    def delete_expired(self) -> None:
        for _label, rows, batch in expired_rows(timezone.now()):
            if rows.model in (PlayerCode, Token):
                delete_in_batches(rows, batch=batch, dry_run=False)

    def test_a_browser_keeps_fifty(self):
        browser = self.browser()
        code = self.code(browser)
        session = browser.session
        session["issued_player_codes"] += range(10**6, 10**6 + 49)
        session.save()
        assert self.is_dora(code)
        self.code_of_another_room(browser)
        assert not self.is_dora(code)

    def code_of_another_room(self, browser: Client) -> None:
        created = browser.post("/api/rooms/", {"title": "other"}, content_type="application/json")
        path = f"/api/rooms/{created.json()['room_id']}/player-code/"
        assert browser.post(path, {}, content_type="application/json").status_code == 201
