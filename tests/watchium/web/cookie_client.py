"""A minimal browser for tests: cookies, forms, and sockets that send the cookies."""

from __future__ import annotations

import contextlib
import http.cookiejar
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import connect

from tests.client import RoomClient
from tests.servers import Server
from watchium.client import ProblemError, Resume


class Browser:
    """Stores cookies, submits forms and opens sockets."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def get(self, path: str) -> str:
        with self.opener.open(self.server.url + path) as response:
            return response.read().decode()

    def post(self, path: str, **fields: str) -> str:
        token = next(cookie.value for cookie in self.cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": token}).encode()
        with self.opener.open(self.server.url + path, body) as response:
            return response.url

    @contextlib.asynccontextmanager
    async def enter(
        self, room_id: str, origin: str | None = "", at: Server | None = None
    ) -> AsyncIterator[RoomClient]:
        """`at`: connect to that server process instead of the one that serves the pages."""
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)
        server = at or self.server
        address = f"{server.ws_url}/ws/rooms/{room_id}/"
        origin = server.url if origin == "" else origin
        async with connect(address, additional_headers={"Cookie": cookies}, origin=origin) as socket:
            room = RoomClient(socket, Resume())
            try:
                await room.start()
                yield room
            finally:
                await room.stop()

    async def status_at(self, room_id: str, **where: str | None) -> int | None:
        with pytest.raises(ProblemError) as turned_away:
            async with self.enter(room_id, **where):
                pass
        return turned_away.value.status
