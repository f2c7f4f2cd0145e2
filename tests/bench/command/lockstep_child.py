"""One of two trees that are compared: reads an action and a number from each line, runs it, and writes what it cost.

The package `tests.bench.command` is that of the tree, which may be an older one.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command

django.setup()
warnings.simplefilter("ignore")

from rooms.models import Member  # noqa: E402  # need the apps
from tests.bench.command import actions, fixtures, periodic_work  # noqa: E402
from watchium import server_clock  # noqa: E402
from watchium.db.thread_pool import in_database  # noqa: E402
from watchium.realtime import hub  # noqa: E402
from watchium.services.room_commands import dispatch  # noqa: E402

COMMENTS = 150  # in each room, more than a snapshot has

Call = tuple[Callable[..., Any], tuple[Any, ...]]
numbers = itertools.count()


class Scene:
    """Two rooms of eight, the second with a queue."""

    def __init__(self, room: list[Member], queued: list[Member]) -> None:
        self.room, self.queued = room, queued

    @classmethod
    def make(cls) -> Scene:
        scene = cls(*fixtures.rooms_of_eight(2))
        actions.fill_queue(scene.queued[0])
        for number in range(COMMENTS):
            for host in (scene.room[0], scene.queued[0]):
                dispatch(host, actions.COMMANDS["comment"](f"first {number}"))
        return scene

    def tidy(self) -> None:
        for house in (self.room, self.queued):
            fixtures.speak(house)
            fixtures.leave_one_socket_each(house)
        gc.collect()

    def call(self, name: str) -> Call:
        number = next(numbers)
        if name == "row":
            return actions.one_row, (self.room[0].room,)
        if name == "enter":
            return actions.enter_and_greet, (self.room[number % 8],)
        if name == "enter beside a queue":
            return actions.enter_and_greet, (self.queued[number % 8],)
        if name == "replay":
            return dispatch, (self.room[0], actions.COMMANDS["comment"]("first 0"))
        return dispatch, (self.room[0], actions.COMMANDS[name](f"{name} {number}"))


async def cost_us(scene: Scene, name: str, times: int) -> float:
    """Return microseconds of the process's CPU for each run."""
    await in_database(scene.tidy)
    if name == "heartbeat":
        return periodic_work.heartbeats(scene.room * times)
    calls = [scene.call(name) for _ in range(times)]
    gc.disable()
    cpu = time.process_time()
    for deed, arguments in calls:
        await in_database(deed, *arguments)
    spent = time.process_time() - cpu
    gc.enable()
    return spent / times * 1e6


def count_functions(deed: Callable[..., Any], arguments: tuple[Any, ...]) -> int:
    """Return how many functions the call calls, those written in C too: the same on a busy machine."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        deed(*arguments)
    finally:
        sys.setprofile(None)
    return calls


async def functions(scene: Scene, name: str) -> int:
    if name == "heartbeat":
        return count_functions(periodic_work.heartbeats, (scene.room,)) // len(scene.room)
    return int(await in_database(count_functions, *scene.call(name)))


async def answer() -> None:
    fixtures.unthrottled()
    hub.hub()
    scene = await in_database(Scene.make)
    for line in iter(sys.stdin.readline, ""):
        name, _, times = line.rpartition(" ")
        asked = int(times)
        print(await cost_us(scene, name, asked) if asked else await functions(scene, name), flush=True)


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    server_clock.start()
    asyncio.run(answer())
