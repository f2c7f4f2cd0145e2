"""Serve Watchium with uvicorn until told to stop."""

from __future__ import annotations

import socket
from argparse import ArgumentParser
from types import FrameType
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand

from rooms.models import Room
from watchium import ticker


class Announcing(uvicorn.Server):
    """Says where it is once it listens."""

    def __init__(self, config: uvicorn.Config, say: Any) -> None:
        super().__init__(config)
        self.say = say

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        # uvicorn would raise the signal again once it has stopped; a clean stop ends with 0 and without a traceback.
        self._captured_signals.clear()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            ticker.start()
            self.say()


class Command(BaseCommand):
    help = "Serve Watchium: pages, API and sockets in one process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=settings.HOST)
        parser.add_argument("--port", type=int, default=settings.PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        config = uvicorn.Config(
            "watchium.asgi:application",
            host=host,
            port=port,
            ws="websockets-sansio",
            ws_max_size=64 * 1024,
            ws_per_message_deflate=False,
            # A socket that answers no ping for so long is dead: with the lease of 12 s behind it.
            ws_ping_interval=4,
            ws_ping_timeout=8,
            timeout_graceful_shutdown=5,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,
        )
        Announcing(config, lambda: self._announce(host, port)).run()

    def _announce(self, host: str, port: int) -> None:
        base = settings.WATCHIUM_URL or f"http://{_reachable(host)}:{port}"
        demo = f"/rooms/{self.demo_id}/" if self.demo_id else "/"
        self.stdout.write(f"Watchium is ready: {base}{demo}")
        self.stdout.flush()

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Asked before the loop runs, where the database may still be used.
        self.demo_id = Room.objects.open().filter(is_demo=True).values_list("room_id", flat=True).first()
        return super().execute(*args, **options)


def _reachable(host: str) -> str:
    """The address others on the local network use, for a server that listens on all of them."""
    if host not in ("0.0.0.0", "::"):  # noqa: S104  # compared, not bound
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # nothing is sent; the kernel names the way out
            return str(probe.getsockname()[0])
        except OSError:
            return "127.0.0.1"
