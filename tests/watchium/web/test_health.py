"""Health endpoints answer in bounded time while the database and Redis are up, down or frozen."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from django.test import Client

from tests.servers import (
    Missing,
    Server,
    Service,
    migrated_postgres_service,
    redis_service,
    unavailable,
    watchium_server,
)
from watchium.web import health
from watchium.web.health import OK, READ_ONLY, WRITE_EVERY_S, WRITE_STUCK_S, CachedProbe, Probe

TIMEOUT_S = 6.0  # of the client; the endpoints take at most two seconds and one


def get(server: Server, path: str = "/healthz/ready", host: str = "") -> tuple[int, str]:
    """Return status and body of a request with this Host header; raises TimeoutError without a response."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path, headers={"Host": host} if host else {})
        response = connection.getresponse()
        return response.status, response.read().decode()
    finally:
        connection.close()


def wait_for_readiness(server: Server, wanted: dict[str, str]) -> None:
    """Poll until the response is `wanted`; a server takes a moment to reconnect to its database."""
    until = time.monotonic() + 20
    while (answer := json.loads(get(server)[1])) != wanted:
        assert time.monotonic() < until, answer
        time.sleep(0.2)


def signal_postgres(database: Service, number: int) -> None:
    """Send a signal to PostgreSQL and its child processes, each of which leads a process group of its own."""
    assert database.process is not None
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == database.process.pid:
                os.kill(int(status.parent.name), number)
    os.kill(database.process.pid, number)


def test_a_server_with_all_backends_is_ready(server: Server):
    assert get(server, "/healthz/live") == (200, "ok")
    status, body = get(server)
    assert (status, json.loads(body)) == (200, {"database": "ok", "channel_layer": "ok"})


def test_health_endpoints_accept_any_host_name():
    with watchium_server({"WATCHIUM_URL": "https://watch.example.org"}) as server:
        for path in ("/healthz/live", "/healthz/ready"):
            assert get(server, path, host="10.0.0.7:8000")[0] == 200
        assert get(server, "/", host="10.0.0.7:8000")[0] == 400
        assert get(server, "/metrics", host="10.0.0.7:8000")[0] == 404


@pytest.mark.early
@pytest.mark.once
def test_a_frozen_database_and_redis_are_reported_in_time_and_recover():
    try:
        with (
            migrated_postgres_service() as database,
            redis_service() as layer,
            watchium_server({"DATABASE_URL": database.url, "REDIS_URL": layer.url}) as server,
        ):
            wait_for_readiness(server, {"database": "ok", "channel_layer": "ok"})
            layer.freeze()
            signal_postgres(database, signal.SIGSTOP)
            status, body = get(server)
            assert status == 503
            assert json.loads(body) == {
                "database": "no answer within 2 s",
                "channel_layer": "no answer within 1 s",
            }
            assert get(server, "/healthz/live") == (200, "ok")
            assert get(server, "/metrics")[0] == 200
            layer.thaw()
            signal_postgres(database, signal.SIGCONT)
            wait_for_readiness(server, {"database": "ok", "channel_layer": "ok"})
            layer.kill()
            database.kill()
            status, body = get(server)
            assert status == 503
            assert set(json.loads(body).values()) <= {
                health.UNREACHABLE,
                "no answer within 2 s",
                "no answer within 1 s",
            }
            assert "127.0.0.1" not in body
    except Missing as missing:
        unavailable(missing)


def test_no_second_check_starts_while_one_hangs():
    started, released = [], Event()

    def check() -> None:
        started.append(1)
        released.wait(TIMEOUT_S)

    probe = Probe(check, timeout_s=0.01)
    assert [probe.run() for _ in range(3)] == ["no answer within 0.01 s"] * 3
    assert len(started) == 1
    released.set()
    probe.timeout_s = TIMEOUT_S
    assert probe.run() == "ok"


def test_a_failure_does_not_disclose_the_host_of_the_database(caplog: pytest.LogCaptureFixture):
    def check() -> None:
        raise OperationalError('connection to server at "db.internal" failed')

    assert Probe(check, TIMEOUT_S).run() == "cannot be reached"
    assert "db.internal" in caplog.text


def test_liveness_makes_no_query(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert Client().get("/healthz/live").content == b"ok"


def test_a_cached_probe_runs_its_check_every_few_seconds_only():
    writes = []
    probe = CachedProbe(lambda: writes.append(1))
    assert {probe.run(100 + step * 0.1) for step in range(100)} == {OK}
    assert len(writes) == 2


def test_a_read_only_database_is_not_ready_until_it_is_writable():
    errors: list[Exception] = [OperationalError("attempt to write a readonly database")]

    def write() -> None:
        if errors:
            raise errors[0]

    probe = CachedProbe(write)
    assert probe.run(100) == READ_ONLY
    errors.clear()
    assert probe.run(101) == READ_ONLY
    assert probe.run(100 + WRITE_EVERY_S) == OK


def test_a_write_that_waits_counts_as_healthy_until_it_is_stuck():
    done = Event()
    probe = CachedProbe(lambda: done.wait(60) and None)
    assert probe.run(100) == OK
    assert probe.run(100 + WRITE_STUCK_S - 1) == OK
    assert probe.run(100 + WRITE_STUCK_S) == "no answer within 10 s"
    done.set()
    assert probe._result is not None
    probe._result.finished.wait(60)
    assert probe.run(100 + WRITE_STUCK_S + 1) == OK


@pytest.mark.once
def test_a_full_disk_is_not_ready_until_there_is_space(killable_server: Server):
    if "DATABASE_URL" in killable_server.env:
        pytest.skip("the limit applies to the server process, not to PostgreSQL")
    before = resource.prlimit(killable_server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(killable_server.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    wait_for_readiness(killable_server, {"database": READ_ONLY, "channel_layer": OK})
    assert get(killable_server)[0] == 503
    resource.prlimit(killable_server.pid, resource.RLIMIT_FSIZE, before)
    wait_for_readiness(killable_server, {"database": OK, "channel_layer": OK})
