"""Clock offset from one exchange of messages. Pure."""

from __future__ import annotations


def offset_and_delay(t1: float, t2: float, t3: float, t4: float) -> tuple[float, float]:
    """How far the server's clock is ahead of the client's, and how long the exchange took.

    t1 client sends and t4 client receives, on the client's clock; t2 server receives and
    t3 server sends, on the server's. All four, and both results, in milliseconds.

    The true offset lies within delay / 2 of the returned one, however the delay is split between the two directions.

    Raises:
        ValueError: if t4 < t1 or t3 < t2 (a clock went backwards).

    Source: RFC 5905, section 8.
    """
    if t4 < t1 or t3 < t2:
        raise ValueError("a clock went backwards")
    return ((t2 - t1) + (t3 - t4)) / 2, (t4 - t1) - (t3 - t2)
