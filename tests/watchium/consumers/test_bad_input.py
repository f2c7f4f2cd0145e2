from __future__ import annotations

import asyncio
import json

import pytest
import websockets

from tests.servers import Server
from tests.watchium.consumers.fixtures import scene_on

pytestmark = pytest.mark.promise(17)

BAD = {
    "not JSON": "hello",
    "empty": "",
    "a list": "[]",
    "null": "null",
    "a number": "3",
    "unknown type": '{"type": "explode"}',
    "no type": "{}",
    "a type of another kind": '{"type": 7}',
    "missing field": '{"type": "seek", "event_id": "a", "payload": {}}',
    "missing event_id": '{"type": "play", "payload": {}}',
    "extra field": '{"type": "play", "event_id": "a", "payload": {"volume": 3}}',
    "mistyped field": '{"type": "seek", "event_id": "a", "payload": {"current_time": "3"}}',
    "boolean for a number": '{"type": "seek", "event_id": "a", "payload": {"current_time": true}}',
    "NaN": '{"type": "seek", "event_id": "a", "payload": {"current_time": NaN}}',
    "Infinity": '{"type": "seek", "event_id": "a", "payload": {"current_time": Infinity}}',
    "1e999": '{"type": "seek", "event_id": "a", "payload": {"current_time": 1e999}}',
    "5000 digits": '{"type": "seek", "event_id": "a", "payload": {"current_time": ' + "9" * 5000 + "}}",
    "negative": '{"type": "seek", "event_id": "a", "payload": {"current_time": -1}}',
    "absurd": '{"type": "seek", "event_id": "a", "payload": {"current_time": 1e12}}',
    "a rate of zero": '{"type": "set_rate", "event_id": "a", "payload": {"rate": 0}}',
    "deep nesting": "[" * 8000,
    "deep nesting inside": '{"type": "play", "event_id": "a", "payload": '
    + '{"a":' * 2000
    + "1"
    + "}" * 2000
    + "}",
    "a lone surrogate": '{"type": "comment", "event_id": "a", "payload": {"text": "\\ud800"}}',
    "a control character as event_id": '{"type": "play", "event_id": "a\\u0000"}',
    "a long event_id": json.dumps({"type": "play", "event_id": "a" * 65}),
    "a script as media": '{"type": "load", "event_id": "b1", "payload": {"media_url": "javascript:alert(1)"}}',
    "an empty comment": '{"type": "comment", "event_id": "b2", "payload": {"text": "\\u200b\\u202e "}}',
}
CODES = {"a script as media": {"bad_message", "unknown_media"}}


@pytest.mark.parametrize("name", BAD)
async def test_bad_input_gets_an_error_and_closes_no_socket(server: Server, name: str):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        tracebacks = server.log().count("Traceback")
        await alice.send_frame(BAD[name])
        error = await alice.hear("error")
        assert error.payload.code in CODES.get(name, {"bad_message"}), error.payload
        assert error.payload.message
        await alice.say("comment", text="still here")
        await bob.say("comment", text="me too")
        assert server.log().count("Traceback") == tracebacks


async def test_an_error_names_the_command_if_its_event_id_can_be_read(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.send_frame(BAD["missing field"])
        assert (await alice.hear("error")).payload.event_id == "a"
        await alice.send_frame(BAD["not JSON"])
        assert (await alice.hear("error")).payload.event_id is None


async def test_an_oversized_query_string_is_ignored(server: Server):
    scene = await scene_on(server)
    headers = {"Authorization": f"Bearer {scene.alice.token}"}
    for query in ("&".join(f"a{number}=1" for number in range(20)), f"revision=0&comment_seq={'9' * 30}"):
        address = f"{server.ws_url}/ws/rooms/{scene.room_id}/?{query}"
        async with websockets.connect(address, additional_headers=headers) as socket:
            assert json.loads(await socket.recv())["type"] == "welcome"


async def test_binary_frames_get_an_error(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.send_frame(b'{"type": "leave"}')
        assert (await alice.hear("error")).payload.code == "bad_message"
        await alice.say("play")


async def test_a_long_frame_gets_an_error_and_a_far_longer_one_closes_its_socket(server: Server):
    scene = await scene_on(server)
    async with scene.bob.enter(scene.room_id) as bob:
        async with scene.alice.enter(scene.room_id) as alice:
            await alice.send_frame(
                json.dumps({"type": "comment", "event_id": "a", "payload": {"text": "x" * 17_000}})
            )
            assert (await alice.hear("error")).payload.code == "too_long"
            await alice.say("play")
            await alice.send_frame("x" * 100_000)
            assert await alice.closed() == 1009
        await bob.say("comment", text="still here")


async def test_a_comment_has_a_maximum_length(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.send_frame(
            json.dumps({"type": "comment", "event_id": "long", "payload": {"text": "x" * 501}})
        )
        error = await alice.hear("error")
        assert (error.payload.code, error.payload.event_id) == ("too_long", "long")


async def test_invalid_utf_8_closes_only_its_own_socket(server: Server):
    scene = await scene_on(server)
    async with scene.bob.enter(scene.room_id) as bob:
        headers = {"Authorization": f"Bearer {scene.alice.token}"}
        address = f"{server.ws_url}/ws/rooms/{scene.room_id}/"
        async with websockets.connect(address, additional_headers=headers) as socket:
            await socket.recv()
            await socket.send(b'{"type": "\xff"}', text=True)
            await asyncio.wait_for(socket.wait_closed(), 5)
            assert socket.close_code != 1011
        await bob.say("comment", text="still here")


async def test_twenty_bad_messages_in_a_minute_close_that_one_socket(server: Server):
    scene = await scene_on(server)
    async with scene.bob.enter(scene.room_id) as bob, scene.alice.enter(scene.room_id) as alice:
        for _ in range(22):
            await alice.send_frame("nonsense")
        assert await alice.closed() == 4029
        await bob.say("comment", text="still here")


async def test_too_many_heartbeats_are_rate_limited_and_close_no_socket(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        for _ in range(12):
            await alice.send("heartbeat", current_time=0, is_playing=False, is_synced=True)
        error = await alice.hear("error")
        assert error.payload.code == "rate_limited"
        assert error.payload.retry_after_ms > 0
        await alice.say("play")


async def test_an_unknown_socket_address_is_rejected(server: Server):
    async with websockets.connect(
        f"{server.ws_url}/ws/nowhere/", additional_headers={"Authorization": "Bearer x"}
    ) as socket:
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 4501


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_gets_no_socket(server: Server, origin: str):
    async with websockets.connect(
        f"{server.ws_url}/ws/lobby/", additional_headers={"Origin": origin}
    ) as socket:
        await asyncio.wait_for(socket.wait_closed(), 5)
        assert socket.close_code == 4501
