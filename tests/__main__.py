"""`python -m tests [part ...]`: run the whole suite or the named parts, each in its own process.

Exit with a non-zero status if a part failed or, with `CI=true`, if a part was skipped.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests import servers
from tests.parts.background import Background, running
from tests.parts.browsers import alone, browser
from tests.parts.javascript import js
from tests.parts.lint import lint
from tests.parts.python import coverage, faults, postgres, python
from tests.parts.results import Skipped, results

PARTS: dict[str, Callable[[], bool]] = {
    "lint": lint,
    "python": python,
    "js": js,
    "browser": browser,
    "alone": alone,
    "postgres": postgres,
}
# Three workers with scenes leave a quarter of the processor idle, scenes that run alone more than half: PostgreSQL
# took 133 s, and 7 s more beside them.
BESIDE = {"browser": ["lint", "js"], "alone": ["postgres"]}
ON_REQUEST: dict[str, Callable[[], bool]] = {"faults": faults, "coverage": coverage}


@contextmanager
def template_folder() -> Iterator[None]:
    """Name a folder for what servers copy, unless this run is a part of one that named it."""
    if servers.TEMPLATE_DATA in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="watchium-template-") as folder:
        os.environ[servers.TEMPLATE_DATA] = folder
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Compile into this folder instead: else each of two hundred servers compiles again, 0.2 s of 0.8.
            os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        yield


class Run:
    """The chosen parts, one after the other, some with others beside them."""

    def __init__(self, chosen: list[str]) -> None:
        wanted = {name: [part for part in beside if part in chosen] for name, beside in BESIDE.items()}
        self.beside = {
            name: parts for name, parts in wanted.items() if name in chosen and shutil.which("nice")
        }
        self.chosen = [name for name in chosen if not any(name in parts for parts in self.beside.values())]
        self.failed: list[str] = []
        self.skipped: list[str] = []
        self.took_s: dict[str, float] = {}

    def run(self) -> None:
        for name in self.chosen:
            self._run_part(name)
            while running:
                self._end_background(running[-1])

    def _run_part(self, name: str) -> None:
        print(f"\n======== {name}", flush=True)
        began_s = time.monotonic()
        if self.beside.get(name):
            running.append(Background(self.beside[name]))
        try:
            if not (PARTS | ON_REQUEST)[name]():
                self.failed.append(name)
        except Skipped as reason:
            self.skipped.append(f"{name}: {reason}")
        self.took_s[name] = time.monotonic() - began_s

    def _end_background(self, parts: Background) -> None:
        began_s = time.monotonic()
        names = " and ".join(parts.parts)
        ended = parts.result()
        running.remove(parts)
        print(ended.output, flush=True)
        results.count.update(passed=ended.passed, failed=ended.failed)
        results.again += ended.again
        if not ended.well:
            self.failed.append(names)
        self.took_s[f"rest of {names}"] = time.monotonic() - began_s

    def report(self) -> int:
        print("\n======== total")
        for part in self.skipped:
            print(f"SKIPPED {part}")
        if self.skipped and os.environ.get("CI") == "true":
            self.failed.append("skipped parts, with CI=true")
        for name in self.failed:
            print(f"FAILED {name}")
        for test in results.again:
            print(f"RUN AGAIN {test}")
        print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.took_s.items()))
        print(f"{results.count['passed']} passed, {results.count['failed']} failed")
        return 1 if self.failed or results.count["failed"] else 0


def main(names: list[str]) -> int:
    chosen = names or list(PARTS)
    if chosen != ["lint"] and (absent := servers.missing_packages()):
        servers.install(list(absent))
    whole = Run(chosen)
    with template_folder():
        whole.run()
    return whole.report()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
