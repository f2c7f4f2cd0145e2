from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event
from unittest.mock import patch

import pytest
from django.test import override_settings

from tests.servers import (
    ROOT,
    Missing,
    Server,
    free_port,
    postgres_service,
    redis_service,
    unavailable,
    watchium_server,
)
from watchium.doctor import backend_checks, endpoint_checks, host_checks, settings_checks
from watchium.doctor.check import Question, ask, fail, ok
from watchium.telemetry import shared_files

FEW_S = 60.0


def doctor(server: Server, **env: str) -> tuple[int, dict[str, str]]:
    """The exit code, and each line by what it is about."""
    done = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--no-color"],
        cwd=ROOT, env={**server.env, **env}, timeout=FEW_S, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    lines = [line.partition(":") for line in done.stdout.splitlines()]
    return done.returncode, {about[6:]: f"{about[:4].strip()} {says.strip()}" for about, _, says in lines}


def test_where_all_is_well_there_is_a_line_each_and_no_failure(server: Server):
    code, lines = doctor(server)
    assert code == 0
    assert lines["database"].startswith("ok ")
    assert lines["migrations"] == "ok all applied"
    assert lines["channel layer"].startswith("ok in memory")
    assert lines["processes"].startswith("ok 1 process asked for, 1 running")
    assert lines["clock"].startswith("ok steady")
    assert lines["data folder"].startswith("ok ")
    assert lines["static files"].startswith("ok ")
    assert lines["server"].endswith("is ready")
    assert lines["socket"].startswith("ok ws://127.0.0.1")
    assert lines["address"].startswith("warn WATCHIUM_URL is not set")


def test_where_nothing_listens_one_line_says_so_and_what_to_do(server: Server):
    port = free_port()
    code, lines = doctor(server, PORT=str(port))
    assert code == 0
    assert lines["server"].startswith(f"warn nothing answers at http://127.0.0.1:{port} ")
    assert lines["server"].endswith(
        "-> Start the server, or run doctor with the same HOST and PORT as the server."
    )
    assert not {"page", "static file", "API", "form", "socket"} & lines.keys()
    assert "ffprobe" in lines


def test_what_is_wrong_is_said_with_its_fix_and_ends_with_one(server: Server, tmp_path: Path):
    nowhere = f"http://127.0.0.1:{free_port()}"
    code, lines = doctor(
        server,
        WATCHIUM_DATA_DIR=str(tmp_path),
        WATCHIUM_URL=nowhere,
        DEBUG="1",
        SECRET_KEY="short",
        DATABASE_URL="",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
    )
    assert code == 1
    for about, fix in {
        "migrations": "-> Run: manage.py migrate",
        "channel layer": "-> Check REDIS_URL",
        "DEBUG": "-> Unset DEBUG",
        "SECRET_KEY": "-> Set SECRET_KEY",
        "server": "-> Start the server",
        "socket": "-> First the server",
    }.items():
        assert lines[about].startswith("fail "), lines
        assert fix in lines[about], lines


@pytest.mark.once
def test_a_frozen_database_and_a_frozen_redis_fail_in_bounded_time(server: Server):
    try:
        with postgres_service() as database, redis_service() as layer:
            env = {"DATABASE_URL": database.url, "REDIS_URL": layer.url}
            _, lines = doctor(server, **env)
            assert lines["database"].startswith("ok PostgreSQL")
            assert lines["channel layer"].startswith("ok RedisPubSub")
            assert lines["database's clock"].startswith("ok ")
            database.freeze()
            layer.freeze()
            code, lines = doctor(server, **env)
    except Missing as missing:
        unavailable(missing)
    assert code == 1
    for about in ("database", "migrations", "channel layer"):
        assert lines[about].startswith("fail "), lines


def test_processes_that_run_beside_each_other_without_redis_fail_whatever_is_asked_for(tmp_path: Path):
    folder = tmp_path / "figures"
    held = [shared_files.take(folder), shared_files.take(folder)]
    with override_settings(DATA_DIR=str(tmp_path), REDIS_URL="", PROCESSES=1):
        assert backend_checks.several_processes().level == "fail"
        held[0].release()
        assert backend_checks.several_processes().level == "ok"
    held[1].release()


def test_a_socket_that_the_server_takes_for_somebody_elses_page_is_explained():
    with watchium_server({"WATCHIUM_URL": "https://watch.example.org"}) as server:
        code, lines = doctor(server, WATCHIUM_URL=server.url)
    assert code == 1
    assert lines["server"].endswith("is ready")
    assert lines["socket"].startswith("fail ")
    assert "start it with this WATCHIUM_URL" in lines["socket"], lines


def test_a_check_that_never_comes_back_is_left_alone():
    never = Event()

    def check():
        never.wait(FEW_S)
        return ok("late")

    finding = ask(Question("patience", check, bound_s=0.01))
    never.set()
    assert (finding.level, finding.says) == ("fail", "no answer within 0.01 s")


def test_a_check_that_breaks_has_failed():
    def check():
        raise KeyError("unexpected")

    assert ask(Question("breaking", check)).level == "fail"


@pytest.mark.parametrize(
    ("facts", "level"),
    [
        ({"SECRET_KEY": "x" * 60}, "fail"),
        ({"SECRET_KEY": "django-insecure-" + "abcdefgh" * 6}, "fail"),
        ({"SECRET_KEY": "abcdefgh" * 8}, "ok"),
    ],
)
def test_a_key_that_can_be_guessed_is_none(facts: dict[str, str], level: str, tmp_path: Path):
    with override_settings(DATA_DIR=tmp_path, **facts):
        assert settings_checks.secret_key().level == level


def test_a_key_that_others_may_read_is_warned_of(tmp_path: Path):
    kept = tmp_path / "secret_key"
    kept.write_text("abcdefgh" * 8)
    with override_settings(DATA_DIR=tmp_path, SECRET_KEY="abcdefgh" * 8):
        kept.chmod(0o644)
        assert settings_checks.secret_key().level == "warn"
        kept.chmod(0o600)
        assert settings_checks.secret_key().level == "ok"


@override_settings(WATCHIUM_URL="https://watch.example.org", DEBUG=True)
def test_debug_for_everybody_fails():
    assert settings_checks.debug().level == "fail"


def test_a_folder_that_cannot_be_written_fails(tmp_path: Path):
    with override_settings(DATA_DIR=tmp_path / "nowhere"):
        assert host_checks.data_folder().level == "fail"


@pytest.mark.parametrize(("free", "level"), [(10**7, "fail"), (5 * 10**8, "warn"), (10**10, "ok")])
def test_room_on_the_disk_is_looked_after(tmp_path: Path, free: int, level: str):
    with override_settings(DATA_DIR=tmp_path), patch.object(host_checks.shutil, "disk_usage") as disk_usage:
        disk_usage.return_value.free = free
        assert host_checks.data_folder().level == level


def test_a_missing_ffprobe_is_a_hint_and_no_failure():
    with patch.object(host_checks.shutil, "which", return_value=None):
        assert host_checks.ffprobe().level == "warn"


@pytest.mark.parametrize(
    ("status", "body", "level"),
    [
        (200, '{"database": "ok"}', "ok"),
        (503, '{"database": "no answer within 2 s"}', "fail"),
        (502, "Bad Gateway", "fail"),
        (200, "Welcome to nginx!", "fail"),
        (400, "", "fail"),
    ],
)
def test_what_answers_at_the_address_is_judged(status: int, body: str, level: str):
    assert endpoint_checks._judged(status, body).level == level


def test_findings_carry_a_fix_where_there_is_something_to_do():
    assert fail("no", "do this").fix == "do this"
    assert ok("yes").fix == ""
