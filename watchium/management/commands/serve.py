"""Serve Watchium with uvicorn until it receives SIGINT or SIGTERM."""

from __future__ import annotations

import argparse
import socket
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from rooms.models import Room
from watchium.config.host_names import bind_host, in_url
from watchium.config.listen_address import (
    SYNCPLAY_PORT,
    address_text,
    listening_socket,
    local_url,
    syncplay_address,
)
from watchium.server.affinity import Workers
from watchium.server.conversion_worker import conversion_worker
from watchium.server.supervisor import Supervisor, report_serving
from watchium.server.uvicorn_server import Server, server_config


class Command(BaseCommand):
    help = "Serve Watchium: pages, API and sockets, in one process or several."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", type=_host, default=settings.HOST)
        parser.add_argument("--port", type=_port, default=settings.PORT)
        parser.add_argument(
            "--processes", type=int, default=settings.PROCESSES, help="more than one needs REDIS_URL"
        )
        parser.add_argument(
            "--syncplay",
            metavar="[HOST:]PORT",
            nargs="?",
            const=f"{SYNCPLAY_PORT}",
            type=_syncplay,
            default=settings.SYNCPLAY,
            help=f"let Syncplay's clients join rooms, on this port (without one: {SYNCPLAY_PORT})",
        )
        # From the parent to its workers: the worker's number; the listening socket, the pipe that closes with the
        # parent, and the socket pairs between workers.
        parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--fds", type=int, nargs="+", help=argparse.SUPPRESS)

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        self.syncplay: tuple[str, int] | None = options["syncplay"]
        settings.SYNCPLAY = self.syncplay  # pages and passwords ask the setting
        if options["fds"]:  # a worker that is restarted serves without a certificate that has become unusable
            self._serve_as_worker(host, port, options["number"], options["fds"])
            return
        if processes > 1 and not settings.REDIS_URL:
            raise CommandError(
                "Several processes need REDIS_URL: without it they would not receive each other's events."
            )
        if self.syncplay is not None:
            self._check_certificate()
        try:
            self._serve(host, port, processes, lambda: self._announce(host, port))
        except OSError as error:
            if error.filename is not None:  # about a file, not the address
                raise
            raise CommandError(
                f"Cannot listen on {in_url(host)}:{port}: {error.strerror}. Set HOST and PORT to another address.",
                returncode=2,
            ) from None

    def _serve_as_worker(self, host: str, port: int, number: int, fds: list[int]) -> None:
        listener_fd, pipe_fd, *socket_fds = fds
        inbox, *outboxes = (socket.socket(fileno=fd) for fd in socket_fds)
        workers = Workers(number, inbox, outboxes)
        syncplay = self._syncplay_socket(shared=True)
        server = Server(
            server_config(host, port), lambda: report_serving(pipe_fd), pipe_fd, workers, syncplay
        )
        server.run([socket.socket(fileno=listener_fd)])

    def _serve(self, host: str, port: int, processes: int, ready: Callable[[], None]) -> None:
        if processes > 1:
            command = [sys.executable, sys.argv[0], "serve", "--host", host, "--port", str(port)]
            # Tried exclusively, as the supervisor tries its own port.
            if self.syncplay is not None and (bound := self._syncplay_socket()) is not None:
                bound.close()
                command += ["--syncplay", address_text(*self.syncplay)]
            with conversion_worker():
                Supervisor(command, host, port, processes).run(ready)
        else:
            sockets = [listening_socket(host, port)]
            with conversion_worker():
                Server(server_config(host, port), ready, syncplay=self._syncplay_socket()).run(sockets)

    def _syncplay_socket(self, *, shared: bool = False) -> socket.socket | None:
        if self.syncplay is None:
            return None
        try:
            return listening_socket(*self.syncplay, shared=shared)
        except OSError as error:
            raise CommandError(
                f"Cannot listen on {address_text(*self.syncplay)} for Syncplay: {error.strerror}. "
                "Set WATCHIUM_SYNCPLAY to another port.",
                returncode=2,
            ) from None

    def _check_certificate(self) -> None:
        """Raises CommandError: a server that cannot encrypt would refuse its clients' passwords, and not say why."""
        if settings.SYNCPLAY_CERTIFICATE is None:
            return
        from watchium.syncplay.transport import certificate  # costs nothing where it is off

        try:
            certificate.load(*settings.SYNCPLAY_CERTIFICATE)
        except OSError as error:
            names = ", ".join(map(str, settings.SYNCPLAY_CERTIFICATE))
            raise CommandError(
                f"WATCHIUM_SYNCPLAY_CERTIFICATE and WATCHIUM_SYNCPLAY_KEY ({names}): {certificate.problem(error)}.",
                returncode=2,
            ) from None

    def _announce(self, host: str, port: int) -> None:
        base = settings.WATCHIUM_URL or local_url(host, port)
        demo = f"/rooms/{self.demo_id}/" if self.demo_id else "/"
        self.stdout.write(f"Watchium is ready: {base}{demo}")
        self.stdout.write(f"Your own player:   {base}/player/")
        self.stdout.flush()

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Queried before the event loop runs, where synchronous database access is still allowed.
        try:
            self.demo_id = Room.objects.open().filter(is_demo=True).values_list("room_id", flat=True).first()
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(
                f"The database is not ready: {str(error).strip()}\nRun: manage.py migrate (or doctor)"
            )
            sys.exit(1)
        return super().execute(*args, **options)


def _host(value: str) -> str:
    try:
        return bind_host(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _syncplay(value: str) -> tuple[str, int] | None:
    try:
        return syncplay_address(value, settings.HOST)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _port(value: str) -> int:
    if not value.isdecimal() or not 0 <= int(value) <= 65535:
        raise argparse.ArgumentTypeError(f"{value!r} is not a port number from 0 to 65535")
    return int(value)
