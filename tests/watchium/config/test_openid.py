from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from watchium.config.openid import provider


def test_without_an_issuer_there_is_no_provider():
    assert provider("", "ignored", "", "") is None


def test_the_button_has_the_given_name_or_the_host():
    issuer = "https://id.example.org/realms/home"
    for name, shown in (("", "id.example.org"), ("Home", "Home")):
        found = provider(issuer, "watchium", "secret", name)
        assert found is not None
        assert (found.issuer, found.name) == (issuer, shown)
    assert provider("http://127.0.0.1:9", "watchium", "secret", "") is not None


@pytest.mark.parametrize(
    ("issuer", "client", "secret"),
    [
        ("id.example.org", "watchium", "s3cret"),
        ("http://id.example.org", "watchium", "s3cret"),
        ("https://", "watchium", "s3cret"),
        ("https://[", "watchium", "s3cret"),
        ("https://a@id.example.org", "watchium", "s3cret"),
        ("https://id.example.org?x", "watchium", "s3cret"),
        ("https://id.example.org", "", "s3cret"),
        ("https://id.example.org", "watchium", ""),
    ],
)
def test_another_value_ends_the_start_without_the_secret(issuer: str, client: str, secret: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_OPENID") as problem:
        provider(issuer, client, secret, "")
    assert "s3cret" not in str(problem.value)
