"""Compiled code: where it is kept if Python may write none beside the sources, and whether the tests have theirs."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path

from tests.servers import ROOT

KEPT = ROOT / ".pytest_cache" / "compiled"
MOST_STALE = 0.1  # of the test files; each worker compiles these by itself


def keep_compiled() -> None:
    """Compile into a folder that later runs use too, instead of not at all, in this process and its children.

    Else each of two hundred servers compiles again, 0.2 s of 0.8. A run that began without compiled code took 15 s
    of CPU for it.
    """
    if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
        sys.dont_write_bytecode = False
        sys.pycache_prefix = os.environ["PYTHONPYCACHEPREFIX"] = str(KEPT)


def mostly_compiled(tests: Sequence[Path]) -> bool:
    """Return whether pytest has compiled nearly all of these files since they were changed."""
    return sum(not _is_compiled(test) for test in tests) <= len(tests) * MOST_STALE


def _is_compiled(test: Path) -> bool:
    usual = Path(cache_from_source(str(test)))
    rewritten = usual.with_name(
        f"{usual.stem}-pytest-{version('pytest')}.pyc"
    )  # with pytest's own assertions
    return rewritten.exists() and rewritten.stat().st_mtime >= test.stat().st_mtime
