"""Health is answered in bounded time: with everything there, away, and frozen."""

from __future__ import annotations

import http.client
import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from threading import Event

import pytest
from django.db import OperationalError
from django.test import Client

from tests.services import (
    Missing,
    Server,
    Service,
    postgres_service,
    redis_service,
    unavailable,
    watchium_server,
)
from watchium import health
from watchium.health import Probe

PATIENCE_S = 6.0  # of whoever asks; the bounds are two seconds and one


def ask(server: Server, path: str = "/healthz/ready", host: str = "") -> tuple[int, str]:
    """Status and body, by the name that a probe would use. Fails with a timeout when there is no answer."""
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_S)
    try:
        line.request("GET", path, headers={"Host": host} if host else {})
        response = line.getresponse()
        return response.status, response.read().decode()
    finally:
        line.close()


def ready_within(server: Server, wanted: dict[str, str]) -> None:
    """Asks until the answer is that; a server takes a moment to find its database again."""
    until = time.monotonic() + 20
    while (answer := json.loads(ask(server)[1])) != wanted:
        assert time.monotonic() < until, answer
        time.sleep(0.2)


def stop(database: Service, sign: int) -> None:
    """PostgreSQL with all its processes: each of them leads a group of its own."""
    assert database.process is not None
    for status in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            if parent == database.process.pid:
                os.kill(int(status.parent.name), sign)
    os.kill(database.process.pid, sign)


def test_a_server_that_has_everything_is_ready(server: Server):
    assert ask(server, "/healthz/live") == (200, "ok")
    status, body = ask(server)
    assert (status, json.loads(body)) == (200, {"database": "ok", "channel_layer": "ok"})


def test_a_probe_is_answered_by_whatever_name_it_comes():
    with watchium_server({"WATCHIUM_URL": "https://watch.example.org"}) as server:
        for path in ("/healthz/live", "/healthz/ready"):
            assert ask(server, path, host="10.0.0.7:8000")[0] == 200
        assert ask(server, "/", host="10.0.0.7:8000")[0] == 400
        assert ask(server, "/metrics", host="10.0.0.7:8000")[0] == 404


@pytest.mark.once
def test_a_frozen_database_and_a_frozen_redis_are_said_in_time_and_heal():
    try:
        with (
            postgres_service() as database,
            redis_service() as layer,
            watchium_server({"DATABASE_URL": database.url, "REDIS_URL": layer.url}) as server,
        ):
            ready_within(server, {"database": "ok", "channel_layer": "ok"})
            layer.freeze()
            stop(database, signal.SIGSTOP)
            status, body = ask(server)
            assert status == 503
            assert json.loads(body) == {
                "database": "no answer within 2 s",
                "channel_layer": "no answer within 1 s",
            }
            assert ask(server, "/healthz/live") == (200, "ok")
            assert ask(server, "/metrics")[0] == 200
            layer.thaw()
            stop(database, signal.SIGCONT)
            ready_within(server, {"database": "ok", "channel_layer": "ok"})
            layer.kill()
            database.kill()
            status, body = ask(server)
            assert status == 503
            assert set(json.loads(body).values()) <= {
                health.REFUSED,
                "no answer within 2 s",
                "no answer within 1 s",
            }
            assert "127.0.0.1" not in body
    except Missing as missing:
        unavailable(missing)


def test_while_a_question_hangs_no_second_one_is_asked():
    asked, answer = [], Event()

    def question() -> None:
        asked.append(1)
        answer.wait(PATIENCE_S)

    probe = Probe(question, bound_s=0.01)
    assert [probe.ask() for _ in range(3)] == ["no answer within 0.01 s"] * 3
    assert len(asked) == 1
    answer.set()
    probe.bound_s = PATIENCE_S
    assert probe.ask() == "ok"


def test_what_is_wrong_is_said_without_saying_where_things_are(caplog: pytest.LogCaptureFixture):
    def question() -> None:
        raise OperationalError('connection to server at "db.internal" failed')

    assert Probe(question, PATIENCE_S).ask() == "cannot be reached"
    assert "db.internal" in caplog.text


def test_live_asks_nobody(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert Client().get("/healthz/live").content == b"ok"
