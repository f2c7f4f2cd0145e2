"""Keeps REST framework from loading installed packages that it can use and Watchium does not need from it.

It takes what is installed: highlighting for its HTML pages, which Watchium does not offer, and psycopg for fields of
PostgreSQL, which no model has. That is a tenth of a start on SQLite.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_NOT_NEEDED = ("pygments", "django.contrib.postgres")


@contextmanager
def _hidden(names: tuple[str, ...]) -> Iterator[None]:
    """Let an import of these modules fail as if they were not installed, unless they are loaded already."""
    absent = {name: None for name in names if name not in sys.modules}
    sys.modules.update(absent)  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]


def load_rest_framework() -> None:
    with _hidden(_NOT_NEEDED):
        import rest_framework.compat  # noqa: F401
