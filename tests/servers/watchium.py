"""A Watchium of one's own, on a migrated database."""

import atexit
import fcntl
import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

from tests.servers.child_process import START_S, STOP_S, end, folder_for, free_port, wait_for
from tests.servers.databases import database_beside

ROOT = Path(__file__).resolve().parents[2]
# What would make a child behave like the run that started it.
INHERITED = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WATCHIUM_URL", "PYTEST_CURRENT_TEST")
SQLITE = "watchium.sqlite3"
TEMPLATE_DATA = "WATCHIUM_TEST_TEMPLATE"


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
        """Start it and wait until it answers HTTP, every process of it."""
        with self.log_path.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.program, "serve", "--port", str(self.port)],
                cwd=ROOT, env=self.env, stdin=subprocess.DEVNULL, stdout=output, stderr=output, process_group=0,
            )  # fmt: skip
        wait_for(self._answers, self.process, self.log_path, "Watchium")

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
        return end(self.process) if self.process is not None else 0

    def restart(self) -> None:
        """Start it again on the same port and data, after a clean stop unless it is gone already."""
        self.terminate()
        self.start()

    def _answers(self) -> bool:
        processes = int(self.env.get("WATCHIUM_PROCESSES", "1"))
        if processes > 1 and _listeners(self.port) < processes:
            return False  # the first would answer for all
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def _listeners(port: int) -> int:
    """How many sockets listen on it."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(local.endswith(f":{port:04X}") and state == "0A" for _, local, _, state, *_ in rows)


@cache
def _template_data() -> Path:
    """A data folder with a migrated database and the static files, copied for each server.

    Made once by whichever process needs it first, where the run names a folder that all of them share.
    """
    if shared := os.environ.get(TEMPLATE_DATA):
        folder = Path(shared)
    else:
        folder = Path(tempfile.mkdtemp(prefix="watchium-template-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "whole").exists():
            model = Server(0, folder, {**_inherited(), "WATCHIUM_DATA_DIR": str(folder)})
            model.manage("migrate", "--verbosity", "0")
            model.manage("collectstatic", "--noinput", "--verbosity", "0")
            (folder / "whole").touch()
    return folder


def _prepare_data(server: Server) -> None:
    if not (server.data_dir / "static").exists():
        (server.data_dir / "static").symlink_to(_template_data() / "static")
    if url := server.env.get("DATABASE_URL"):
        if not _is_migrated(url):
            server.manage("migrate", "--verbosity", "0")
    elif not (server.data_dir / SQLITE).exists():
        shutil.copy(_template_data() / SQLITE, server.data_dir)


def migrated_database(url: str) -> str:
    """A new database beside the given one, with our tables and nothing in them, to be copied from."""
    mine = database_beside(url)
    env = {**_inherited(), "WATCHIUM_DATA_DIR": str(_template_data()), "DATABASE_URL": mine}
    Server(0, _template_data(), env).manage("migrate", "--verbosity", "0")
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
        folder = data_dir or stack.enter_context(folder_for("data"))
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
        _prepare_data(server)
        if demo:
            server.manage("demo")
        try:
            server.start()
            yield server
        finally:
            server.terminate()
