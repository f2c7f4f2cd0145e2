"""Servers for tests: PostgreSQL, Redis and Watchium itself, and the paths of browsers.

Each server starts on a free port as a child of the test run, with a time limit, and is stopped by its pid. Several
runs fit on one machine, and none touches a server that it did not start. Nothing here imports Django: the browser
tests use it too.
"""

from tests.servers.binaries import (
    Missing,
    chromium_path,
    faketime_path,
    firefox_path,
    headless_chromium_path,
    install,
    missing_packages,
    mpv_path,
    syncplay_command,
    unavailable,
    webkit_path,
    xgettext_path,
    xvfb_path,
)
from tests.servers.certificates import CHAIN, KEY, certificate_folder, syncplay_encryption
from tests.servers.child_process import START_S, folder_for, free_port
from tests.servers.databases import Service, database_beside, postgres, postgres_service, redis, redis_service
from tests.servers.run_folder import TEMPLATE_DATA, in_run_folder
from tests.servers.watchium import (
    ROOT,
    SQLITE,
    Server,
    migrated_database,
    migrated_file,
    migrated_postgres_service,
    watchium_server,
)

__all__ = [
    "CHAIN",
    "KEY",
    "ROOT",
    "SQLITE",
    "START_S",
    "TEMPLATE_DATA",
    "Missing",
    "Server",
    "Service",
    "certificate_folder",
    "chromium_path",
    "database_beside",
    "faketime_path",
    "firefox_path",
    "folder_for",
    "free_port",
    "headless_chromium_path",
    "in_run_folder",
    "install",
    "migrated_database",
    "migrated_file",
    "migrated_postgres_service",
    "missing_packages",
    "mpv_path",
    "postgres",
    "postgres_service",
    "redis",
    "redis_service",
    "syncplay_command",
    "syncplay_encryption",
    "unavailable",
    "watchium_server",
    "webkit_path",
    "xgettext_path",
    "xvfb_path",
]
