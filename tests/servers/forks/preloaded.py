"""What a fork of Watchium has loaded before it begins, and whether it may use that.

Modules read settings while they are loaded, such as the installed apps: these are recorded with their values. A fork
reads its own settings; if a recorded one has another value there, it has to start as a process of its own.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import time
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.apps import apps
from django.conf import Settings, global_settings, settings
from django.db import connections
from django.db.utils import ConnectionHandler
from django.utils.functional import empty

from watchium.telemetry import process

ROOT = Path(__file__).resolve().parents[3]
SETTINGS = "watchium.settings"
# Third-party modules that a server loads, each with what it loads itself.
PACKAGES = """
django.contrib.admin.checks django.contrib.admin.utils django.contrib.admin.views.main django.contrib.auth.tokens
django.contrib.messages.middleware django.contrib.sessions.middleware django.contrib.staticfiles.handlers
django.core.cache django.core.handlers.asgi django.core.mail django.core.management.commands.migrate django.db.models
django.forms django.middleware.common django.middleware.locale django.template.defaulttags django.views.generic
csp.middleware environs hiredis httptools msgspec prometheus_client psycopg psycopg_pool redis.asyncio
rest_framework.fields tinytag uvicorn.main uvicorn.protocols.http.httptools_impl
uvicorn.protocols.websockets.websockets_sansio_impl uvloop whitenoise.middleware yaml
""".split()
# Modules of Watchium that a server loads, each with what it loads itself.
OWN = "watchium.urls watchium.management.commands.serve watchium.routing".split()
# Models ask their database for the longest name of a table; none of ours is too long for any.
IGNORED = {"DATABASES"}
LONGEST_TABLE_NAME = 63

_recorded: dict[str, Any] = {}


class _Recorder:
    """Settings that record what is read."""

    def __init__(self, read: Settings) -> None:
        self._read = read

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._read, name)
        _recorded[name] = value
        return value


def load() -> None:
    """Load packages and Watchium's modules, and leave neither settings nor connections behind."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (pure,) = (each for each in contracts if each["name"] == "Pure modules import no framework")
    for name in (*PACKAGES, *pure["source_modules"]):
        importlib.import_module(name)
    with TemporaryDirectory(prefix="watchium-data-") as folder:
        os.environ.clear()
        os.environ["WATCHIUM_DATA_DIR"] = folder
        settings._wrapped = _Recorder(Settings(SETTINGS))
        apps.populate(settings.INSTALLED_APPS)
        for name in OWN:
            importlib.import_module(name)
    assert all(len(model._meta.db_table) <= LONGEST_TABLE_NAME for model in apps.get_models())
    _forget()
    assert "pytest" not in sys.modules, "the settings of tests differ"
    assert threading.active_count() == 1, "a fork has only the thread that forks"
    gc.collect()
    gc.freeze()


def _forget() -> None:
    settings._wrapped = empty
    del connections.settings
    vars(connections).update(vars(ConnectionHandler()))
    package, _, name = SETTINGS.rpartition(".")
    del sys.modules[SETTINGS], vars(sys.modules[package])[name]


def fits() -> bool:
    """Whether this process, with its own environment and arguments, may use what is loaded."""
    process.STARTED_S = time.time()
    try:
        own = importlib.import_module(SETTINGS)
    except Exception:
        return True  # manage.py loads them again and reports it
    return all(
        getattr(own, name, getattr(global_settings, name, None)) == value
        for name, value in _recorded.items()
        if name not in IGNORED
    )
