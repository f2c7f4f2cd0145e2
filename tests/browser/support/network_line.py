"""A network link between one page and the server: the browser's offline mode does not cut open sockets."""

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
    """A link on its own event loop, because Playwright's loop only runs during calls."""

    def __init__(self, link: Link, loop: asyncio.AbstractEventLoop) -> None:
        self.link = link
        self.loop = loop

    @property
    def url(self) -> str:
        return self.link.url

    def cut(self, page: Page) -> None:
        """Cut the link; the browser is offline."""
        page.context.set_offline(True)
        self._do(self.link.cut)

    def mend(self, page: Page) -> None:
        """Restore the link. Data in transit is lost, as after a change of network."""
        self.reset()
        self._do(self.link.mend)
        page.context.set_offline(False)

    def reset(self) -> None:
        self._do(self.link.reset)

    def hold(self) -> None:
        """Cut the link without any notification."""
        self._do(self.link.cut)

    def release(self) -> None:
        self._do(self.link.mend)

    def _do(self, action: Callable[[], None]) -> None:
        done = Event()
        self.loop.call_soon_threadsafe(lambda: (action(), done.set()))
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
