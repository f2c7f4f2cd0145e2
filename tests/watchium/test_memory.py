from __future__ import annotations

from unittest.mock import patch

from watchium import memory

MINUTE_MS = 60_000.0


def collections(sockets: int, minutes: int) -> int:
    """How many full ones there are in so many minutes with so many sockets."""
    with patch.object(memory.gc, "collect") as collect, patch.object(memory, "_collected_ms", 0.0):
        for minute in range(minutes):
            memory.tidy(sockets, minute * MINUTE_MS)
        return collect.call_count


def test_a_quiet_process_is_tidied_now_and_then():
    assert collections(sockets=8, minutes=60) == 5


def test_a_full_one_seldom_but_not_never():
    assert collections(sockets=8000, minutes=60) == 0
    assert collections(sockets=8000, minutes=130) == 2
