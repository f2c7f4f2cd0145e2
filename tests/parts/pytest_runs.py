"""Runs of pytest, whose results are counted."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.parts.background import wait_for_background
from tests.parts.commands import PYTHON, run
from tests.parts.results import results

MOST_AGAIN = 5  # tests


def pytest(*arguments: str | Path, env: dict[str, str] | None = None) -> bool:
    return _run_and_count(*arguments, env=env)[0]


def pytest_twice(workers: Sequence[str], *options: str | Path, env: dict[str, str] | None = None) -> bool:
    """Run tests; a few that fail run once more, one after the other, and that result counts.

    Beside other work on two cores a process can stand still for seconds: one of 98 scenes, each time another one,
    failed in three of six whole runs, none of them alone. Scenes of one file share their pages, so one of them can
    fail the next. A fault of the product fails alone as well.
    """
    passed, failed = _run_and_count(*workers, *options, env=env)
    if passed or not 0 < len(failed) <= MOST_AGAIN:
        return passed
    print(f"\n{len(failed)} failed beside other work; once more, alone:", flush=True)
    wait_for_background()
    passed, still = _run_and_count("--last-failed", "--last-failed-no-failures=none", *options, env=env)
    results.repeated(failed, still)
    return passed


def _run_and_count(*arguments: str | Path, env: dict[str, str] | None) -> tuple[bool, list[str]]:
    """Return whether all passed, and the tests that did not."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ("-q", "--durations=12", f"--junitxml={report}")
        passed = run(PYTHON, "-m", "pytest", *options, *arguments, env=env)
        return passed, results.read(report, passed)
