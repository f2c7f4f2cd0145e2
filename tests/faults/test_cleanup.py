"""Cleanup beside live rooms, twice in parallel, and killed half-way, on a log like an old deployment's."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from tests.deployments import Deployment
from tests.faults.support.backups import run_sql
from tests.faults.support.invariants import everything_holds
from tests.faults.support.send_commands import say_until_accepted
from tests.guarantees.fixtures import scene_in
from tests.servers import ROOT, Server

OLD = "2020-01-01 00:00:00+00:00"
ROWS = 3000


def an_old_room(server: Server, room_id: str) -> None:
    """A room inactive since 2020, with a long log of changes and other events."""
    this = f"(SELECT id FROM rooms_room WHERE room_id = '{room_id}')"
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)" % ROWS  # noqa: UP031
    run_sql(
        server,
        f"{numbers} INSERT INTO playback_playbackevent"
        " (room_id, type, content_hash, at_ms, position, rate, phase, duration_source, metadata, created_at)"
        f" SELECT {this}, 'buffer_start', '', i, 0, 1, 'playing', 'exact', '{{}}', '{OLD}' FROM n",
    )
    run_sql(server, f"UPDATE rooms_room SET last_active_at = '{OLD}' WHERE room_id = '{room_id}'")


def cleaning(server: Server) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "maintain"], cwd=ROOT, env=server.env, stdout=subprocess.DEVNULL
    )


@pytest.mark.long
async def test_repeated_parallel_and_killed_cleanup_deletes_nothing_of_a_live_room(
    deployment: Deployment,
):
    scene = await scene_in(deployment)
    silent = await asyncio.to_thread(scene.carol.create_room, title="long ago")
    an_old_room(deployment.here, silent.room_id)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = []
        for turn in range(3):
            both = [cleaning(deployment.here), cleaning(deployment.there)]
            while any(one.poll() is None for one in both):
                number = len(answers)
                answers.append(
                    await say_until_accepted(alice, "seek", f"s{number}", current_time=number % 60)
                )
                if turn == 0 and len(answers) == 4:
                    os.kill(both[0].pid, signal.SIGKILL)
                await asyncio.sleep(0.2)
            assert both[1].returncode == 0
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=deployment.servers
        )
    left = await asyncio.to_thread(
        deployment.here.manage, "shell", "-c",
        "from playback.models import PlaybackEvent;"
        f"print('left', PlaybackEvent.objects.filter(room__room_id='{silent.room_id}', type='buffer_start').count())",
    )  # fmt: skip
    assert left.split()[-1] == "0"
