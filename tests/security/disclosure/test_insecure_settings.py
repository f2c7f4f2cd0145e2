from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT, forks

# The environment of docs/deployment.md for a server on the internet.
PRODUCTION = {
    "WATCHIUM_URL": "https://watch.example.org",
    "DATABASE_URL": "postgres://watchium:secret@127.0.0.1/watchium",
    "REDIS_URL": "redis://127.0.0.1/0",
}
OURS = ("WATCHIUM_", "DATABASE_URL", "REDIS_URL", "SECRET_KEY", "DEBUG", "DJANGO_", "PYTEST_", "HOST", "PORT")


def manage(data_dir: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    env = {**clean, "WATCHIUM_DATA_DIR": str(data_dir), **settings}
    return forks.run(["manage.py", *arguments], env, 120)


def test_the_documented_environment_passes_the_deployment_checks(tmp_path: Path):
    done = manage(tmp_path, "check", "--deploy", "--fail-level", "DEBUG", **PRODUCTION)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("System check identified no issues"), done.stdout
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"DEBUG": "1"}, "DEBUG"),
        ({"SECRET_KEY": "secret"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 60}, "SECRET_KEY"),
        ({"SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz0123456789"}, "SECRET_KEY"),
        ({"SECRET_KEY_FALLBACKS": "short"}, "SECRET_KEY_FALLBACKS"),
        ({"SECRET_KEY_FALLBACKS": "a" * 60}, "SECRET_KEY_FALLBACKS"),
        ({"WATCHIUM_URL": "watch.example.org"}, "WATCHIUM_URL"),
        ({"WATCHIUM_URL": "https://my_host.example.org"}, "WATCHIUM_URL"),
        ({"WATCHIUM_HOSTS": "watch.lan"}, "WATCHIUM_HOSTS"),
        ({"WATCHIUM_URL": "https://watch.example.org/films"}, "WATCHIUM_URL"),
        ({"WATCHIUM_BEHIND_PROXY": "maybe"}, "WATCHIUM_BEHIND_PROXY"),
        ({"WATCHIUM_URL": "", "HOST": "0.0.0.0", "WATCHIUM_MAIL_URL": "smtp://h"}, "WATCHIUM_MAIL_URL"),
        (
            {"WATCHIUM_URL": "", "HOST": "0.0.0.0", "WATCHIUM_OPENID_ISSUER": "https://h"},
            "WATCHIUM_OPENID_ISSUER",
        ),
    ],
)
def test_it_does_not_start_with_insecure_settings(tmp_path: Path, wrong: dict[str, str], says: str):
    done = manage(tmp_path, "serve", "--port", "0", **{**PRODUCTION, **wrong})
    assert done.returncode != 0
    assert says in done.stderr.strip().splitlines()[-1]
    for value in wrong.values():
        assert not says.startswith("SECRET_KEY") or value not in done.stderr


def test_short_keys_and_debug_are_allowed_on_loopback(tmp_path: Path):
    done = manage(tmp_path, "check", SECRET_KEY="short", DEBUG="1")
    assert done.returncode == 0, done.stderr


def test_processes_that_first_start_together_share_one_key(tmp_path: Path):
    code = "from watchium.settings import SECRET_KEY; print(SECRET_KEY)"
    env = {**os.environ, "WATCHIUM_DATA_DIR": str(tmp_path), "SECRET_KEY": ""}
    env.pop("PYTEST_CURRENT_TEST", None)
    running = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    keys = {process.communicate(timeout=60)[0].strip() for process in running}
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret_key", "watchium.sqlite3"]
