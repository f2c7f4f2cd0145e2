from __future__ import annotations

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from watchium.config.rate_limits import parse_limit
from watchium.protocol.errors import RateLimited
from watchium.shared_state import rate_limits

NOW_MS = 1_795_219_200_000.0


@pytest.mark.parametrize("what", settings.LIMITS)
def test_each_limit_lets_through_what_it_says_and_then_says_when_to_come_again(what: str):
    times, within_s = settings.LIMITS[what]
    for _ in range(int(times)):
        rate_limits.spend(what, "bob", NOW_MS)
    with pytest.raises(RateLimited) as refused:
        rate_limits.spend(what, "bob", NOW_MS)
    wait_ms = refused.value.retry_after_ms
    assert wait_ms == pytest.approx(1000 * within_s / times, abs=1)
    rate_limits.spend(what, "bob", NOW_MS + wait_ms)
    rate_limits.spend(what, "carol", NOW_MS)


def test_a_limit_may_be_changed():
    assert parse_limit("comment", "10/3", settings.LIMITS) == (10, 3)


@pytest.mark.parametrize("said", ["", "5", "5/", "/5", "0/5", "5/00", "-1/5", "5/5/5", "five/5", "1e3/5"])
def test_a_limit_that_makes_no_sense_keeps_the_server_from_starting(said: str):
    with pytest.raises(ImproperlyConfigured, match="WATCHIUM_LIMITS"):
        parse_limit("comment", said, settings.LIMITS)


def test_a_limit_nobody_knows_is_a_mistake_too():
    with pytest.raises(ImproperlyConfigured, match="commment=5/5"):
        parse_limit("commment", "5/5", settings.LIMITS)
