"""Servers of tests are forks of a process with loaded modules: each has settings of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import Server, forks

pytestmark = pytest.mark.once
PRINT = (
    "from django.conf import settings as s;"
    " print(s.DATA_DIR, s.LIMITS['comment'], s.HTTPS, s.DATABASES['default']['ENGINE'])"
)


def values(program: list[str], env: dict[str, str]) -> str:
    done = forks.run([*program, "shell", "-v", "0", "-c", PRINT], env, 60)
    assert not done.returncode, done.stderr
    return done.stdout


def test_a_server_is_a_fork(server: Server):
    assert "fork_server" in Path(f"/proc/{server.pid}/cmdline").read_text()


def test_a_fork_has_settings_of_its_own(server: Server, tmp_path: Path):
    changed = {
        "WATCHIUM_DATA_DIR": str(tmp_path),
        "WATCHIUM_LIMITS": "comment=3/4",
        "WATCHIUM_URL": "https://watch.example.org",
        "DATABASE_URL": "postgres://watchium:secret@127.0.0.1/watchium",
    }
    env = {**server.env, **changed}
    found = values(["manage.py"], env)
    assert found.split() == [str(tmp_path), "(3,", "4)", "True", "watchium.db.postgresql"]
    assert found == values([str(forks.ROOT / "manage.py")], env)  # a process of its own


@pytest.mark.parametrize(("debug", "is_fork"), [("0", True), ("1", False)])
def test_a_setting_that_loaded_modules_have_read_needs_a_process_of_its_own(
    server: Server, debug: str, is_fork: bool
):
    code = "from pathlib import Path; print(Path('/proc/self/cmdline').read_text())"
    done = forks.run(["manage.py", "shell", "-v", "0", "-c", code], {**server.env, "DEBUG": debug}, 60)
    assert ("fork_server" in done.stdout) is is_fork, done
