from __future__ import annotations

import re

from django.contrib.auth.models import User
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import override_settings

from tests.watchium.web.accounts.test_sign_in import PASSWORD, SignedIn
from watchium.protocol.errors import CloseCode
from watchium.services.accounts import mail as reset_mail

NEW = "an even better horse"
LINK = re.compile(r"http://testserver(/accounts/reset/\S+)")


class Reset(SignedIn):
    def setUp(self) -> None:
        super().setUp()
        self.sign_up(self.client)
        self.account = User.objects.get(username="Dana")
        User.objects.filter(pk=self.account.pk).update(email="dana@example.org")
        # The test's transaction is not visible on another thread.
        self.replace(reset_mail._thread, "submit", lambda call, *args: call(*args))
        self.replace(reset_mail, "close_old_connections", lambda: None)

    def ask(self, email: str, **where: str):
        return self.client_class(**where).post("/accounts/reset/", {"email": email})

    def set_password(self, path: str, password: str = NEW):
        browser = self.client_class()
        form = browser.get(path, follow=True)
        with self.committing():
            return browser.post(
                form.request["PATH_INFO"], {"new_password1": password, "new_password2": password}
            )


@override_settings(EMAIL_HOST="mail.example.org", DEFAULT_FROM_EMAIL="watch@example.org")
class ByMail(Reset):
    def link(self) -> str:
        (message,) = mail.outbox
        assert message.to == ["dana@example.org"]
        assert message.from_email == "watch@example.org"
        found = LINK.search(str(message.body))
        assert found
        return found[1]

    def test_the_link_sets_a_password_once_and_signs_every_browser_out(self):
        self.assertRedirects(self.ask("DANA@example.org"), "/accounts/reset/sent/")
        link = self.link()
        person = self.client.get("/").context["person"]
        response = self.set_password(link)
        assert response["Location"] == "/accounts/login/"
        assert (f"person.{person.pk}", CloseCode.RESTART) in self.published.closed
        assert self.client.get("/").context["person"] is None
        assert self.sign_in(self.client_class(), password=NEW).status_code == 302
        self.assertContains(self.client_class().get(link, follow=True), "This link does not work")

    def test_the_link_does_not_lead_to_an_address_of_the_request(self):
        foreign = "203.0.113.66"
        for own, host in (("", "192.0.2.1"), ("https://watch.example.org", "watch.example.org")):
            for sent_as in (foreign, host):
                with self.settings(HOST="192.0.2.1", WATCHIUM_URL=own):
                    self.ask("dana@example.org", HTTP_HOST=sent_as)
            message = str(mail.outbox.pop().body)
            assert f"//{host}" in message
            assert foreign not in message

    def test_the_response_does_not_disclose_who_has_an_account(self):
        known, unknown = self.ask("dana@example.org"), self.ask("nobody@example.org")
        assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
        assert len(mail.outbox) == 1

    def test_look_alike_addresses_and_disabled_accounts_get_nothing(self):
        self.ask("d\u0430na@example.org")
        User.objects.filter(pk=self.account.pk).update(is_active=False)
        self.ask("dana@example.org")
        assert mail.outbox == []

    def test_messages_are_limited_by_receiver_and_by_address(self):
        for number in range(3):
            assert self.ask("dana@example.org", REMOTE_ADDR=f"198.51.100.{number}").status_code == 302
        assert self.ask("Dana@example.org", REMOTE_ADDR="198.51.100.9").status_code == 429
        assert len(mail.outbox) == 3
        for number in range(10):
            self.ask(f"a{number}@example.org", REMOTE_ADDR="203.0.113.1")
        late = self.ask("b@example.org", REMOTE_ADDR="203.0.113.1")
        assert late.status_code == 429
        assert int(late["Retry-After"]) > 0

    def test_a_mail_server_that_fails_is_logged_and_not_shown(self):
        self.replace(reset_mail, "send_mail", _refuse)
        with self.assertLogs("watchium.services.accounts.mail", "ERROR"):
            assert self.ask("dana@example.org").status_code == 302

    def test_messages_that_wait_are_bounded(self):
        self.replace(reset_mail._thread, "submit", lambda call, *args: None)
        with self.assertLogs("watchium.services.accounts.mail", "WARNING"):
            for number in range(reset_mail.MAX_WAITING + 1):
                self.ask(f"a{number}@example.org", REMOTE_ADDR=f"203.0.113.{number}")
        for _ in range(reset_mail.MAX_WAITING):
            reset_mail._waiting.release()

    def test_the_address_is_set_and_removed_on_the_page_with_the_password(self):
        for email, password, status in (
            ("new@example.org", "wrong", 400),
            ("new@example.org", PASSWORD, 302),
            ("nonsense", PASSWORD, 400),
        ):
            fields = {"email": email, "old_password": password}
            assert self.client.post("/accounts/email/", fields).status_code == status
        assert User.objects.get(pk=self.account.pk).email == "new@example.org"
        self.client.post("/accounts/email/", {"email": "", "old_password": PASSWORD})
        assert User.objects.get(pk=self.account.pk).email == ""


class WithoutMail(Reset):
    def test_pages_offer_no_mail_and_send_none(self):
        self.assertContains(self.client.get("/accounts/reset/"), "sends no e-mail")
        self.assertNotContains(self.client.get("/accounts/"), "E-mail address")
        self.ask("dana@example.org")
        assert mail.outbox == []

    def test_the_operator_makes_a_link(self):
        from io import StringIO

        out = StringIO()
        call_command("reset_link", "dana", stdout=out)
        path = out.getvalue().strip().partition("8000")[2]
        assert self.set_password(path).status_code == 302
        assert self.sign_in(self.client_class(), password=NEW).status_code == 302
        for name in ("nobody", ""):
            with self.assertRaises(CommandError):
                call_command("reset_link", name)


def _refuse(*_args: object) -> None:
    raise OSError("no route to the mail server")
