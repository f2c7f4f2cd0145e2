"""A line of one's own to the server: going offline as a browser tells it leaves open sockets as they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event, Thread

from playwright.sync_api import Page

from tests.faults.support.lossy_link import Link, link_to

READY_S = 10


class Line:
    """A link on a loop of its own, because the pages' loop stands still between two calls."""

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop) -> None:
        self.link = link
        self.loop = loop

    @property
    def url(self) -> str:
        return self.link.url

    def cut(self, page: Page) -> None:
        """Out of reach, and the browser knows."""
        page.context.set_offline(True)
        self._do(self.link.cut)

    def mend(self, page: Page) -> None:
        """What was under way when it was cut is lost, as after a change of network."""
        self.reset()
        self._do(self.link.mend)
        page.context.set_offline(False)

    def reset(self) -> None:
        self._do(self.link.reset)

    def hold(self) -> None:
        """Nothing passes, and nobody knows."""
        self._do(self.link.cut)

    def release(self) -> None:
        self._do(self.link.mend)

    def _do(self, deed: Callable[[], None]) -> None:
        done = Event()
        self.loop.call_soon_threadsafe(lambda: (deed(), done.set()))
        assert done.wait(READY_S)


@contextmanager
def line_to(server_port: int) -> Iterator[Line]:
    opened: Future[tuple[Line, asyncio.Event]] = Future()

    async def carry() -> None:
        over = asyncio.Event()
        async with link_to(server_port) as link:
            opened.set_result((Line(link, asyncio.get_running_loop()), over))
            await over.wait()

    thread = Thread(target=asyncio.run, args=[carry()], daemon=True)
    thread.start()
    line, over = opened.result(READY_S)
    try:
        yield line
    finally:
        line.loop.call_soon_threadsafe(over.set)
        thread.join(READY_S)
