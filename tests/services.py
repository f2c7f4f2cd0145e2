"""Private servers for tests: PostgreSQL, Redis, Watchium itself, and where Chromium is.

Each starts on a free port as a child of the test run, is waited for with a bound, and is ended by its own pid,
so that any number of runs fit on one machine and none touches a server it did not start. Nothing here
imports Django: the browser tests use it too.
"""

import atexit
import fcntl
import http.client
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).resolve().parent.parent
START_S = 40.0  # a first start on a busy machine; a quiet one takes two or three
STOP_S = 12.0
# What would make a child behave like the run that started it.
INHERITED = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WATCHIUM_URL", "PYTEST_CURRENT_TEST")
SQLITE = "watchium.sqlite3"
FURNISHED = "WATCHIUM_TEST_FURNISHED"


class Missing(Exception):
    """This machine does not have what a test needs."""


def unavailable(missing: Missing) -> NoReturn:
    """Skip the test that needs it; where everything has to be there (`CI=true`), fail it."""
    if os.environ.get("CI") == "true":
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


# ---------------------------------------------------------------- where things are


def chromium_path() -> str:
    """A Chromium to drive. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_CHROMIUM")
    if named:
        return _existing(named, "WATCHIUM_TEST_CHROMIUM")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    for pattern in (
        ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
        "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    ):
        if installed := sorted(Path.home().glob(pattern)):
            return str(installed[-1])
    raise Missing("no Chromium here (WATCHIUM_TEST_CHROMIUM names one)")


def postgres_bin() -> Path:
    """The folder with initdb and postgres; Debian keeps it off PATH. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_POSTGRES")
    if named:
        return Path(_existing(f"{named}/initdb", "WATCHIUM_TEST_POSTGRES")).parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if versions:
        return versions[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise Missing("no PostgreSQL here (WATCHIUM_TEST_POSTGRES names the folder of its programs)")


def redis_path() -> str:
    """A redis-server. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_REDIS")
    if named:
        return _existing(named, "WATCHIUM_TEST_REDIS")
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise Missing("no Redis here (WATCHIUM_TEST_REDIS names a redis-server)")


def faketime_path() -> str:
    """The library that lets a process have a wall clock of its own. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_FAKETIME")
    if named:
        return _existing(named, "WATCHIUM_TEST_FAKETIME")
    for folder in ("/usr/lib", "/usr/local/lib"):
        if found := sorted(Path(folder).glob("**/faketime/libfaketime.so.1")):
            return str(found[0])
    raise Missing("no libfaketime here (WATCHIUM_TEST_FAKETIME names one)")


def _existing(path: str, name: str) -> str:
    if not Path(path).exists():
        raise Missing(f"{name}: there is no {path}")
    return path


# ---------------------------------------------------------------- children


def _wait(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, what: str) -> None:
    until = time.monotonic() + START_S
    while not answers():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with {process.returncode} instead of starting:\n{_tail(log)}")
        if time.monotonic() > until:
            _end(process)
            raise RuntimeError(f"{what} did not answer within {START_S:.0f} s:\n{_tail(log)}")
        time.sleep(0.05)


def _tail(log: Path, chars: int = 4000) -> str:
    return log.read_text(errors="replace")[-chars:] if log.exists() else ""


def _end(process: "subprocess.Popen[bytes]", with_signal: int = signal.SIGTERM) -> int:
    """Ask it to stop, then insist. Returns its exit status."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)
    return process.returncode


def _accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def _folder(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"watchium-{prefix}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


# ---------------------------------------------------------------- PostgreSQL and Redis


@dataclass
class Service:
    """A server of another make, which a test may end, kill, freeze, and start again on its port and data."""

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
        _wait(self.answers, self.process, log, self.what)

    def end(self) -> None:
        if self.process is not None:
            self.thaw()
            _end(self.process, self.stop_signal)

    def kill(self) -> None:
        """With all its children, as a power cut would."""
        if self._signal(signal.SIGKILL):
            assert self.process is not None
            self.process.wait(STOP_S)

    def freeze(self) -> None:
        """Connections stay open, and nothing answers any more."""
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
def postgres_service(max_connections: int = 100) -> Iterator[Service]:
    """A running PostgreSQL with one empty database, named by its `url`. Raises Missing.

    Nothing is synced to disk: it is fast, and gone with the test. PostgreSQL refuses to run as root, so
    root hands it to the user `postgres`.
    """
    programs = postgres_bin()
    with _folder("pg") as folder:
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
        subprocess.run(
            [*prefix, programs / "initdb", "-D", folder / "data", "-U", "watchium", "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            check=True, cwd=folder, stdout=subprocess.DEVNULL, timeout=START_S,
        )  # fmt: skip
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
            signal.SIGINT,  # "fast": it disconnects whoever is left
        )
        try:
            service.start()
            yield service
        finally:
            service.end()


def _has_database(server: str) -> bool:
    """Whether it answers; the first time it also makes the database."""
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
    """The DATABASE_URL of a PostgreSQL that nobody ends before its time. Raises Missing."""
    with postgres_service(max_connections) as service:
        yield service.url


def database_beside(url: str, *, copy: bool = False) -> str:
    """One more database on the same PostgreSQL, empty or a copy of that one; its DATABASE_URL."""
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
    """A Redis that keeps nothing; with `started=False` only the place where one would be. Raises Missing."""
    program = redis_path()
    with _folder("redis") as folder:
        port = port or free_port()
        service = Service(
            "Redis",
            f"redis://127.0.0.1:{port}/0",
            [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
             "--dir", str(folder)],
            folder,
            lambda: _accepts(port),
        )  # fmt: skip
        try:
            if started:
                service.start()
            yield service
        finally:
            service.end()


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """The REDIS_URL of a Redis. The same `port` again brings one back. Raises Missing."""
    with redis_service(port) as service:
        yield service.url


# ---------------------------------------------------------------- Watchium


@dataclass
class Server:
    """A Watchium of its own process; `restart` keeps its port and its data."""

    port: int
    data_dir: Path
    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    program: tuple[str, ...] = ("manage.py",)  # a test may put another one around it

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None, "the server was not started"
        return self.process.pid

    @property
    def log_path(self) -> Path:
        return self.data_dir / f"server-{self.port}.log"

    def log(self) -> str:
        """What it has written so far, over all its starts."""
        return self.log_path.read_text(errors="replace")

    def manage(self, *arguments: str, timeout_s: float = START_S) -> str:
        """Run a management command beside it, on the same data; returns what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT, env=self.env, timeout=timeout_s, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(
                f"manage.py {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}"
            )
        return done.stdout

    def start(self) -> None:
        """Start it and wait until it answers HTTP."""
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--port", str(self.port)],
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0,
            )  # fmt: skip
        _wait(self._answers, self.process, self.log_path, "Watchium")

    def kill(self) -> None:
        """End it as a power cut would: no signal it could handle."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_S)

    def freeze(self) -> None:
        """As a machine that hangs: its sockets stay open, and nothing answers any more."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def terminate(self) -> int:
        """Ask it to stop, as an operator does; returns its exit status."""
        return _end(self.process) if self.process is not None else 0

    def restart(self) -> None:
        """Start it again on the same port and data, after a clean stop unless it is gone already."""
        self.terminate()
        self.start()

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


@cache
def _furnished() -> Path:
    """A data folder with a migrated database and the static files, copied for each server.

    Made once by whichever process needs it first, where the run names a folder that all of them share.
    """
    if shared := os.environ.get(FURNISHED):
        folder = Path(shared)
    else:
        folder = Path(tempfile.mkdtemp(prefix="watchium-furnished-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            model = Server(0, folder, {**_inherited(), "WATCHIUM_DATA_DIR": str(folder)})
            model.manage("migrate", "--verbosity", "0")
            model.manage("collectstatic", "--noinput", "--verbosity", "0")
            (folder / "whole").touch()
    return folder


def _furnish(server: Server) -> None:
    if not (server.data_dir / "static").exists():
        (server.data_dir / "static").symlink_to(_furnished() / "static")
    if url := server.env.get("DATABASE_URL"):
        if not _is_migrated(url):
            server.manage("migrate", "--verbosity", "0")
    elif not (server.data_dir / SQLITE).exists():
        shutil.copy(_furnished() / SQLITE, server.data_dir)


def migrated_database(url: str) -> str:
    """A new database beside the given one, with our tables and nothing in them, to be copied from."""
    mine = database_beside(url)
    env = {**_inherited(), "WATCHIUM_DATA_DIR": str(_furnished()), "DATABASE_URL": mine}
    Server(0, _furnished(), env).manage("migrate", "--verbosity", "0")
    return mine


def _is_migrated(url: str) -> bool:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT to_regclass('django_migrations')").fetchone()
    return found is not None and found[0] is not None


def _inherited() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in INHERITED}


@contextmanager
def watchium_server(
    env: Mapping[str, str] | None = None,
    *,
    demo: bool = False,
    data_dir: Path | None = None,
    program: tuple[str, ...] = ("manage.py",),
) -> Iterator[Server]:
    """A migrated, running Watchium on a free port; `demo` adds the demo room.

    By default SQLite in a folder of its own and the in-memory layer, whatever the run itself uses; `env` adds
    to that: `{"DATABASE_URL": ..., "REDIS_URL": ...}`. A given `data_dir` is not removed afterwards; two servers
    with the same one are two processes of one installation.
    """
    with ExitStack() as stack:
        folder = data_dir or stack.enter_context(_folder("data"))
        port = free_port()
        server = Server(
            port,
            folder,
            {
                **_inherited(),
                "HOST": "127.0.0.1",
                "PORT": str(port),
                "WATCHIUM_DATA_DIR": str(folder),
                "PYTHONUNBUFFERED": "1",
                **(env or {}),
            },
            program=program,
        )
        _furnish(server)
        if demo:
            server.manage("demo")
        try:
            server.start()
            yield server
        finally:
            server.terminate()


# ---------------------------------------------------------------- getting what is missing

PACKAGES = {
    "chromium": chromium_path,
    "postgresql": postgres_bin,
    "redis-server": redis_path,
    "libfaketime": faketime_path,
}


def missing_packages() -> dict[str, str]:
    """The Debian packages of what is not here, with what there was to say about each."""
    absent = {}
    for package, find in PACKAGES.items():
        try:
            find()
        except Missing as missing:
            absent[package] = str(missing)
    return absent


def install(packages: list[str]) -> bool:
    """With apt, where that is ours to do: root on Debian. Returns whether it was."""
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    no_cluster = Path("/etc/postgresql-common/createcluster.conf")
    if "postgresql" in packages and not no_cluster.exists():
        no_cluster.parent.mkdir(exist_ok=True)
        no_cluster.write_text("create_main_cluster = false\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        if subprocess.run(["apt-get", "-qq", *step], env=environment, check=False).returncode:
            return False
    return True
