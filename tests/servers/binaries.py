"""Find the programs that tests need, and install the missing ones on Debian as root."""

import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn


class Missing(Exception):
    """A program that the test needs is not installed."""


def unavailable(missing: Missing) -> NoReturn:
    """Skip the current test; fail it with `CI=true`, where all programs must be installed."""
    import pytest  # not into the processes of servers, whose settings would be those of tests

    if os.environ.get("CI") == "true":
        pytest.fail(str(missing), pytrace=False)
    pytest.skip(str(missing))


def chromium_path() -> str:
    """Return the path of Chromium. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_CHROMIUM")
    if named:
        return _existing(named, "WATCHIUM_TEST_CHROMIUM")
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    for pattern in (
        ".cache/ms-playwright/chromium-*/chrome-linux*/chrome",
        "Library/Caches/ms-playwright/chromium-*/chrome-mac*/*.app/Contents/MacOS/*",
    ):
        if installed := sorted(Path.home().glob(pattern)):
            return str(installed[-1])
    raise Missing("no Chromium here (WATCHIUM_TEST_CHROMIUM names one)")


def headless_chromium_path() -> str:
    """Return the path of Chromium without its own windows and toolbars, else that of Chromium. Raises Missing.

    It is the same engine and takes a third less processor time: 8.4 to 9.8 s for three scenes of two members, 13.0 to
    14.4 s with Chromium.
    """
    if not os.environ.get("WATCHIUM_TEST_CHROMIUM"):
        if found := shutil.which("chromium-headless-shell"):
            return found
        if installed := sorted(
            Path.home().glob(".cache/ms-playwright/chromium_headless_shell-*/*/*headless*shell")
        ):
            return str(installed[-1])
    return chromium_path()


def postgres_bin() -> Path:
    """Return the folder with initdb and postgres, which Debian keeps off PATH. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_POSTGRES")
    if named:
        return Path(_existing(f"{named}/initdb", "WATCHIUM_TEST_POSTGRES")).parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if versions:
        return versions[-1].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    raise Missing("no PostgreSQL here (WATCHIUM_TEST_POSTGRES names the folder of its programs)")


def redis_path() -> str:
    """Return the path of redis-server. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_REDIS")
    if named:
        return _existing(named, "WATCHIUM_TEST_REDIS")
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise Missing("no Redis here (WATCHIUM_TEST_REDIS names a redis-server)")


def faketime_path() -> str:
    """Return the path of libfaketime, which gives a process its own wall clock. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_FAKETIME")
    if named:
        return _existing(named, "WATCHIUM_TEST_FAKETIME")
    for folder in ("/usr/lib", "/usr/local/lib"):
        if found := sorted(Path(folder).glob("**/faketime/libfaketime.so.1")):
            return str(found[0])
    raise Missing("no libfaketime here (WATCHIUM_TEST_FAKETIME names one)")


def firefox_path() -> str:
    """Return the path of Firefox. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_FIREFOX")
    if named:
        return _existing(named, "WATCHIUM_TEST_FIREFOX")
    for name in ("firefox-esr", "firefox"):
        if found := shutil.which(name):
            return found
    raise Missing("no Firefox here (WATCHIUM_TEST_FIREFOX names one)")


def webkit_path() -> str:
    """Return the path of WebKitGTK's MiniBrowser; its driver is on PATH. Raises Missing."""
    named = os.environ.get("WATCHIUM_TEST_WEBKIT")
    found = [Path(_existing(named, "WATCHIUM_TEST_WEBKIT"))] if named else []
    found += sorted(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser"))
    if not found or not shutil.which("WebKitWebDriver"):
        raise Missing("no WebKitGTK with its driver here (WATCHIUM_TEST_WEBKIT names a MiniBrowser)")
    return str(found[-1] if not named else found[0])


def xvfb_path() -> str:
    """Return the path of Xvfb, an X server without a screen. Raises Missing."""
    if found := shutil.which("Xvfb"):
        return found
    raise Missing("no Xvfb here")


def mpv_path() -> str:
    """Return the path of mpv. Raises Missing."""
    if found := shutil.which("mpv"):
        return found
    raise Missing("no mpv here")


def syncplay_command() -> tuple[str, ...]:
    """Return the command of Syncplay, whose modules belong to the system's Python. Raises Missing without mpv too."""
    mpv_path()
    if found := shutil.which("syncplay"):
        return ("/usr/bin/python3", found)
    raise Missing("no Syncplay here")


def _existing(path: str, name: str) -> str:
    if not Path(path).exists():
        raise Missing(f"{name}: there is no {path}")
    return path


# ---------------------------------------------------------------- installation


def xgettext_path() -> str:
    """Return the path of the program that extracts texts. Raises Missing."""
    if found := shutil.which("xgettext"):
        return found
    raise Missing("no GNU gettext here, which extracts texts for translation")


PACKAGES: dict[str, Callable[[], object]] = {
    "chromium": headless_chromium_path,
    "postgresql": postgres_bin,
    "redis-server": redis_path,
    "libfaketime": faketime_path,
    "firefox-esr": firefox_path,
    "webkit2gtk-driver": webkit_path,
    "xvfb": xvfb_path,
    "gettext": xgettext_path,
    "mpv": mpv_path,
    "syncplay": syncplay_command,
}


def missing_packages() -> dict[str, str]:
    """Return the Debian packages of missing programs, each with the message of its Missing."""
    absent = {}
    for package, find in PACKAGES.items():
        try:
            find()
        except Missing as missing:
            absent[package] = str(missing)
    return absent


def install(packages: list[str]) -> bool:
    """Install packages with apt if this is Debian and the user is root; return whether it worked."""
    if platform.system() != "Linux" or os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    no_cluster = Path("/etc/postgresql-common/createcluster.conf")
    if "postgresql" in packages and not no_cluster.exists():
        no_cluster.parent.mkdir(exist_ok=True)
        no_cluster.write_text("create_main_cluster = false\n")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        if subprocess.run(["apt-get", "-qq", *step], env=environment, check=False).returncode:
            return False
    return True
