"""Passwords that are not encrypted on the way are taken from private networks only."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import override_settings

from rooms.auth.client_address import is_private, network_of
from rooms.ids import md5_of
from watchium.protocol.errors import NotMember, RuleRefused
from watchium.syncplay import joining
from watchium.syncplay.incoming import Hello

PRIVATE = [
    "127.0.0.1",
    "::1",
    "",
    "10.1.2.3",
    "172.31.0.1",
    "192.168.1.9",
    "::ffff:192.168.1.9",
    "fd00::1",
    "fe80::1%1",
]
PUBLIC = ["203.0.113.9", "172.32.0.1", "100.64.0.1", "2001:db8::1", "::ffff:203.0.113.9", "unknown"]


@pytest.mark.parametrize("peer", PRIVATE + PUBLIC)
def test_private_addresses(peer: str):
    assert is_private(network_of(peer)) is (peer in PRIVATE)


def refusal(peer: str, password: str, *, is_encrypted: bool = False) -> type[Exception]:
    """Why who types no room is refused: the room comes after the password."""
    hello = Hello(username="Tom", room="", password=password)
    with (
        patch("rooms.rate_limits.limit_room_guesses"),
        pytest.raises((RuleRefused, NotMember)) as raised,
    ):
        joining.join(hello, network_of(peer), is_encrypted=is_encrypted)
    return raised.type


def test_a_password_from_another_network_is_refused_before_anything_is_looked_up():
    password = md5_of("open sesame")
    assert refusal("203.0.113.9", password) is RuleRefused
    assert refusal("203.0.113.9", "") is NotMember
    assert refusal("192.168.1.9", password) is NotMember
    assert refusal("203.0.113.9", password, is_encrypted=True) is NotMember
    with override_settings(SYNCPLAY_CLEARTEXT=True):
        assert refusal("203.0.113.9", password) is NotMember
