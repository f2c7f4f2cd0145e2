"""Health is answered in bounded time: with everything there, away, and frozen."""

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
    postgres_service,
    redis_service,
    unavailable,
    watchium_server,
)
from watchium.web import health
from watchium.web.health import OK, READ_ONLY, WRITE_EVERY_S, WRITE_STUCK_S, Probe, Seldom

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


def test_writing_is_tried_every_few_seconds_however_often_it_is_asked_for():
    tried = []
    seldom = Seldom(lambda: tried.append(1))
    assert {seldom.ask(100 + step * 0.1) for step in range(100)} == {OK}
    assert len(tried) == 2


def test_a_database_that_cannot_be_written_is_not_ready_until_it_can():
    problem: list[Exception] = [OperationalError("attempt to write a readonly database")]

    def write() -> None:
        if problem:
            raise problem[0]

    seldom = Seldom(write)
    assert seldom.ask(100) == READ_ONLY
    problem.clear()
    assert seldom.ask(101) == READ_ONLY
    assert seldom.ask(100 + WRITE_EVERY_S) == OK


def test_a_write_that_waits_for_another_is_no_bad_news_until_it_takes_very_long():
    done = Event()
    seldom = Seldom(lambda: done.wait(60) and None)
    assert seldom.ask(100) == OK
    assert seldom.ask(100 + WRITE_STUCK_S - 1) == OK
    assert seldom.ask(100 + WRITE_STUCK_S) == "no answer within 10 s"
    done.set()
    assert seldom._asked is not None
    seldom._asked.answered.wait(60)
    assert seldom.ask(100 + WRITE_STUCK_S + 1) == OK


def test_a_full_disk_is_not_ready_and_is_again_when_there_is_room(mortal_server: Server):
    if "DATABASE_URL" in mortal_server.env:
        pytest.skip("that is PostgreSQL's own disk")
    before = resource.prlimit(mortal_server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(mortal_server.pid, resource.RLIMIT_FSIZE, (4096, before[1]))
    ready_within(mortal_server, {"database": READ_ONLY, "channel_layer": OK})
    assert ask(mortal_server)[0] == 503
    resource.prlimit(mortal_server.pid, resource.RLIMIT_FSIZE, before)
    ready_within(mortal_server, {"database": OK, "channel_layer": OK})
