"""The production command with one process or several, and its graceful shutdown."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deployments import several_processes
from tests.servers import Server, forks, redis, watchium_server
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.server.test_affinity import handshake_for
from watchium.server.affinity import Workers
from watchium.server.supervisor import Supervisor


@pytest.fixture
def two_workers(where: dict[str, str]) -> Iterator[Server]:
    with (
        redis() as redis_url,
        watchium_server({**where, "REDIS_URL": redis_url, "WATCHIUM_PROCESSES": "2"}) as running,
    ):
        yield running


def worker_pids(server: Server) -> set[int]:
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return {int(pid) for pid in listed.split()}


async def until(condition) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # another process does it, without an event


@pytest.mark.once
async def test_a_stopped_server_closes_its_sockets_and_exits_with_0(killable_server):
    scene = await scene_on(killable_server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        stopping = asyncio.create_task(asyncio.to_thread(killable_server.terminate))
        closing = await bob.hear("closing")
        assert closing.payload.code == 4012
        assert (await alice.closed(), await bob.closed()) == (4012, 4012)
        assert await stopping == 0
    assert "Traceback" not in killable_server.log()


async def test_commands_sent_before_the_stop_are_responses(killable_server):
    scene = await scene_on(killable_server)
    async with scene.alice.enter(scene.room_id) as alice:
        seeks = [asyncio.create_task(alice.say("seek", current_time=float(second))) for second in range(20)]
        await seeks[0]
        killable_server.process.send_signal(signal.SIGTERM)
        responses = await asyncio.gather(*seeks)
        assert [response.revision for response in responses] == sorted(
            response.revision for response in responses
        )
        assert await alice.closed() == 4012


@pytest.mark.once
async def test_a_client_that_stopped_reading_does_not_delay_the_stop(killable_server):
    scene = await scene_on(killable_server)
    async with scene.alice.enter(scene.room_id) as alice:
        alice.socket.transport.pause_reading()
        assert await asyncio.to_thread(killable_server.terminate) == 0
        alice.socket.transport.resume_reading()  # else closing would wait ten seconds for the server's close frame


@several_processes
async def test_events_reach_the_members_of_a_room_in_every_process(two_workers):
    scene = await scene_on(two_workers)
    assert len(worker_pids(two_workers)) == 2
    async with scene.alice.enter(scene.room_id) as alice:
        entered = [scene.bob.enter(scene.room_id) for _ in range(8)]
        bobs = [await bob.__aenter__() for bob in entered]
        answer = await alice.say("seek", current_time=2.5)
        revisions = [(await bob.hear("seek")).revision for bob in bobs]
        assert revisions == [answer.revision] * 8
        for bob in entered:
            await bob.__aexit__(None, None, None)


@several_processes
async def test_a_killed_worker_is_replaced_and_members_can_return(two_workers):
    before = worker_pids(two_workers)
    os.kill(min(before), signal.SIGKILL)
    await until(lambda: len(worker_pids(two_workers) - before) == 1 and len(worker_pids(two_workers)) == 2)
    scene = await scene_on(two_workers)
    async with scene.alice.enter(scene.room_id) as alice:
        assert (await alice.say("pause")).revision


def test_a_worker_that_keeps_ending_does_not_delay_another():
    with supervise_two("") as supervisor:
        failing, sound = supervisor.workers
        before = [worker.process for worker in supervisor.workers]
        for process in before:
            process.wait(30)
        failing.short_lives, sound.began_s = 4, sound.began_s - 60
        supervisor.poll()
        assert failing.process is before[0]
        assert sound.process is not before[1]


@contextmanager
def supervise_two(program: str) -> Iterator[Supervisor]:
    """Run this Python program instead of a server."""
    supervisor = Supervisor([sys.executable, "-c", program], "127.0.0.1", 0, 2)
    supervisor.workers = supervisor._make_workers()
    for worker in supervisor.workers:
        worker.start(supervisor.command)
    yield supervisor
    for worker in supervisor.workers:
        worker.pipe.close()
        worker.process.wait(30)
        for end in worker.affinity_sockets:
            end.close()


# Worker 0 exits; worker 1 reports that it serves, and stays until its parent is gone.
ONE_FAILS = """
import os, sys
number, pipe = int(sys.argv[2]), int(sys.argv[5])
if number == 0:
    sys.exit(1)
os.write(pipe, b"1")
os.read(pipe, 1)
"""


@pytest.fixture
def one_fails() -> Iterator[Supervisor]:
    with supervise_two(ONE_FAILS) as supervisor:
        yield supervisor


async def test_a_worker_that_does_not_start_does_not_delay_ready(one_fails: Supervisor):
    failing, sound = one_fails.workers
    failing.short_lives = 10  # no restart before the test is over
    assert not one_fails.settled

    def is_settled() -> bool:
        one_fails.poll()
        return one_fails.settled

    await until(is_settled)
    assert (failing.serves, sound.serves) == (False, True)


async def test_a_connection_handed_to_a_stopped_worker_is_forwarded(one_fails: Supervisor):
    failing, sound = one_fails.workers
    failing.short_lives = 10
    here, there = socket.socketpair()
    with here, there:
        handshake = handshake_for(failing.number)
        workers = Workers(sound.number, sound.affinity_sockets[0], sound.affinity_sockets[1:])
        assert workers.hand_over(there.fileno(), handshake)

        def arrived() -> bool:
            one_fails.poll()
            return bool(select.select([sound.affinity_sockets[0]], [], [], 0)[0])

        await until(arrived)
        received, (descriptor,), *_ = socket.recv_fds(sound.affinity_sockets[0], 1024, 1)
        with socket.socket(fileno=descriptor) as connection:
            connection.send(b"served")
        assert (received, here.recv(6)) == (handshake, b"served")


@several_processes
async def test_no_request_waits_for_a_killed_worker(two_workers):
    victim = min(worker_pids(two_workers))
    os.kill(victim, signal.SIGKILL)
    await until(lambda: victim not in worker_pids(two_workers))
    bodies = [await asyncio.to_thread(get, f"{two_workers.url}/healthz/live") for _ in range(20)]
    assert bodies == [b"ok"] * 20


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as response:
        return response.read()


@several_processes
async def test_workers_do_not_outlive_the_supervisor(two_workers):
    orphans = worker_pids(two_workers)
    os.kill(two_workers.pid, signal.SIGKILL)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))


def serve(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    return forks.run(["manage.py", "serve", *arguments], server.env, 30)


@pytest.mark.once
def test_the_ready_message_names_the_addresses(server):
    log = server.log()
    assert f"Watchium is ready: {server.url}/" in log
    assert f"{server.url}/player/\n" in log


@pytest.mark.once
def test_several_processes_without_redis_are_rejected(server):
    result = serve(server, "--processes", "2")
    assert result.returncode == 1
    assert "REDIS_URL" in result.stderr


@pytest.mark.once
def test_a_taken_port_is_reported_in_one_line(server):
    result = serve(server, "--port", str(server.port))
    assert result.returncode == 2
    assert "Address already in use" in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


@pytest.mark.once
def test_a_database_without_tables_is_reported_in_two_lines(server, tmp_path):
    empty = Server(
        server.port, tmp_path, {**server.env, "WATCHIUM_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    )
    result = serve(empty)
    assert result.returncode == 1
    assert "manage.py migrate" in result.stderr
    assert "Traceback" not in result.stderr
