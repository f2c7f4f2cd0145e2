"""A full disk, and a data folder without write permission."""

from __future__ import annotations

import asyncio
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.deployments import one_process
from tests.faults.support.invariants import everything_holds
from tests.faults.support.send_commands import say_until_accepted
from tests.guarantees.fixtures import scene_in
from tests.servers import ROOT, Server, watchium_server
from watchium.client import ProblemError

PAGE = 4096


@contextmanager
def full_disk(server: Server) -> Iterator[None]:
    """Limit the file size of the process to zero growth, so that writes fail as on a full disk."""
    before = resource.prlimit(server.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.pid, resource.RLIMIT_FSIZE, (PAGE, before[1]))
    try:
        yield
    finally:
        resource.prlimit(server.pid, resource.RLIMIT_FSIZE, before)


@pytest.mark.long
async def test_commands_on_a_full_disk_are_refused_as_unavailable_until_there_is_space():
    with watchium_server() as server:
        scene = await scene_in(one_process(server))
        async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
            answers = [await alice.say("play")]
            with full_disk(server):
                with pytest.raises(ProblemError) as refused:
                    await alice.say("seek", event_id="kept", current_time=5, timeout=30)
                assert refused.value.code == "unavailable"
                await bob.ping()
                with pytest.raises(ProblemError, match="unavailable"):
                    await asyncio.to_thread(scene.bob.comment, scene.room_id, "is it full?")
            answers.append(await say_until_accepted(alice, "seek", "kept", current_time=5))
            assert (alice.close_code, bob.close_code) == (None, None)
            await everything_holds(
                scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=[server]
            )


def nobody() -> list[str]:
    """Root may write everywhere, so root runs the server as another user."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv") or not os.access(sys.executable, os.X_OK):
        pytest.skip("running as root, and nobody else can be asked to try")
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@pytest.mark.parametrize("state", ["a folder of somebody else's", "a file"])
def test_an_unusable_data_folder_is_reported_in_one_line(tmp_path: Path, state: str):
    folder = tmp_path / "data"
    if state == "a file":
        folder.write_text("not a folder")
    else:
        folder.mkdir()
        folder.chmod(0o555)
    for above in [tmp_path, *tmp_path.parents]:
        if above.is_relative_to("/tmp") and above != Path("/tmp"):
            above.chmod(above.stat().st_mode | 0o055)
    env = {"PATH": os.environ["PATH"], "WATCHIUM_DATA_DIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    asked = subprocess.run(
        [*nobody(), sys.executable, str(ROOT / "manage.py"), "serve", "--port", "0"],
        cwd=ROOT, env=env, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    if "ModuleNotFoundError" in asked.stderr or "Permission denied: '/" in asked.stderr.split(str(folder))[0]:
        pytest.skip("nobody else can read this checkout")
    assert asked.returncode != 0
    assert "Traceback" not in asked.stderr, asked.stderr
    assert str(folder) in asked.stderr
