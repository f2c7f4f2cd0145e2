"""The real program with mpv in a room with a page's socket: follows, is followed, and is put back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.client import RoomClient
from tests.servers import ROOT, Missing, unavailable
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.live.real_client import RealClient, real_client

FILM = ROOT / "static" / "samples" / "clip.webm"
CLOSE_S = 0.3  # a busy machine included; how close a player stays is measured by the benchmark


@pytest.mark.once
async def test_mpv_follows_a_room_and_steers_it_by_the_rights_of_its_member(
    syncplay_server: SyncplayServer, tmp_path: Path
):
    scene = await scene_on(syncplay_server.server)
    try:
        async with (
            scene.alice.enter(scene.room_id) as alice,
            real_client(tmp_path, syncplay_server.port, "Tom", scene.room_id, FILM) as tom,
        ):
            await _from_tom(alice, "member_joined")
            log = (tmp_path / "log").read_text()
            assert "Secure connection established" in log or "This client does not support TLS" in log
            await _follows(alice, tom)
            await _is_put_back(alice, tom)
            await asyncio.to_thread(scene.alice.change_room, scene.room_id, control_policy="everyone")
            await _steers(alice, tom)
            await _writes(alice, tom)
            await _queues(alice, tom)
    except Missing as missing:
        unavailable(missing)


async def _from_tom(alice: RoomClient, kind: str, timeout_s: float = 20) -> Any:
    """The next event of this type that Tom caused."""
    while (payload := (await alice.hear(kind, timeout_s)).payload).username != "Tom":
        pass
    return payload


async def _pressed(alice: RoomClient, tom: RealClient, kind: str, name: str, value: Any) -> Any:
    """Press, and again if the program overwrites it: it gives its player one command in 50 ms, late ones included."""
    for _ in range(3):
        tom.mpv.press(name, value)
        with suppress(AssertionError):
            return await _from_tom(alice, kind, 4)
    raise AssertionError(f"no {kind} of Tom")


async def _follows(alice: RoomClient, tom: RealClient) -> None:
    mpv = tom.mpv
    await mpv.until(lambda mpv: mpv.position is not None)
    while not any(member.state == "paused" for member in (await alice.hear("presence", 20)).payload.members):
        pass  # its player has opened the file, and the room knows
    await alice.say("play")
    await mpv.until(lambda mpv: mpv.pause is False and mpv.position > 0)
    await alice.say("seek", current_time=20)
    await mpv.until(lambda mpv: mpv.position >= 20)
    await alice.say("pause", current_time=21)
    await mpv.until(lambda mpv: mpv.pause and abs(mpv.position - 21) < CLOSE_S)


async def _is_put_back(alice: RoomClient, tom: RealClient) -> None:
    before = alice.revision
    tom.mpv.press("pause", False)
    await tom.mpv.until(lambda mpv: mpv.pause is False)
    await tom.mpv.until(lambda mpv: mpv.pause)
    tom.mpv.press("time-pos", 60)
    await tom.mpv.until(lambda mpv: mpv.position > 59)
    await tom.mpv.until(lambda mpv: abs(mpv.position - 21) < CLOSE_S)
    assert alice.revision == before


async def _steers(alice: RoomClient, tom: RealClient) -> None:
    await _pressed(alice, tom, "play", "pause", False)
    assert 40 <= (await _pressed(alice, tom, "seek", "time-pos", 40)).current_time < 42
    paused = await _pressed(alice, tom, "pause", "pause", True)
    await tom.mpv.until(lambda mpv: mpv.pause and abs(mpv.position - paused.current_time) < CLOSE_S)


async def _writes(alice: RoomClient, tom: RealClient) -> None:
    tom.write("hello from mpv")
    assert (await _from_tom(alice, "new_comment")).text == "hello from mpv"


async def _queues(alice: RoomClient, tom: RealClient) -> None:
    tom.type("qa other.mkv")
    while not any(entry.media.title == "other.mkv" for entry in (await alice.hear("queue")).payload.entries):
        pass
