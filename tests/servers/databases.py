"""PostgreSQL and Redis servers for tests."""

import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from psycopg import sql

from tests.servers.binaries import Missing, postgres_bin, redis_path
from tests.servers.child_process import START_S, STOP_S, accepts, end, folder_for, free_port, wait_for


@dataclass
class Service:
    """A third-party server that a test may stop, kill, freeze, and restart on the same port and data."""

    what: str
    url: str
    command: list[str | Path]
    folder: Path
    answers: Callable[[], bool]
    stop_signal: int = signal.SIGTERM
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)

    def start(self) -> None:
        log = self.folder / "log"
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command, cwd=self.folder, stdout=output, stderr=output, start_new_session=True
            )
        wait_for(self.answers, self.process, log, self.what)

    def end(self) -> None:
        if self.process is not None:
            self.thaw()
            end(self.process, self.stop_signal)

    def kill(self) -> None:
        """Kill it with all its children, as a power failure would."""
        if self._signal(signal.SIGKILL):
            assert self.process is not None
            self.process.wait(STOP_S)

    def freeze(self) -> None:
        """Suspend it: connections stay open, but there are no responses."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> bool:
        running = self.process is not None and self.process.poll() is None
        if running:
            assert self.process is not None
            os.killpg(self.process.pid, number)
        return running


@contextmanager
def postgres_service(max_connections: int = 100, *, cluster: Path | None = None) -> Iterator[Service]:
    """Start a PostgreSQL on a copy of `cluster`, else with one empty database, `url`. Raises Missing.

    Nothing is synced to disk, for speed. PostgreSQL refuses to run as root, so root starts it as the user `postgres`.
    """
    programs = postgres_bin()
    with folder_for("pg") as folder:
        prefix: list[str] = []
        if os.geteuid() == 0:
            try:
                shutil.chown(folder, "postgres", "postgres")
            except LookupError:
                raise Missing(
                    "running as root, and there is no user `postgres` to run PostgreSQL as"
                ) from None
            prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        port = free_port()
        if cluster is None:
            words = ("-U", "watchium", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
            make = [*prefix, programs / "initdb", "-D", folder / "data", *words]
        else:
            make = ["cp", "-a", cluster, folder / "data"]  # with its owner
        subprocess.run(make, check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=START_S)
        settings = {
            "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": folder, "fsync": "off",
            "synchronous_commit": "off", "full_page_writes": "off", "max_connections": max_connections,
        }  # fmt: skip
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = f"postgres://watchium@127.0.0.1:{port}"
        service = Service(
            "PostgreSQL",
            f"{server}/watchium",
            [*prefix, programs / "postgres", "-D", folder / "data", *options],
            folder,
            lambda: _has_database(server),
            signal.SIGINT,  # "fast" shutdown: it closes remaining connections
        )
        try:
            service.start()
            yield service
        finally:
            service.end()


def _has_database(server: str) -> bool:
    """Return whether it accepts connections; create the database the first time."""
    try:
        with psycopg.connect(f"{server}/postgres", autocommit=True, connect_timeout=2) as connection:
            connection.execute("CREATE DATABASE watchium")
    except psycopg.errors.DuplicateDatabase:
        return True
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def postgres(max_connections: int = 100) -> Iterator[str]:
    """Yield the DATABASE_URL of a PostgreSQL that runs until the block ends. Raises Missing."""
    with postgres_service(max_connections) as service:
        yield service.url


def database_beside(url: str, *, copy: bool = False) -> str:
    """Create another database on the same PostgreSQL, empty or a copy of `url`; return its DATABASE_URL."""
    server, _, rest = url.rpartition("/")
    former, question, query = rest.partition("?")
    name = f"scenes_{os.getpid()}_{os.urandom(3).hex()}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(former if copy else "template1")
    )
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(made)
    return f"{server}/{name}{question}{query}"


@contextmanager
def redis_service(port: int | None = None, *, started: bool = True) -> Iterator[Service]:
    """Start a Redis without persistence; with `started=False` only reserve its port. Raises Missing."""
    program = redis_path()
    with folder_for("redis") as folder:
        port = port or free_port()
        service = Service(
            "Redis",
            f"redis://127.0.0.1:{port}/0",
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--dir", str(folder)],
            folder,
            lambda: accepts(port),
        )  # fmt: skip
        try:
            if started:
                service.start()
            yield service
        finally:
            service.end()


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """Yield the REDIS_URL of a Redis on `port`, if given. Raises Missing."""
    with redis_service(port) as service:
        yield service.url
