"""Sizes and durations of full and quick runs."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True, kw_only=True):
    """`sizes`: numbers of members in one room. `seconds`: length of a measurement. `rooms`: the count with a target."""

    seed: int
    quick: bool = False
    sizes: tuple[int, ...] = (10, 100, 500, 1000)
    rounds: int = 3
    seconds: float = 3.0
    sockets: int = 8000
    rooms: int = 1000
    most_rooms: int = 2400
    clients: int = 1000


def full(seed: int) -> Options:
    return Options(seed=seed)


def quick(seed: int) -> Options:
    return Options(
        seed=seed, quick=True, sizes=(500,), rounds=1, seconds=1.0, sockets=400, rooms=50, most_rooms=100,
        clients=100,
    )  # fmt: skip
