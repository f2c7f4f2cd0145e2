"""The production command: one process or several, and how it takes leave."""

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

from tests.servers import Server, redis, watchium_server
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.server.test_affinity import handshake_for
from watchium.server.affinity import Workers
from watchium.server.supervisor import Processes


@pytest.fixture
def two_children(where: dict[str, str]) -> Iterator[Server]:
    with (
        redis() as redis_url,
        watchium_server({**where, "REDIS_URL": redis_url, "WATCHIUM_PROCESSES": "2"}) as running,
    ):
        yield running


def children(server: Server) -> set[int]:
    listed = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text()
    return {int(pid) for pid in listed.split()}


async def until(what) -> None:
    async with asyncio.timeout(20):
        while not what():  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # another process's doing, which no event tells


async def test_who_is_told_to_stop_says_goodbye_and_ends_with_0(mortal_server):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        stopping = asyncio.create_task(asyncio.to_thread(mortal_server.terminate))
        goodbye = await bob.hear("closing")
        assert goodbye.payload.code == 4012
        assert (await alice.closed(), await bob.closed()) == (4012, 4012)
        assert await stopping == 0
    assert "Traceback" not in mortal_server.log()


async def test_what_was_said_before_the_stop_is_answered(mortal_server):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id) as alice:
        sayings = [asyncio.create_task(alice.say("seek", current_time=float(second))) for second in range(20)]
        await sayings[0]
        mortal_server.process.send_signal(signal.SIGTERM)
        answered = await asyncio.gather(*sayings)
        assert [answer.revision for answer in answered] == sorted(answer.revision for answer in answered)
        assert await alice.closed() == 4012


async def test_a_reader_that_reads_nothing_does_not_hold_up_the_stop(mortal_server):
    scene = await scene_on(mortal_server)
    async with scene.alice.enter(scene.room_id) as alice:
        alice.socket.transport.pause_reading()
        assert await asyncio.to_thread(mortal_server.terminate) == 0
        alice.socket.transport.resume_reading()  # else leaving would wait ten seconds for the server's last word


async def test_rooms_are_whole_over_several_processes(two_children):
    scene = await scene_on(two_children)
    assert len(children(two_children)) == 2
    async with scene.alice.enter(scene.room_id) as alice:
        entered = [scene.bob.enter(scene.room_id) for _ in range(8)]
        bobs = [await bob.__aenter__() for bob in entered]
        answer = await alice.say("seek", current_time=2.5)
        heard = [(await bob.hear("seek")).revision for bob in bobs]
        assert heard == [answer.revision] * 8
        for bob in entered:
            await bob.__aexit__(None, None, None)


async def test_a_child_that_dies_is_replaced_and_everybody_is_back(two_children):
    before = children(two_children)
    os.kill(min(before), signal.SIGKILL)
    await until(lambda: len(children(two_children) - before) == 1 and len(children(two_children)) == 2)
    scene = await scene_on(two_children)
    async with scene.alice.enter(scene.room_id) as alice:
        assert (await alice.say("pause")).revision


def test_a_child_that_ends_over_and_over_holds_up_no_other():
    with two_that_run("") as processes:
        failing, sound = processes.children
        before = [child.process for child in processes.children]
        for process in before:
            process.wait(30)
        failing.short_lives, sound.began_s = 4, sound.began_s - 60
        processes.look()
        assert failing.process is before[0]
        assert sound.process is not before[1]


@contextmanager
def two_that_run(program: str) -> Iterator[Processes]:
    """These words of Python instead of a server."""
    processes = Processes([sys.executable, "-c", program], "127.0.0.1", 0, 2)
    processes.children = processes._children()
    for child in processes.children:
        child.start(processes.command)
    yield processes
    for child in processes.children:
        child.pipe.close()
        child.process.wait(30)
        for line in child.lines:
            line.close()


# Its first number does not start; the other says that it serves, and stays until its parent is gone.
ONE_FAILS = """
import os, sys
number, pipe = int(sys.argv[2]), int(sys.argv[5])
if number == 0:
    sys.exit(1)
os.write(pipe, b"1")
os.read(pipe, 1)
"""


@pytest.fixture
def one_fails() -> Iterator[Processes]:
    with two_that_run(ONE_FAILS) as processes:
        yield processes


async def test_one_that_does_not_start_delays_nobody(one_fails: Processes):
    failing, sound = one_fails.children
    failing.short_lives = 10  # it is not tried again before the test is over
    assert not one_fails.settled

    def looked() -> bool:
        one_fails.look()
        return one_fails.settled

    await until(looked)
    assert (failing.serves, sound.serves) == (False, True)


async def test_a_connection_handed_to_one_that_does_not_serve_is_passed_on(one_fails: Processes):
    failing, sound = one_fails.children
    failing.short_lives = 10
    here, there = socket.socketpair()
    with here, there:
        handshake = handshake_for(failing.number)
        siblings = Workers(sound.number, sound.lines[0], sound.lines[1:])
        assert siblings.hand_over(there.fileno(), handshake)

        def arrived() -> bool:
            one_fails.look()
            return bool(select.select([sound.lines[0]], [], [], 0)[0])

        await until(arrived)
        words, (descriptor,), *_ = socket.recv_fds(sound.lines[0], 1024, 1)
        with socket.socket(fileno=descriptor) as connection:
            connection.send(b"served")
        assert (words, here.recv(6)) == (handshake, b"served")


async def test_nobody_waits_for_a_child_that_died(two_children):
    victim = min(children(two_children))
    os.kill(victim, signal.SIGKILL)
    await until(lambda: victim not in children(two_children))
    answers = [await asyncio.to_thread(get, f"{two_children.url}/healthz/live") for _ in range(20)]
    assert answers == [b"ok"] * 20


def get(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read()


async def test_children_do_not_outlive_their_parent(two_children):
    orphans = children(two_children)
    os.kill(two_children.pid, signal.SIGKILL)
    await until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in orphans))


def serve(server: Server, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "serve", *arguments], cwd=Path(__file__).parents[3], env=server.env,
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip


def test_where_to_go_is_said_when_it_listens(server):
    said = server.log()
    assert f"Watchium is ready: {server.url}/" in said
    assert f"{server.url}/player/\n" in said


def test_several_processes_without_redis_are_refused(server):
    refused = serve(server, "--processes", "2")
    assert refused.returncode == 1
    assert "REDIS_URL" in refused.stderr


def test_a_port_that_is_taken_is_said_in_a_line(server):
    refused = serve(server, "--port", str(server.port))
    assert refused.returncode == 2
    assert "Address already in use" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert "Traceback" not in refused.stderr


def test_a_database_without_tables_is_said_in_two_lines(server, tmp_path):
    empty = Server(
        server.port, tmp_path, {**server.env, "WATCHIUM_DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    )
    refused = serve(empty)
    assert refused.returncode == 1
    assert "manage.py migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
