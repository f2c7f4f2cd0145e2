from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from watchium.config.rate_limits import parse_limit
from watchium.protocol.errors import RateLimited
from watchium.shared_state import rate_limits

NOW_MS = 1_795_219_200_000.0


@pytest.mark.parametrize("name", settings.LIMITS)
def test_each_limit_passes_its_burst_and_then_returns_the_wait(name: str):
    times, within_s = settings.LIMITS[name]
    for _ in range(int(times)):
        rate_limits.spend(name, "bob", NOW_MS)
    with pytest.raises(RateLimited) as raised:
        rate_limits.spend(name, "bob", NOW_MS)
    wait_ms = raised.value.retry_after_ms
    assert wait_ms == pytest.approx(1000 * within_s / times, abs=1)
    rate_limits.spend(name, "bob", NOW_MS + wait_ms)
    rate_limits.spend(name, "carol", NOW_MS)


def test_a_limit_can_be_changed():
    assert parse_limit("comment", "10/3", settings.LIMITS) == (10, 3)


@pytest.mark.parametrize("text", ["", "5", "5/", "/5", "0/5", "5/00", "-1/5", "5/5/5", "five/5", "1e3/5"])
def test_an_invalid_limit_prevents_the_start(text: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_LIMITS"):
        parse_limit("comment", text, settings.LIMITS)


def test_an_unknown_limit_prevents_the_start():
    with pytest.raises(ImproperlyConfigured, match="commment=5/5"):
        parse_limit("commment", "5/5", settings.LIMITS)
