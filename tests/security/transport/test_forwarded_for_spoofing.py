from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from hypothesis import given
from hypothesis import strategies as st

from rooms.auth.client_address import UNKNOWN, address_hash, is_loopback, network_of
from rooms.auth.origin import client_address, scope_address
from rooms.domain.address_hash import is_range, network_part, range_part
from watchium.config.env_values import proxy_count

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("how_many", "forwarded", "address"),
    [
        (0, "203.0.113.9", PEER),  # no proxy: the client wrote the header itself
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first address was written by the client
        (1, "127.0.0.1, ::1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.2", "203.0.113.9"),  # the last address is our outer proxy
        (2, "203.0.113.9", "203.0.113.9"),  # it bypassed the outer proxy, and the inner one added its address
        (1, "", PEER),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8:1:2::5]:4711", "2001:db8:1:2::/64"),
        (1, "[2001:db8:1:2::5]", "2001:db8:1:2::/64"),
        (1, '"[2001:db8:1:2::5]:4711"', "2001:db8:1:2::/64"),
        (1, "127.0.0.1:4711", "127.0.0.1"),
        (2, "203.0.113.9:1, 198.51.100.2:2", "203.0.113.9"),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_the_address_is_the_one_that_a_trusted_proxy_added(settings, how_many, forwarded, address):
    settings.PROXIES = how_many
    assert client_address(forwarded, PEER) == address


@pytest.mark.parametrize(
    "entry",
    ["unknown", "_hidden", "203.0.113.9, ", "203.0.113.9; DROP TABLE", ",", "[v6]", "[v6]:1", "1.2.3.4:", "1.2.3.4:x",
     "1.2.3.4:123456", "01.2.3.4", "999.1.1.1:1", "[127.0.0.1", "for=1.2.3.4", "localhost", "\xff" * 300],
)  # fmt: skip
@pytest.mark.parametrize("peer", [PEER, "127.0.0.1", "::1", ""])
def test_invalid_addresses_share_one_limit_and_are_never_loopback(settings, entry: str, peer: str):
    settings.PROXIES = 1
    address = client_address(entry, peer)
    assert address == UNKNOWN
    assert not is_loopback(address)
    assert address_hash(address) == ""  # a ban of it would block all other clients with unknown addresses


@given(st.text(max_size=60))
def test_no_forwarded_address_lifts_a_limit_except_loopback(written: str):
    with override_settings(PROXIES=1):
        address = client_address(written, "127.0.0.1")
    assert is_loopback(address) is (not written.strip() or "127." in address or address == "::1")


def test_a_header_sent_twice_is_read_to_its_end(settings):
    settings.PROXIES = 1
    sent = [(b"x-forwarded-for", b"10.0.0.1"), (b"host", b"x"), (b"x-forwarded-for", b"203.0.113.9")]
    assert scope_address({"headers": sent, "client": (PEER, 1)}) == "203.0.113.9"
    assert scope_address({"headers": sent[::-1], "client": (PEER, 1)}) == "10.0.0.1"


def test_an_ipv6_network_is_one_address():
    assert (
        network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") != network_of("2001:db8:1:3::1")
    )
    assert network_of(network_of("2001:db8:1:2::1")) == network_of("2001:db8:1:2::1")
    assert (
        address_hash("2001:db8:1:2::1")
        == address_hash("2001:db8:1:2:ffff::9")
        != address_hash("2001:db8:1:3::1")
    )
    assert address_hash("2001:db8:1:2::1") == address_hash(network_of("2001:db8:1:2::1"))
    assert "2001" not in address_hash("2001:db8:1:2::1")


@pytest.mark.parametrize(
    ("address", "near", "far"),
    [
        ("203.0.113.9", "203.0.113.200", "203.0.114.9"),
        ("2001:db8:1:2::1", "2001:db8:1:ff::1", "2001:db8:2:2::1"),
        ("::ffff:203.0.113.9", "203.0.113.1", "203.0.112.1"),
        ("::1:9", "0:0:0:1::9", "0:0:1::9"),
    ],
)
def test_addresses_of_a_range_share_a_part_of_their_hashes(address: str, near: str, far: str):
    ours = range_part(address_hash(address))
    assert is_range(ours)
    assert ours == range_part(address_hash(near)) != range_part(address_hash(far))
    assert network_part(address_hash(address)) != network_part(address_hash(near))


def test_only_loopback_addresses_are_local():
    ours = ("127.0.0.1", "127.9.9.9", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "")
    assert all(is_loopback(address) and is_loopback(network_of(address)) for address in ours)
    assert {address_hash(network_of(address)) for address in ours} == {""}
    assert not any(is_loopback(network_of(a)) for a in ("10.0.0.1", "203.0.113.9", "2001:db8::1", "0.0.0.0"))


@pytest.mark.parametrize(
    ("said", "how_many"), [("1", 1), ("true", 1), ("Yes", 1), ("0", 0), ("off", 0), ("2", 2)]
)
def test_the_number_of_proxies_is_a_number_or_a_keyword(said, how_many):
    assert proxy_count(said) == how_many


@pytest.mark.parametrize("said", ["", "maybe", "-1", "1.5"])
def test_an_invalid_number_of_proxies_is_a_settings_error(said):
    with pytest.raises(ImproperlyConfigured):
        proxy_count(said)
