"""Start the server as an operator does: the printed address opens, errors are one line, files are private."""

from __future__ import annotations

import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.security.disclosure.test_insecure_settings import manage
from tests.servers import ROOT, forks, free_port
from tests.servers.watchium import _inherited, _template_data

pytestmark = pytest.mark.once
START_S = 60.0


def own_addresses() -> list[str]:
    """Addresses of this machine besides loopback."""
    found = {entry[4][0] for entry in socket.getaddrinfo(socket.gethostname(), None)}
    return sorted(str(address) for address in found if "%" not in str(address))


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with tables and static files."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("watchium.sqlite3", "secret_key"):
        shutil.copy(_template_data() / name, folder)
    (folder / "static").symlink_to(_template_data() / "static")
    return folder


@contextmanager
def running_server(folder: Path, *command: str, **env: str) -> Iterator[tuple[list[str], int]]:
    """Start the command; yield the lines printed until it is ready, and the port. It must exit with 0."""
    port = free_port()
    env = {**_inherited(), "WATCHIUM_DATA_DIR": str(folder), "PORT": str(port), **env}
    reading, writing = os.pipe()
    with open(reading) as output:
        if command:
            process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=writing, stderr=writing)
        else:
            process = forks.start(["manage.py", "serve"], {**env, "PYTHONUNBUFFERED": "1"}, writing)
        os.close(writing)
        lines: list[str] = []
        for line in output:
            lines.append(line.strip())
            if "Your own player" in line:
                break
        else:
            pytest.fail("\n".join(lines))
        try:
            yield lines, port
        finally:
            process.terminate()
            assert process.wait(START_S) == 0


def is_watchium_page(address: str) -> bool:
    with urllib.request.urlopen(address, timeout=10) as response:
        return response.status == 200 and b"Watchium" in response.read()


HOSTS = ["127.0.0.2", "localhost", "0.0.0.0", socket.gethostname(), *own_addresses()]


@pytest.mark.parametrize("host", dict.fromkeys(HOSTS + (["::", "::1"] if has_ipv6() else [])))
def test_the_printed_address_opens(data_dir: Path, host: str):
    with running_server(data_dir, HOST=host) as (lines, port):
        (printed,) = re.findall(r"http://\S+/player/", "\n".join(lines))
        assert is_watchium_page(printed)
        assert f":{port}/" in printed
        if host in ("::", "0.0.0.0"):
            for name in ("127.0.0.1", "localhost", *own_addresses()):
                if host == "::" or ":" not in name:
                    assert is_watchium_page(f"http://{f'[{name}]' if ':' in name else name}:{port}/")


@pytest.mark.parametrize(
    "setting",
    [
        {"PORT": "abc"}, {"PORT": "99999"}, {"PORT_FILE": "/nowhere"}, {"HOST": "http://localhost"},
        {"HOST": "nowhere.invalid"}, {"HOST": "192.0.2.77"}, {"WATCHIUM_PROCESSES": "0"}, {"DATABASE_URL": "nonsense"},
        {"REDIS_URL": "nonsense"}, {"LOG_LEVEL": "loud"}, {"WATCHIUM_LIMITS": "comment"},
    ],
    ids=str,
)  # fmt: skip
def test_an_invalid_setting_is_reported_in_one_line(data_dir: Path, setting: dict[str, str]):
    done = manage(data_dir, "serve", **{"PORT": str(free_port()), **setting})
    assert done.returncode == 2, done
    (line,) = done.stderr.strip().splitlines()
    assert next(iter(setting)).removesuffix("_FILE") in line
    assert not done.stdout


def test_a_closed_output_pipe_causes_no_traceback(data_dir: Path):
    for command in ("maintain", "help"):
        done = subprocess.run(
            f"{sys.executable} -u manage.py {command} --no-color | true",
            shell=True, cwd=ROOT, env={**_inherited(), "WATCHIUM_DATA_DIR": str(data_dir), "PORT": str(free_port())},
            timeout=START_S, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "BrokenPipe" not in done.stderr, done.stderr
        assert "Traceback" not in done.stderr, done.stderr


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.lstat().st_mode) for path in [folder, *folder.iterdir()]}


def test_data_files_are_private_whatever_the_umask(tmp_path: Path):
    folder = tmp_path / "made" / "data"
    before = os.umask(0o000)
    try:
        done = manage(folder, "migrate", "--verbosity", "0")
    finally:
        os.umask(before)
    assert done.returncode == 0, done.stderr
    assert {name: mode for name, mode in modes(folder).items() if mode & 0o077} == {}


def test_an_existing_readable_database_is_made_private_at_the_next_start(data_dir: Path):
    database = data_dir / "watchium.sqlite3"
    database.chmod(0o644)
    assert manage(data_dir, "check").returncode == 0
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def make_run(data: Path, **env: str):
    (data / "static").unlink()  # it collects files, and would into those that other servers read
    return running_server(data, "sh", "deploy/run.sh", **env)


@pytest.mark.early
@pytest.mark.parametrize("library", ["loop", pytest.param("file", marks=pytest.mark.long)])
def test_a_missing_library_folder_does_not_stop_the_server(data_dir: Path, library: str):
    folder = data_dir / "library"
    if library == "file":
        folder.write_text("no folder")
    else:
        folder.symlink_to(folder)
    with make_run(data_dir) as (lines, port):
        assert any(str(folder) in line for line in lines)
        assert is_watchium_page(f"http://127.0.0.1:{port}/rooms/watchparty/")
        scanned = manage(data_dir, "scan_media")
        assert (scanned.returncode, "WATCHIUM_LIBRARY_DIR" in scanned.stderr) == (1, True), scanned
        checked = manage(data_dir, "doctor", "--no-color", PORT=str(port))
        (line,) = (line for line in checked.stdout.splitlines() if " library:" in line)
        assert line.startswith("warn"), line
        assert "WATCHIUM_LIBRARY_DIR" in line
        assert checked.returncode == 0, checked.stdout


def test_a_python_without_django_is_named_in_one_line():
    done = subprocess.run(
        [sys.executable, "-S", "manage.py", "check"],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert ".venv/bin/python" in done.stderr
