"""Names, file names and messages of clients reach browsers and other clients cleaned, or not at all."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from tests.client import RoomClient
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected

DIRT = "\u202e\u2066\u200b\u200f\u2028\ufeff\r\n\t\x00\x1b[31m\x7f\x9b"
FILE = "private film 1984.mkv"
ARRIVES_LAST = "that was all"


def record(alice: RoomClient) -> list[str]:
    """All frames that arrive from now on, as they were sent."""
    frames: list[str] = []
    decode = alice.decode

    def recording(frame: str) -> Any:
        frames.append(frame)
        return decode(frame)

    alice.decode = recording  # type: ignore[method-assign, assignment]
    return frames


def texts(content: Any) -> Iterator[str]:
    match content:
        case str():
            yield content
        case dict():
            for key, value in content.items():
                yield key
                yield from texts(value)
        case list() | tuple():
            for value in content:
                yield from texts(value)


def unclean(content: Any) -> list[str]:
    """The texts with control, invisible or half characters."""
    return [
        text for text in texts(content) if {unicodedata.category(each) for each in text} & {"Cc", "Cf", "Cs"}
    ]


async def test_nothing_reaches_others_uncleaned(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Mia", scene.room_id) as mia,
        connected(syncplay_server.port, f"E{DIRT}ve") as eve,
    ):
        await mia.until(lambda client: client.room)
        frames = record(alice)
        eve.hello(scene.room_id)
        await eve.until_here()
        eve.open(name=f"{FILE}{DIRT}")
        eve.send(Set={"room": {"name": DIRT}, "ready": {"isReady": True, "manuallyInitiated": True}})
        eve.send(Set={"playlistChange": {"files": [f"{FILE}{DIRT}"]}, "features": {DIRT: True}})
        eve.send(Chat=f"one{DIRT}two")
        eve.send(Chat=ARRIVES_LAST)
        await mia.until(lambda client: any(text == ARRIVES_LAST for _, text in client.chat))
        while (await alice.hear("new_comment")).payload.text != ARRIVES_LAST:
            pass
        assert any("member_joined" in frame for frame in frames)
        assert not unclean([json.loads(frame) for frame in frames])
        assert not unclean([mia.chat, mia.members, mia.notices])
        assert FILE not in str([frames, mia.chat, mia.members])


@pytest.mark.parametrize("name", ["x" * 4000, "\ud800", DIRT, ""])
async def test_a_name_that_is_none_or_too_long(syncplay_server: SyncplayServer, name: str):
    scene = await scene_on(syncplay_server.server)
    async with (
        connected(syncplay_server.port, "Mia", scene.room_id) as mia,
        connected(syncplay_server.port, name) as eve,
    ):
        await mia.until(lambda client: client.room)
        eve.hello(scene.room_id)
        await eve.until(lambda client: client.room or client.error)
        if eve.room:
            await mia.until(lambda client: len(client.members) == 2)
            assert 0 < len(eve.name) <= 40
            assert not unclean([eve.name, mia.members])


async def test_a_message_of_four_thousand_characters_is_refused(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        tom.send(Chat="x" * 4000)
        await tom.until(lambda client: any("at most 500" in text for _, text in client.chat))
        assert not written(tom)


def written(client: ScriptedClient) -> list[str]:
    return [text for name, text in client.chat if name == client.name]
