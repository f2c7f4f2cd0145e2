from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from watchium.config.env_values import check_links


@pytest.mark.parametrize(
    ("url", "host", "value"),
    [
        ("https://watch.example.org", "0.0.0.0", "smtp://mail.example.org"),
        ("", "127.0.0.1", "smtp://mail.example.org"),
        ("", "0.0.0.0", ""),
    ],
)
def test_the_address_of_links_is_known_or_this_machine(url: str, host: str, value: str):
    check_links(url, host, WATCHIUM_MAIL_URL=value)


def test_links_on_a_network_need_an_address_and_the_password_is_not_shown():
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_MAIL_URL needs WATCHIUM_URL") as problem:
        check_links("", "0.0.0.0", WATCHIUM_OPENID_ISSUER="", WATCHIUM_MAIL_URL="smtp://a:secret@h")
    assert "secret" not in str(problem.value)
