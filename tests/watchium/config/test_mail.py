from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from watchium.config.mail import mail_settings


def test_without_an_address_no_mail_is_sent():
    assert mail_settings("", "ignored")["EMAIL_HOST"] == ""


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("submission://me:p%2Fw@mail.example.org", 587, True, False),
        ("smtps://me:p%2Fw@mail.example.org", 465, False, True),
        ("smtp://me:p%2Fw@mail.example.org:2525", 2525, False, False),
    ],
)
def test_the_scheme_decides_port_and_encryption(url: str, port: int, starttls: bool, tls: bool):
    found = mail_settings(url, "watch@example.org")
    assert (found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == (port, starttls, tls)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("me", "p/w")


@pytest.mark.parametrize(
    "url",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://h:99999",
        "smtp://h:x",
        "smtp://a:sec%ret@h/path",
        "smtp://\u00e9:secret@h",
    ],
)
def test_another_address_ends_the_start_without_its_password(url: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_MAIL_URL") as problem:
        mail_settings(url, "watch@example.org")
    assert "sec" not in str(problem.value)


@pytest.mark.parametrize("sender", ["", "watch", "Watchium <w@example.org>"])
def test_the_sender_is_an_address(sender: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_MAIL_FROM"):
        mail_settings("smtp://localhost", sender)
