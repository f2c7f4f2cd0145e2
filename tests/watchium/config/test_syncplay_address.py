from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from watchium.config.env_values import certificate, networks, syncplay


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("", None),
        ("off", None),
        ("8999", ("192.0.2.1", 8999)),
        ("127.0.0.1:8999", ("127.0.0.1", 8999)),
        ("[::1]:9000", ("::1", 9000)),
        (" 10.0.0.5:8999 ", ("10.0.0.5", 8999)),
    ],
)
def test_a_port_or_a_host_and_a_port(value: str, address: tuple[str, int] | None):
    assert syncplay(value, "192.0.2.1") == address


@pytest.mark.parametrize("value", ["on", "70000", "8999:", "host:", "-1", "a b:8999", "٨٩٩٩"])
def test_a_wrong_value_names_the_variable(value: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_SYNCPLAY"):
        syncplay(value, "127.0.0.1")


def test_networks_of_proxies():
    assert [str(each) for each in networks("X", "127.0.0.1, 10.0.0.0/8 ::1")] == [
        "127.0.0.1/32",
        "10.0.0.0/8",
        "::1/128",
    ]
    for wrong in ("proxy.example", "10.0.0.1/8"):
        with pytest.raises(ImproperlyConfigured, match="WATCHIUM_SYNCPLAY_PROXIES"):
            networks("WATCHIUM_SYNCPLAY_PROXIES", wrong)


def test_a_key_without_a_certificate_is_refused():
    assert certificate("", "") is None
    assert certificate(" a.pem ", "") == (Path("a.pem"), Path("a.pem"))
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_SYNCPLAY_CERTIFICATE"):
        certificate("", "key.pem")
