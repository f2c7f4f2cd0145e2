"""The doctor's check of the mail server, against a small SMTP server on this machine."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings

from tests.servers import free_port
from watchium.config.mail import mail_settings
from watchium.doctor import mail_checks

pytestmark = pytest.mark.once


class Smtp(socketserver.StreamRequestHandler):
    """Answers EHLO, AUTH and NOOP; the only password is `right`."""

    def handle(self) -> None:
        self.say("220 ready")
        while line := self.rfile.readline().decode().strip():
            word = line.partition(" ")[0].upper()
            if word == "EHLO":
                self.say("250-here\r\n250 AUTH PLAIN")
            elif word == "AUTH":
                right = "AG1lAHJpZ2h0" in line  # \0me\0right
                self.say("235 welcome" if right else "535 wrong")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


@pytest.fixture
def port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def configured(url: str, **more: str) -> Iterator[None]:
    mail = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=mail, **mail_settings(url, "w@example.org"), **more):
        yield


def test_without_a_mail_server_there_is_nothing_to_check():
    with configured(""):
        assert mail_checks.mail().level == "ok"


def test_a_server_that_accepts_the_user_is_fine(port: int):
    with configured(f"smtp://me:right@127.0.0.1:{port}", WATCHIUM_URL="https://watch.example.org"):
        result = mail_checks.mail()
    assert (result.level, result.message) == ("ok", f"127.0.0.1:{port} accepts messages from w@example.org")


def test_links_without_a_public_address_are_a_warning(port: int):
    with configured(f"smtp://127.0.0.1:{port}", WATCHIUM_URL=""):
        assert mail_checks.mail().level == "warn"


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("smtp://me:wrong@127.0.0.1:{port}", "rejects the user or the password (535)"),
        ("submission://me:right@127.0.0.1:{port}", "offers no STARTTLS"),
        ("smtps://127.0.0.1:{port}", "SSLError"),
        ("smtp://127.0.0.1:{closed}", "ConnectionRefusedError"),
    ],
)
def test_what_does_not_work_is_named_with_its_remedy(port: int, url: str, says: str):
    with configured(url.format(port=port, closed=free_port())):
        result = mail_checks.mail()
    assert result.level == "fail"
    assert says in result.message
    assert "right" not in result.message + result.fix
    assert result.fix
