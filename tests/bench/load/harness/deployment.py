"""A Watchium with rooms and members: a database filled in bulk, and the server as `manage.py serve` runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load.harness import cores
from tests.bench.load.harness.child_process import INHERITED, UNBOUND, Served
from tests.servers import ROOT, free_port

MANAGE_S = 300.0


@dataclass
class Room:
    """A room with its members' tokens, host first."""

    room_id: str
    tokens: list[str]


@dataclass
class Deployment:
    folder: Path
    env: dict[str, str]

    def manage(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.env, timeout=MANAGE_S, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)}:\n{done.stderr[-2000:]}")
        return done.stdout

    def furnish(self, rooms: int, members: int) -> list[Room]:
        said = self.manage("-m", "tests.bench.load.harness.seed_data", str(rooms), str(members))
        return [Room(**json.loads(line)) for line in said.splitlines()]

    @contextmanager
    def served(self, processes: int = 1) -> Iterator[Served]:
        port = free_port()
        command = [sys.executable, "-m", "tests.bench.load.servers.watchium", str(port)]
        if processes > 1:
            # The benchmark's extra route exists in the started process only.
            command = [
                sys.executable, "manage.py", "serve", "--port", str(port), "--processes", str(processes)
            ]  # fmt: skip
        server = Served(port, command, {**self.env, "PORT": str(port)}, self.folder / "log", cores.SERVER)
        try:
            server.start()
            yield server
        except Exception:
            print(server.tail(), flush=True)  # the folder is deleted afterwards
            raise
        finally:
            server.kill()


@contextmanager
def deployment(env: Mapping[str, str] | None = None) -> Iterator[Deployment]:
    """Use SQLite in a new folder unless `env` has a DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="watchium-bench-"))
    kept = {name: value for name, value in os.environ.items() if name not in INHERITED}
    made = Deployment(folder, {**kept, "WATCHIUM_DATA_DIR": str(folder), **UNBOUND, **(env or {})})
    try:
        made.manage("manage.py", "migrate", "--verbosity", "0")
        yield made
    finally:
        shutil.rmtree(folder, ignore_errors=True)
