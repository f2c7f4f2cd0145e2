"""Programs that parts run, from the root of the repository."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.parts.results import results
from tests.servers import ROOT

PYTHON = Path(sys.executable)
CAPTURED: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}


def announce(command: Sequence[str | Path]) -> None:
    shown = [Path(word).name if Path(word).is_absolute() else str(word) for word in command]
    print(f"\n$ {' '.join(shown)}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    announce(command)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **(env or {})}, check=False).returncode == 0


def check(commands: list[tuple[str | Path, ...]]) -> bool:
    """Run commands two at a time, each counted as one test, and print their output one after the other."""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(subprocess.run, words, cwd=ROOT, check=False, **CAPTURED) for words in commands]
        for words, done in zip(commands, runs, strict=True):
            announce(words)
            result = done.result()
            print(result.stdout, end="", flush=True)
            results.count["failed" if result.returncode else "passed"] += 1
    return not any(done.result().returncode for done in runs)
