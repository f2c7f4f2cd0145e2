from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from rooms.addresses import address_hash, counted, is_this_machine
from rooms.origins import client_address, scope_address
from watchium.settings import proxies

PEER = "192.0.2.1"


@pytest.mark.parametrize(
    ("how_many", "forwarded", "address"),
    [
        (0, "203.0.113.9", PEER),  # nobody in front: whoever says so says it of themselves
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first was written by the sender
        (1, "127.0.0.1, ::1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.2", "203.0.113.9"),  # the last is our outer proxy itself
        (2, "203.0.113.9", "203.0.113.9"),  # it came past the outer one, and the inner one says from where
        (1, "", PEER),
        (1, "unknown", PEER),
        (1, "203.0.113.9, ", PEER),
        (1, "203.0.113.9; DROP TABLE", PEER),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:203.0.113.9", "203.0.113.9"),
    ],
)
def test_an_address_is_what_a_proxy_of_ours_wrote(settings, how_many, forwarded, address):
    settings.PROXIES = how_many
    assert client_address(forwarded, PEER) == address


def test_a_header_sent_twice_is_read_to_its_end(settings):
    settings.PROXIES = 1
    sent = [(b"x-forwarded-for", b"10.0.0.1"), (b"host", b"x"), (b"x-forwarded-for", b"203.0.113.9")]
    assert scope_address({"headers": sent, "client": (PEER, 1)}) == "203.0.113.9"
    assert scope_address({"headers": sent[::-1], "client": (PEER, 1)}) == "10.0.0.1"


def test_one_line_of_ipv6_is_one_address_however_many_it_uses():
    assert counted("2001:db8:1:2::1") == counted("2001:db8:1:2:ffff::9") != counted("2001:db8:1:3::1")
    assert counted(counted("2001:db8:1:2::1")) == counted("2001:db8:1:2::1")
    assert (
        address_hash("2001:db8:1:2::1")
        == address_hash("2001:db8:1:2:ffff::9")
        != address_hash("2001:db8:1:3::1")
    )
    assert "2001" not in address_hash("2001:db8:1:2::1")


def test_only_this_machines_own_addresses_are_its_own():
    assert all(is_this_machine(address) for address in ("127.0.0.1", "127.9.9.9", "::1", ""))
    assert not any(is_this_machine(counted(a)) for a in ("10.0.0.1", "203.0.113.9", "2001:db8::1", "0.0.0.0"))


@pytest.mark.parametrize(
    ("said", "how_many"), [("1", 1), ("true", 1), ("Yes", 1), ("0", 0), ("off", 0), ("2", 2)]
)
def test_the_number_of_proxies_is_said_in_numbers_or_in_a_word(said, how_many):
    assert proxies(said) == how_many


@pytest.mark.parametrize("said", ["", "maybe", "-1", "1.5"])
def test_what_is_no_number_of_proxies_is_no_setting(said):
    with pytest.raises(ImproperlyConfigured):
        proxies(said)
