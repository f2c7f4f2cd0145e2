from __future__ import annotations

import pytest
from django.test import override_settings

from tests.rooms.accounts.provider import CLIENT, SECRET, openid_provider
from watchium import process_state
from watchium.config.openid import Provider
from watchium.doctor import sign_in_checks

pytestmark = pytest.mark.once


@pytest.mark.parametrize(
    ("on", "url", "level"),
    [
        (False, "", "ok"),
        (True, "", "warn"),
        (True, "https://watch.example.org", "ok"),
        (True, "http://watch.example.org", "fail"),
        (True, "https://192.0.2.1", "fail"),
    ],
)
def test_passkeys_need_https_and_a_name(on: bool, url: str, level: str):
    with override_settings(PASSKEYS=on, WATCHIUM_URL=url, HTTPS=url.startswith("https")):
        assert sign_in_checks.passkeys().level == level


def test_the_provider_is_asked_for_its_description():
    process_state.reset()
    with openid_provider() as idp:
        for issuer, level in ((idp.issuer, "ok"), (f"{idp.issuer}/", "fail"), ("http://127.0.0.1:9", "fail")):
            with override_settings(OPENID=Provider(issuer, CLIENT, SECRET, "Home")):
                result = sign_in_checks.openid_provider()
            assert result.level == level
            assert SECRET not in result.message
    with override_settings(OPENID=None):
        assert sign_in_checks.openid_provider().level == "ok"
