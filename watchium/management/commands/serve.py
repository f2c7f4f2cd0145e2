"""Serve Watchium with uvicorn until told to stop."""

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
from watchium.config.listen_address import listening, local_url
from watchium.server.affinity import Workers
from watchium.server.supervisor import Processes, served
from watchium.server.uvicorn_server import Server, server_config


class Command(BaseCommand):
    help = "Serve Watchium: pages, API and sockets, in one process or several."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", type=_host, default=settings.HOST)
        parser.add_argument("--port", type=_port, default=settings.PORT)
        parser.add_argument(
            "--processes", type=int, default=settings.PROCESSES, help="needs REDIS_URL when above 1"
        )
        # From a parent to its children: which of them, the socket to listen on, the pipe that ends with the parent,
        # and the lines between them.
        parser.add_argument("--number", type=int, help=argparse.SUPPRESS)
        parser.add_argument("--fds", type=int, nargs="+", help=argparse.SUPPRESS)

    def handle(self, *args: Any, host: str, port: int, processes: int, **options: Any) -> None:
        if options["fds"]:
            self._serve_as_child(host, port, options["number"], options["fds"])
            return
        if processes > 1 and not settings.REDIS_URL:
            raise CommandError(
                "Several processes need REDIS_URL: without it they would not hear each other, and rooms fall apart."
            )
        try:
            self._serve(host, port, processes, lambda: self._announce(host, port))
        except OSError as error:
            if error.filename is not None:  # of a file, not of the address
                raise
            raise CommandError(
                f"Cannot listen on {in_url(host)}:{port}: {error.strerror}. HOST and PORT choose another address.",
                returncode=2,
            ) from None

    def _serve_as_child(self, host: str, port: int, number: int, fds: list[int]) -> None:
        listener_fd, pipe_fd, *line_fds = fds
        inbox, *outboxes = (socket.socket(fileno=fd) for fd in line_fds)
        siblings = Workers(number, inbox, outboxes)
        server = Server(server_config(host, port), lambda: served(pipe_fd), pipe_fd, siblings)
        server.run([socket.socket(fileno=listener_fd)])

    def _serve(self, host: str, port: int, processes: int, ready: Callable[[], None]) -> None:
        if processes > 1:
            command = [sys.executable, sys.argv[0], "serve", "--host", host, "--port", str(port)]
            Processes(command, host, port, processes).run(ready)
        else:
            Server(server_config(host, port), ready).run([listening(host, port)])

    def _announce(self, host: str, port: int) -> None:
        base = settings.WATCHIUM_URL or local_url(host, port)
        demo = f"/rooms/{self.demo_id}/" if self.demo_id else "/"
        self.stdout.write(f"Watchium is ready: {base}{demo}")
        self.stdout.write(f"Your own player:   {base}/player/")
        self.stdout.flush()

    def execute(self, *args: Any, **options: Any) -> str | None:
        # Asked before the loop runs, where the database may still be used.
        try:
            self.demo_id = Room.objects.open().filter(is_demo=True).values_list("room_id", flat=True).first()
        except (OperationalError, ProgrammingError) as error:
            self.stderr.write(
                f"The database is not ready: {str(error).strip()}\nRun: manage.py migrate (or doctor)"
            )
            sys.exit(1)
        return super().execute(*args, **options)


def _host(said: str) -> str:
    try:
        return bind_host(said)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _port(said: str) -> int:
    if not said.isdecimal() or not 0 <= int(said) <= 65535:
        raise argparse.ArgumentTypeError(f"{said!r} is no port: a number from 1 to 65535")
    return int(said)
