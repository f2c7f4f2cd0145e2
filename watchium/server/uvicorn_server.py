"""uvicorn's server and its configuration: a ready callback, graceful shutdown, connections from other workers."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from watchium.background import gc_tuning, scheduler
from watchium.server import websocket_protocol
from watchium.server.affinity import Workers
from watchium.server.graceful_shutdown import drain, exit_within
from watchium.server.http_protocol import HttpProtocol
from watchium.server.supervisor import BACKLOG
from watchium.server.websocket_protocol import WebSocketProtocol

if TYPE_CHECKING:
    from watchium.syncplay.listener import Listener

EXIT_S = 1.0  # for threads to end, once every command was answered or given up


class Server(uvicorn.Server):
    """Calls `ready` once it listens, and closes its sockets before it stops. `syncplay`: a socket for its clients."""

    def __init__(
        self,
        config: uvicorn.Config,
        ready: Callable[[], None],
        pipe_fd: int = -1,
        workers: Workers | None = None,
        syncplay: socket.socket | None = None,
    ) -> None:
        super().__init__(config)
        self.syncplay = syncplay
        self.syncplay_listener: Listener | None = None
        self.ready = ready
        self.pipe_fd = pipe_fd
        self.workers = websocket_protocol.state.workers = workers

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # uvicorn would raise the signal again once it has stopped; a clean stop exits with 0 and without a traceback.
        self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            scheduler.start()
            gc_tuning.freeze()
            if self.workers is not None:
                asyncio.get_running_loop().add_reader(self.pipe_fd, self._on_supervisor_exit)
                self.workers.listen(self._on_handed_over)
            if self.syncplay is not None:
                await self._listen_for_syncplay(self.syncplay)
            self.ready()

    async def _listen_for_syncplay(self, bound: socket.socket) -> None:
        from watchium.syncplay.listener import Listener  # costs nothing where it is off

        self.syncplay_listener = Listener()
        await self.syncplay_listener.start(bound)

    def _on_supervisor_exit(self) -> None:
        """Stop: without the parent, no process would stop this one."""
        asyncio.get_running_loop().remove_reader(self.pipe_fd)
        self.should_exit = True

    def _on_handed_over(self, connection: socket.socket, handshake: bytes) -> None:
        task = asyncio.get_running_loop().create_task(self._serve_connection(connection, handshake))
        self.server_state.tasks.add(task)
        task.add_done_callback(self.server_state.tasks.discard)

    async def _serve_connection(self, connection: socket.socket, handshake: bytes) -> None:
        """Serve a connection that another worker handed over as if this one had accepted it."""
        loop = asyncio.get_running_loop()
        connection.setblocking(False)
        _, protocol = await loop.connect_accepted_socket(
            lambda: WebSocketProtocol(self.config, self.server_state, self.lifespan.state), connection
        )
        protocol.handed_over = True
        protocol.data_received(handshake)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        if self.workers is not None:
            self.workers.stop_listening()
        if self.syncplay_listener is not None:
            self.syncplay_listener.stop()
        await drain()
        if self.syncplay_listener is not None:
            await self.syncplay_listener.finish()
        await super().shutdown(sockets)
        exit_within(EXIT_S)


def server_config(host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
        "watchium.asgi:application",
        host=host,
        port=port,
        backlog=BACKLOG,
        http=HttpProtocol,
        ws=WebSocketProtocol,
        ws_max_size=64 * 1024,
        ws_per_message_deflate=False,
        # A socket that sent nothing for three seconds is pinged, and dead after six more: with six seconds of grace
        # after that, a lost member has left within 15 s.
        ws_ping_interval=3,
        ws_ping_timeout=6,
        timeout_graceful_shutdown=2,
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
    )
