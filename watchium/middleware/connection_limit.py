"""Rejects the sockets of a network address that has too many in this process, or opens them too fast.

Checked before any query, so that a rejection costs next to nothing. Loopback addresses are not counted (benchmarks,
undeclared proxies). The tabs of one browser are counted elsewhere, over all processes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from rooms.auth.client_address import is_loopback
from rooms.auth.origin import scope_address
from watchium import server_clock
from watchium.middleware.address_sockets import address_sockets
from watchium.protocol.codec import encode
from watchium.protocol.errors import CloseCode, RateLimited
from watchium.protocol.replies import Error, Problem

Message = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]


class ConnectionLimit:
    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        address = scope_address(scope)
        if is_loopback(address):
            return self.app(scope, receive, send)  # not awaited here: one frame less for each socket
        return self._counted(address, scope, receive, send)

    async def _counted(self, address: str, scope: Scope, receive: Receive, send: Send) -> None:
        sockets = address_sockets()
        if wait_ms := sockets.wait_ms(address):
            await _reject(wait_ms, receive, send)
            return
        sockets.opened(address)
        try:
            await self.app(scope, receive, send)
        finally:
            sockets.closed(address)


async def _reject(wait_ms: int, receive: Receive, send: Send) -> None:
    """Accept first, so that a browser can read the reason."""
    await receive()
    problem = Problem(
        code=RateLimited.code,
        message="Too many connections from this network.",
        retry_after_ms=wait_ms,
    )
    event = Error(room_id=None, timestamp=server_clock.now_ms(), payload=problem)
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": encode(event).decode()})
    await send({"type": "websocket.close", "code": int(CloseCode.FLOODING)})
