from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings, skipUnlessDBFeature

import chat.actions
from chat.models import Comment
from rooms import actions
from rooms.accounts import passkeys
from rooms.accounts.models import MAX_PASSKEYS, LinkedSignIn, Passkey
from rooms.accounts.passkeys import PasskeyRefused, Server
from rooms.accounts.ways_in import remove_passkey, unlink
from rooms.actions.merge_guest import merge_guest
from rooms.models import Companion, JoinRequest, Member, Person, Role, Room
from tests.rooms.accounts.authenticator import Authenticator
from watchium.config.openid import Provider
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import NameTaken, Refused, RoomFull, TooLong, Waiting
from watchium.services.accounts.deletion import delete_account

PASSWORD = "correct horse battery"
PROVIDER = Provider("https://id.example", "client", "secret", "Id")
SERVER = Server("localhost", "http://localhost:8000")


@skipUnlessDBFeature("has_select_for_update")
class RaceTests(TransactionTestCase):
    """PostgreSQL only: SQLite in memory has one connection, on which there are no races."""

    def setUp(self) -> None:
        self.account = User.objects.create_user("dana", password=PASSWORD)
        self.dana = Person.objects.create(username="dana", account=self.account, user_id="u_dana")
        self.room = Room.objects.create(title="movie-night", owner=self.dana)
        self.host = Member.objects.create(
            room=self.room, person=self.dana, username="dana", role=Role.HOST, present=True
        )

    def at_once(self, *calls: Callable[[], object]) -> list[object]:
        """Run each call on a thread; return what it returned, or the refusal that it raised."""

        ready = Barrier(len(calls), timeout=30)

        def on_thread(call: Callable[[], object]) -> object:
            connection.ensure_connection()
            ready.wait()
            try:
                return call()
            except Refused as refused:
                return type(refused)
            finally:
                connection.close()

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(on_thread, calls))

    def test_an_address_goes_to_one_of_two_rooms(self):
        other = Room.objects.create(title="other", owner=self.dana)
        hosts = [
            self.host,
            Member.objects.create(room=other, person=self.dana, username="dana", role=Role.HOST),
        ]
        for number in range(10):
            slug = f"friday{number}"
            outcomes = self.at_once(
                *(lambda h=host, s=slug: actions.update_room(h.room, actor=h, slug=s) for host in hosts)
            )
            assert outcomes.count(NameTaken) == 1, outcomes
            Room.objects.update(slug=None)

    def test_an_account_that_asks_while_its_guest_signs_in_waits_once(self):
        Room.objects.update(knock=True)
        for number in range(10):
            account = Person.objects.create(username=f"erin{number}", user_id=f"u_erin{number}")
            guest = actions.create_guest()
            assert self.at_once(lambda: actions.join(guest, self.room.room_id)) == [Waiting]  # noqa: B023
            outcomes = self.at_once(
                lambda: merge_guest(guest, account),  # noqa: B023
                lambda: actions.join(account, self.room.room_id),  # noqa: B023
            )
            assert outcomes == [None, Waiting]
            assert JoinRequest.objects.filter(person=account).count() == 1

    def test_of_one_address_only_so_many_wait(self):
        Room.objects.update(knock=True)
        guests = [actions.create_guest() for _ in range(12)]
        asks = [lambda g=guest: actions.join(g, self.room.room_id, address="192.0.2.7") for guest in guests]
        outcomes = [*self.at_once(*asks[:6]), *self.at_once(*asks[6:])]
        assert (outcomes.count(Waiting), outcomes.count(RoomFull)) == (10, 2)

    def test_of_tickets_that_are_issued_at_once_one_remains(self):
        browser = Client()
        browser.post("/accounts/login/", {"username": "dana", "password": PASSWORD})

        def ticket() -> int:
            tab = Client()
            tab.cookies = browser.cookies
            url = f"/api/rooms/{self.room.room_id}/companion/"
            return tab.post(url, {}, content_type="application/json").status_code

        assert self.at_once(*[ticket] * 4) == [201] * 4
        assert Companion.objects.count() == 1

    def test_browsers_that_end_each_other_do_not_wait_for_each_other(self):
        browsers = [Client(), Client(), Client()]
        for browser in browsers:
            browser.post("/accounts/login/", {"username": "dana", "password": PASSWORD})
        ends = [lambda b=browser: b.post("/accounts/sessions/end/").status_code for browser in browsers]
        assert set(self.at_once(*ends)) <= {302, 400}  # 400 if another ends it while the answer is sent
        assert sum(browser.get("/accounts/").status_code == 200 for browser in browsers) <= 1

    def test_nothing_that_is_written_while_an_account_is_deleted_stays(self):
        for number in range(5):
            account = User.objects.create_user(f"mira{number}", password=PASSWORD)
            mira = Person.objects.create(username=account.username, account=account, user_id=f"u_m{number}")
            member = actions.join(mira, self.room.room_id)

            def write(sent: int, member: Member = member) -> object:
                command = PostComment(event_id=f"e{sent}", payload=CommentDraft(text="meanwhile"))
                return chat.actions.post(member, command, position=0)

            self.at_once(lambda: write(1), lambda: delete_account(mira), lambda: write(2))  # noqa: B023
            assert not Comment.objects.filter(text="meanwhile").exists()
            assert not Comment.objects.filter(is_system=False).exclude(username="").exists()

    def test_an_account_that_is_deleted_twice_at_once_is_gone(self):
        browser = Client()
        browser.post("/accounts/login/", {"username": "dana", "password": PASSWORD})

        def delete() -> int:
            tab = Client()
            tab.cookies = browser.cookies
            fields = {"username": "dana", "old_password": PASSWORD}
            return tab.post("/accounts/delete/", fields).status_code

        assert set(self.at_once(delete, delete)) <= {302, 400}  # 400: the session ended before the answer
        assert not User.objects.exists()
        assert not Person.objects.exists()

    def add_passkey(self, key: Authenticator) -> object:
        options = passkeys.begin_registration(SERVER, self.account, "u_dana")
        return passkeys.finish_registration(
            SERVER, self.account, key.create(options), options["challenge"], "x"
        )

    def test_an_answer_of_a_passkey_is_accepted_once(self):
        key = Authenticator(SERVER.origin)
        self.add_passkey(key)
        options = passkeys.begin_sign_in(SERVER)
        key.count = -1  # as keys do that count nothing
        answer = key.get(options)
        outcomes = self.at_once(
            *[lambda: passkeys.finish_sign_in(SERVER, answer, options["challenge"]).pk] * 6
        )
        assert outcomes.count(PasskeyRefused) == 5, outcomes

    def test_a_count_of_uses_is_accepted_once(self):
        key = Authenticator(SERVER.origin)
        self.add_passkey(key)
        options = [passkeys.begin_sign_in(SERVER) for _ in range(6)]
        answers = []
        for each in options:
            key.count = 4  # a copy and its original both count on
            answers.append((key.get(each), each["challenge"]))
        outcomes = self.at_once(
            *(lambda a=a, c=c: passkeys.finish_sign_in(SERVER, a, c).pk for a, c in answers)
        )
        assert outcomes.count(PasskeyRefused) == 5, outcomes

    def test_passkeys_that_are_added_at_once_are_bounded(self):
        rows = [
            Passkey(account=self.account, credential_id=f"c{n}", name="x") for n in range(MAX_PASSKEYS - 1)
        ]
        Passkey.objects.bulk_create(rows)
        outcomes = self.at_once(*[lambda: self.add_passkey(Authenticator(SERVER.origin))] * 4)
        assert outcomes.count(TooLong) == 3
        assert Passkey.objects.count() == MAX_PASSKEYS

    @override_settings(PASSKEYS=True, OPENID=PROVIDER)
    def test_one_way_to_sign_in_remains(self):
        self.account.set_unusable_password()
        self.account.save()
        for number in range(10):
            passkey = Passkey.objects.create(account=self.account, credential_id=f"k{number}", name="x")
            LinkedSignIn.objects.link(self.account, PROVIDER.issuer, "s")
            outcomes = self.at_once(
                lambda: remove_passkey(self.account.pk, passkey.pk),  # noqa: B023
                lambda: unlink(self.account.pk, PROVIDER.issuer),
            )
            assert sorted(map(str, outcomes)) == ["False", "True"]
            Passkey.objects.all().delete()

    def test_a_page_that_opens_while_its_session_ends_is_no_server_error(self):
        for _ in range(5):
            browser = Client()
            browser.post("/accounts/login/", {"username": "dana", "password": PASSWORD})
            session = browser.session
            session["used_at"] = 0
            session.save()
            tab = Client()
            tab.cookies = browser.cookies
            statuses = self.at_once(
                lambda: tab.get("/").status_code,  # noqa: B023
                lambda: browser.post("/accounts/logout/").status_code,  # noqa: B023
                lambda: tab.get("/").status_code,  # noqa: B023
            )
            assert statuses[1] == 302
            assert {statuses[0], statuses[2]} <= {200, 400}  # 400 if it ends while the page is sent
