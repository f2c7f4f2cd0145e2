"""Limits on password attempts: per address, and per account from all addresses."""

from __future__ import annotations

from watchium import server_clock
from watchium.shared_state import rate_limits

NAME_CHARS = 150


def wait_s(address: str, username: str) -> int:
    """Spend one attempt and return 0, or return the seconds until the next attempt is allowed.

    It is called before the password is checked, and for unknown names too, so the response discloses neither.
    """
    now_ms = server_clock.now_ms()
    for limit, key in (("password", address), ("account", username.casefold()[:NAME_CHARS])):
        if wait_ms := rate_limits.wait_ms(limit, key, now_ms):
            return max(1, round(wait_ms / 1000))
    return 0
