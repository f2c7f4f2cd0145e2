"""Watchium servers on migrated databases."""

import hashlib
import http.client
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import psycopg

from tests.servers import forks
from tests.servers.binaries import Missing
from tests.servers.child_process import START_S, STOP_S, end, folder_for, free_port, wait_for
from tests.servers.databases import Service, database_beside, postgres_service
from tests.servers.run_folder import in_run_folder, locked, run_folder

ROOT = Path(__file__).resolve().parents[2]
# Variables of the test run that its servers must not inherit.
INHERITED = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "WATCHIUM_URL", "PYTEST_CURRENT_TEST")
SQLITE = "watchium.sqlite3"
PREPARE_S = 300.0  # for files made once in a run; an idle machine takes 4 s


@dataclass
class Server:
    """A Watchium server in a child process; `restart` keeps its port and data."""

    port: int
    data_dir: Path
    env: dict[str, str]
    process: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    program: tuple[str, ...] = ("manage.py",)  # a test may wrap it in another program
    options: tuple[str, ...] = ()  # of `serve`

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
        """Return its log since the first start."""
        return self.log_path.read_text(errors="replace")

    def manage(self, *arguments: str, timeout_s: float = START_S) -> str:
        """Run a management command on the same data; return its output."""
        done = forks.run(["manage.py", *arguments], self.env, timeout_s)
        if done.returncode:
            raise RuntimeError(
                f"manage.py {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}"
            )
        return done.stdout

    def start(self) -> None:
        """Start it and wait until all its processes serve HTTP."""
        with self.log_path.open("ab") as output:
            arguments = [*self.program, "serve", "--port", str(self.port), *self.options]
            self.process = forks.start(arguments, self.env, output.fileno())
        wait_for(self._answers, self.process, self.log_path, "Watchium")

    def kill(self) -> None:
        """Kill it with SIGKILL, as a power failure would."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_S)

    def freeze(self) -> None:
        """Suspend it: its sockets stay open, but there are no responses."""
        os.killpg(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)

    def terminate(self) -> int:
        """Stop it with SIGTERM, as an operator does; return its exit status."""
        return end(self.process) if self.process is not None else 0

    def restart(self) -> None:
        """Stop it cleanly unless it has ended, then start it on the same port and data."""
        self.terminate()
        self.start()

    def _answers(self) -> bool:
        processes = int(self.env.get("WATCHIUM_PROCESSES", "1"))
        if processes > 1 and listeners(self.port) < processes:
            return False  # the first would respond for all
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return True


def listeners(port: int) -> int:
    """Return the number of sockets that listen on the port."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(local.endswith(f":{port:04X}") and state == "0A" for _, local, _, state, *_ in rows)


@cache
def _template_data() -> Path:
    """Return a data folder with a migrated database and static files, to be copied for each server."""
    folder = migrated_file().parent
    with locked("static"):
        if not (folder / "whole").exists():
            _model(folder).manage("collectstatic", "--noinput", "--verbosity", "0", timeout_s=PREPARE_S)
            (folder / "whole").touch()
    return folder


@cache
def migrated_file() -> Path:
    """Return a migrated SQLite database, to be copied."""
    file = run_folder() / SQLITE
    with locked("tables"):
        if not (file.parent / "migrated").exists():
            _model(file.parent).manage("migrate", "--verbosity", "0", timeout_s=PREPARE_S)
            (file.parent / "migrated").touch()
    return file


def _model(folder: Path, **env: str) -> Server:
    return Server(0, folder, {**_inherited(), "WATCHIUM_DATA_DIR": str(folder), **env})


def _prepare_data(server: Server) -> None:
    if not (server.data_dir / "static").exists():
        (server.data_dir / "static").symlink_to(_template_data() / "static")
    if url := server.env.get("DATABASE_URL"):
        _migrate(url)
    elif not (server.data_dir / SQLITE).exists():
        shutil.copy(migrated_file(), server.data_dir)


def migrated_database(url: str) -> str:
    """Return the URL of a database with empty tables on the same PostgreSQL, to be copied; one for the whole run."""
    noted = run_folder() / f"migrated-{hashlib.sha256(url.encode()).hexdigest()[:16]}"
    with locked("postgres"):
        if not noted.exists():
            mine = database_beside(url, copy=_is_migrated(url))
            _migrate(mine)
            noted.write_text(mine)
        return noted.read_text()


@contextmanager
def migrated_postgres_service(max_connections: int = 100) -> Iterator[Service]:
    """Start a PostgreSQL whose database has Watchium's tables; most of the time of a first start goes into them."""
    with postgres_service(max_connections, cluster=_migrated_cluster()) as service:
        yield service


def make_templates() -> None:
    """Make all that is copied for servers."""
    _template_data()
    with suppress(Missing):
        _migrated_cluster()


def _migrated_cluster() -> Path:
    return in_run_folder("cluster", _fill_cluster) / "data"


def _fill_cluster(folder: Path) -> None:
    with postgres_service() as service:
        _migrate(service.url)
        service.end()
        subprocess.run(["cp", "-a", service.folder / "data", folder], check=True)


def _migrate(url: str) -> None:
    if not _is_migrated(url):
        _model(run_folder(), DATABASE_URL=url).manage("migrate", "--verbosity", "0", timeout_s=PREPARE_S)


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
    options: tuple[str, ...] = (),
) -> Iterator[Server]:
    """Run a migrated Watchium on a free port; `demo` adds the demo room.

    It uses SQLite in a new folder and the in-memory channel layer unless `env` sets `DATABASE_URL` or `REDIS_URL`,
    whatever the test run uses. A given `data_dir` is kept afterwards; two servers with the same `data_dir` are two
    processes of one deployment.
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
            options=options,
        )
        _prepare_data(server)
        if demo:
            server.manage("demo")
        try:
            server.start()
            yield server
        finally:
            server.terminate()
