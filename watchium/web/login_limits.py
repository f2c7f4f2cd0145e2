"""How often a password may be tried: from one address, and at one account from anywhere."""

from __future__ import annotations

from watchium import server_clock
from watchium.shared_state import rate_limits

NAME_CHARS = 150


def wait_s(address: str, username: str) -> int:
    """0 and one try taken, or how many seconds until there is one.

    Counted before the password is looked at, also for names that nobody has: the answer tells nothing of either.
    """
    now_ms = server_clock.now_ms()
    for what, who in (("password", address), ("account", username.casefold()[:NAME_CHARS])):
        if wait_ms := rate_limits.wait_ms(what, who, now_ms):
            return max(1, round(wait_ms / 1000))
    return 0
