"""Scenes in real browsers."""

from __future__ import annotations

from tests import servers
from tests.parts.pytest_runs import pytest_twice
from tests.parts.results import Skipped
from tests.servers import ROOT

WORKERS = ("-n", "3", "--dist", "worksteal")


def browser() -> bool:
    """Run the scenes that may run beside each other."""
    return scenes("not alone and not long", *WORKERS)


def alone() -> bool:
    """Run the scenes that measure two pages to within a frame, one after the other."""
    return scenes("alone and not long")


def scenes(marked: str, *workers: str) -> bool:
    """Run the scenes that are marked so."""
    files = [path.relative_to(ROOT) for path in sorted((ROOT / "tests" / "browser").rglob("test_*.py"))]
    if not files:
        raise Skipped("there are no browser tests")
    try:
        servers.headless_chromium_path()
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None
    return pytest_twice(workers, "-m", marked, "-c", "tests/browser/pytest.ini", *files)
