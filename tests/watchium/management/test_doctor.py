from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event
from unittest.mock import patch

import pytest
from django.test import override_settings

from tests.servers import (
    Missing,
    Server,
    forks,
    free_port,
    migrated_postgres_service,
    redis_service,
    unavailable,
    watchium_server,
)
from watchium.doctor import backend_checks, endpoint_checks, host_checks, settings_checks
from watchium.doctor.check import Check, fail, ok, run
from watchium.telemetry import shared_files

TIMEOUT_S = 60.0


def doctor(server: Server, **env: str) -> tuple[int, dict[str, str]]:
    """Run the command; return its exit code, and the line of each check by its name.

    Without Syncplay's port: no client trusts the certificate of the tests. Its checks have tests of their own.
    """
    without_syncplay = {name: value for name, value in server.env.items() if "SYNCPLAY" not in name}
    done = forks.run(["manage.py", "doctor", "--no-color"], {**without_syncplay, **env}, TIMEOUT_S)
    assert not done.stderr, done.stderr
    lines = [line.partition(":") for line in done.stdout.splitlines()]
    return done.returncode, {name[6:]: f"{name[:4].strip()} {text.strip()}" for name, _, text in lines}


def test_a_healthy_installation_prints_one_line_per_check_and_exits_with_zero(server: Server):
    code, lines = doctor(server)
    assert code == 0
    assert lines["database"].startswith("ok ")
    assert lines["migrations"] == "ok all applied"
    assert lines["channel layer"].startswith("ok in memory")
    assert lines["processes"].startswith("ok 1 process configured, 1 running")
    assert lines["clock"].startswith("ok steady")
    assert lines["data folder"].startswith("ok ")
    assert lines["static files"].startswith("ok ")
    assert lines["server"].endswith("is ready")
    assert lines["socket"].startswith("ok ws://127.0.0.1")
    assert lines["address"].startswith("warn WATCHIUM_URL is not set")


@pytest.mark.once
def test_a_server_that_is_not_running_is_reported_in_one_line_with_its_fix(server: Server):
    port = free_port()
    code, lines = doctor(server, PORT=str(port))
    assert code == 0
    assert lines["server"].startswith(f"warn nothing answers at http://127.0.0.1:{port} ")
    assert lines["server"].endswith(
        "-> Start the server, or run doctor with the same HOST and PORT as the server."
    )
    assert not {"page", "static file", "API", "form", "socket"} & lines.keys()
    assert "ffmpeg" in lines


@pytest.mark.once
def test_failures_are_printed_with_their_fix_and_exit_with_one(server: Server, tmp_path: Path):
    unused_url = f"http://127.0.0.1:{free_port()}"
    code, lines = doctor(
        server,
        WATCHIUM_DATA_DIR=str(tmp_path),
        WATCHIUM_URL=unused_url,
        DEBUG="1",
        SECRET_KEY="short",
        DATABASE_URL="",
        REDIS_URL=f"redis://127.0.0.1:{free_port()}/0",
    )
    assert code == 1
    for name, fix in {
        "migrations": "-> Run: manage.py migrate",
        "channel layer": "-> Check REDIS_URL",
        "DEBUG": "-> Unset DEBUG",
        "SECRET_KEY": "-> Set SECRET_KEY",
        "server": "-> Start the server",
        "socket": "-> Fix server first.",
    }.items():
        assert lines[name].startswith("fail "), lines
        assert fix in lines[name], lines


@pytest.mark.early
@pytest.mark.once
def test_checks_of_a_frozen_database_and_a_frozen_redis_time_out(server: Server):
    try:
        with migrated_postgres_service() as database, redis_service() as layer:
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
    for name in ("database", "migrations", "channel layer"):
        assert lines[name].startswith("fail "), lines


def test_several_running_processes_without_redis_fail_whatever_is_configured(tmp_path: Path):
    folder = tmp_path / "figures"
    files = [shared_files.acquire(folder), shared_files.acquire(folder)]
    with override_settings(DATA_DIR=str(tmp_path), REDIS_URL="", PROCESSES=1):
        assert backend_checks.several_processes().level == "fail"
        files[0].release()
        assert backend_checks.several_processes().level == "ok"
    files[1].release()


def test_a_socket_rejected_for_its_origin_is_reported_with_the_fix():
    with watchium_server({"WATCHIUM_URL": "https://watch.example.org"}) as server:
        code, lines = doctor(server, WATCHIUM_URL=server.url)
    assert code == 1
    assert lines["server"].endswith("is ready")
    assert lines["socket"].startswith("fail ")
    assert "start it with this WATCHIUM_URL" in lines["socket"], lines


def test_a_check_that_never_returns_fails_after_its_timeout():
    finished = Event()

    def check():
        finished.wait(TIMEOUT_S)
        return ok("late")

    result = run(Check("slow", check, timeout_s=0.01))
    finished.set()
    assert (result.level, result.message) == ("fail", "no answer within 0.01 s")


def test_a_check_that_raises_fails():
    def check():
        raise KeyError("unexpected")

    assert run(Check("broken", check)).level == "fail"


@pytest.mark.parametrize(
    ("key", "level"),
    [
        ("x" * 60, "fail"),
        ("django-insecure-" + "abcdefgh" * 6, "fail"),
        ("abcdefgh" * 8, "ok"),
    ],
)
def test_a_secret_key_that_can_be_guessed_fails(key: str, level: str, tmp_path: Path):
    with override_settings(DATA_DIR=tmp_path, SECRET_KEY=key):
        assert settings_checks.secret_key().level == level


def test_a_secret_key_file_that_other_users_can_read_is_a_warning(tmp_path: Path):
    key_file = tmp_path / "secret_key"
    key_file.write_text("abcdefgh" * 8)
    with override_settings(DATA_DIR=tmp_path, SECRET_KEY="abcdefgh" * 8):
        key_file.chmod(0o644)
        assert settings_checks.secret_key().level == "warn"
        key_file.chmod(0o600)
        assert settings_checks.secret_key().level == "ok"


@override_settings(WATCHIUM_URL="https://watch.example.org", DEBUG=True)
def test_debug_at_a_public_address_fails():
    assert settings_checks.debug().level == "fail"


def test_a_data_folder_that_is_not_writable_fails(tmp_path: Path):
    with override_settings(DATA_DIR=tmp_path / "nowhere"):
        assert host_checks.data_folder().level == "fail"


@pytest.mark.parametrize(("free", "level"), [(10**7, "fail"), (5 * 10**8, "warn"), (10**10, "ok")])
def test_low_disk_space_is_a_warning_and_a_full_disk_fails(tmp_path: Path, free: int, level: str):
    with override_settings(DATA_DIR=tmp_path), patch.object(shutil, "disk_usage") as disk_usage:
        disk_usage.return_value.free = free
        assert host_checks.data_folder().level == level


def test_a_missing_ffmpeg_is_only_a_warning():
    with patch.object(shutil, "which", return_value=None):
        assert host_checks.ffmpeg().level == "warn"


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
def test_the_readiness_response_is_evaluated(status: int, body: str, level: str):
    assert endpoint_checks._evaluate_readiness(status, body).level == level


def test_only_a_problem_has_a_fix():
    assert fail("no", "do this").fix == "do this"
    assert ok("yes").fix == ""
