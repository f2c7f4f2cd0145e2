"""Logs of running servers."""

from __future__ import annotations

import asyncio
import json

import pytest

from tests.servers import Server, watchium_server
from tests.watchium.consumers.fixtures import scene_on
from watchium.client import ProblemError

pytestmark = pytest.mark.once

INVALID_UTF8 = bytes([0x81, 0x82, 0, 0, 0, 0, 0xFF, 0xFE])  # a masked text frame of two bytes


async def test_json_logs_have_room_and_member_and_no_secrets(where: dict[str, str]):
    with watchium_server({**where, "WATCHIUM_LOG": "json", "LOG_LEVEL": "DEBUG"}) as server:
        scene = await scene_on(server, visibility="private", passphrase="open sesame")
        with pytest.raises(ProblemError):
            await asyncio.to_thread(scene.carol.join, scene.room_id, "Carol", "close sesame")
        with pytest.raises(ProblemError):
            await asyncio.to_thread(scene.bob.control, scene.room_id, "seek", current_time=60)
        lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    assert any(line.get("room") == scene.room_id and line.get("member") for line in lines)
    for secret in ("open sesame", "close sesame", scene.bob.token):
        assert secret not in server_log(lines)


def server_log(lines: list[dict[str, object]]) -> str:
    return "\n".join(map(str, lines))


async def test_a_frame_with_invalid_utf8_closes_its_socket_and_logs_nothing(killable_server: Server):
    scene = await scene_on(killable_server)
    before = killable_server.log()
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        bob.socket.transport.write(INVALID_UTF8)
        assert await bob.closed() == 1007
        await alice.say("comment", text="still here")
    assert killable_server.log() == before
