"""A real mpv in a room: one visit from joining to leaving, and what it says when it cannot join."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import Client, RoomClient
from tests.servers import ROOT, Server, watchium_server
from tests.servers.remote_mpv import RemoteMpv, until
from watchium.client import offset_and_delay
from watchium.client.mpv.own_copy import read_own
from watchium.client.sync.timeline import position_at

NEEDED = ("mpv", "ffmpeg")
pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, NEEDED)),
    reason=f"needs {' and '.join(NEEDED)} (apt-get install {' '.join(NEEDED)})",
)
LENGTH_S = 33.0
NEAR_S = 0.25  # of a room that plays, on a busy machine; the bench measures how near it really is
FRAME_S = 0.04


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("films") / "A film.mkv"
    picture, sound = f"testsrc2=s=160x90:r=25:d={LENGTH_S}", f"sine=440:d={LENGTH_S}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *inputs, *coding, str(path)], check=True, timeout=60)
    return path


def watching(*words: str, **kwargs) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "watchium.client.mpv", *words]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        **kwargs,
    )


@pytest.fixture
def mpv(tmp_path: Path) -> Iterator[Path]:
    """The socket of an mpv that runs, without picture and sound."""
    path = tmp_path / "mpv"
    options = [
        "--no-config",
        "--no-terminal",
        "--idle",
        "--vo=null",
        "--ao=null",
        f"--input-ipc-server={path}",
    ]
    process = subprocess.Popen(["mpv", *options])
    yield path
    process.kill()
    process.wait()


async def test_an_mpv_with_a_copy_of_its_own_follows_the_room_and_acts_in_it(
    server: Server, film: Path, mpv: Path
):
    host = Client(server.url)
    room_id = host.create_room(username="Mira", title="Friday").room_id
    own = read_own(film)
    copy = {"size": own.size, "sha256": own.sha256, "duration": LENGTH_S}
    host.control(room_id, "load", own=copy)
    player = RemoteMpv(mpv)
    client = watching(f"{server.url}/rooms/{room_id}/", str(film), "--name", "Tom", "--mpv-socket", str(mpv))
    try:
        async with host.enter(room_id) as room:
            beating = asyncio.create_task(beat(room))
            ahead_ms = await ahead_of_here(room)

            def apart_s() -> float:
                value, at_s, _ = player.timed("audio-pts")
                return abs((value or -9.0) - position_at(room.timeline, at_s * 1000 + ahead_ms))

            while (tom := (await room.hear("member_joined", timeout=20)).payload).username != "Tom":
                pass
            await room.say("play", current_time=3)
            await eventually(lambda: not player.get("pause") and apart_s() < NEAR_S, "it plays with the room")
            await room.say("seek", current_time=20)
            await eventually(lambda: apart_s() < NEAR_S, "it is where the room went")
            await room.say("set_rate", rate=1.25)
            await eventually(
                lambda: player.get("audio-pitch-correction"), "it keeps the pitch at another speed"
            )
            await room.say("set_rate", rate=1.0)

            player.set("pause", True)
            await eventually(lambda: not player.get("pause"), "a pause without the right is put back")
            assert room.timeline.is_playing

            await room.say("pause", current_time=12)
            await eventually(
                lambda: player.get("pause") and stands_at(player, 12.0), "it stands at the room's frame"
            )
            await room.say("set_right", user_id=tom.user_id, right="control", allowed=True)
            room.received()
            player.command("seek", 30, "absolute+exact")
            assert (await room.hear("seek")).payload.current_time == pytest.approx(30, abs=FRAME_S)
            player.set("pause", False)
            assert (await room.hear("play")).payload.username == "Tom"

            await room.say("load", media_url="http://127.0.0.1:9/nothing.mp4")
            await eventually(lambda: player.get("path") is None, "it cannot open that")
            await room.say("load", own=copy)
            await room.say("play", current_time=5)
            await eventually(
                lambda: not player.get("pause") and apart_s() < NEAR_S, "it plays the next media"
            )

            player.command("script-message", "say", "hello from mpv")
            while (await room.hear("new_comment")).payload.text != "hello from mpv":
                pass
            player.command("quit")
            assert (await room.hear("member_left", timeout=10)).payload.user_id == tom.user_id
            beating.cancel()
        assert client.wait(10) == 0
    finally:
        player.close()
        client.kill()
        printed, _ = client.communicate()
    assert "You are Tom in this room." in printed


async def beat(room: RoomClient) -> None:
    """Stay present, as a member without a player."""
    while True:
        await room.send("heartbeat", current_time=0, is_playing=False, is_synced=True, state="companion")
        await asyncio.sleep(3)


async def ahead_of_here(room: RoomClient) -> float:
    """The server's clock minus the monotonic clock of this host, in milliseconds."""
    exchanges = [await room.exchange() for _ in range(5)]
    measured = [offset_and_delay(pong.t0, pong.t1, pong.t2, t3) for pong, t3 in exchanges]
    return min(measured, key=lambda one: one[1])[0]


def stands_at(player: RemoteMpv, position_s: float) -> bool:
    position = player.get("time-pos")
    return position is not None and -0.002 <= position_s - position <= FRAME_S + 0.002


async def eventually(check, what: str) -> None:
    await asyncio.to_thread(until, check, what)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mpv", "no-such-mpv"], "There is no program no-such-mpv"),
        (["--", "--no-such-option=1"], "mpv ended at once"),
    ],
)
def test_it_says_why_mpv_does_not_run(server: Server, words: list[str], said: str):
    client = watching(f"{server.url}/rooms/k7m2p9x4wd/", *words)
    _, complaint = client.communicate(timeout=30)
    assert client.returncode == 1
    assert said in complaint


def test_it_says_why_it_cannot_join(server: Server, mpv: Path):
    room_id = (
        Client(server.url)
        .create_room(username="Mira", visibility="private", passphrase="the right one")
        .room_id
    )
    cases = [
        ([f"{server.url}/rooms/k7m2p9x4wd/"], "There is no such room at this address."),
        ([f"{server.url}/rooms/{room_id}/", "--passphrase", "wrong"], "name it with --passphrase"),
        (["http://127.0.0.1:9/rooms/k7m2p9x4wd/"], "refused"),
    ]
    clients = [watching(*words, "--mpv-socket", str(mpv)) for words, _ in cases]
    for client, (_, said) in zip(clients, cases, strict=True):
        _, complaint = client.communicate(timeout=30)
        assert client.returncode == 1
        assert said in complaint
