from __future__ import annotations

import asyncio
import http.client
import json

import pytest
import websockets

from tests.servers import Server
from tests.watchium.consumers.fixtures import Scene, scene_on
from watchium.protocol.errors import CloseCode

NUL = "\0"
COMMANDS = {
    "remove_member": {"user_id": f"g_{NUL}"},
    "ban_member": {"user_id": f"g_{NUL}", "minutes": 5},
    "transfer_host": {"user_id": NUL},
    "set_moderator": {"user_id": NUL, "moderator": True},
    "buffer_start": {"current_time": 1, "state": NUL},
    "buffer_end": {"current_time": 1, "duration_ms": 5, "reason": NUL},
    "load": {"media_url": f"http://host/{NUL}.mp4"},
    "comment": {"text": NUL},
    "react": {"emoji": NUL},
}


def call(server: Server, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest(method, path)
    raw = b"" if body is None else json.dumps(body).encode()
    for name, value in {
        "Content-Type": "application/json",
        "Content-Length": str(len(raw)),
        **headers,
    }.items():
        connection.putheader(name, value)
    connection.endheaders(raw)
    response = connection.getresponse()
    answered = response.status, response.read()
    connection.close()
    return answered


async def code_of(socket: websockets.ClientConnection, command: dict[str, object]) -> str:
    """Return the error code of the command, or `done`."""
    await socket.send(json.dumps(command))
    while True:
        said = json.loads(await asyncio.wait_for(socket.recv(), 10))
        if said["type"] not in ("error", "ack") or said["payload"].get("event_id") != command["event_id"]:
            continue
        return str(said["payload"].get("code", "done"))


@pytest.fixture
async def scene(server: Server) -> Scene:
    return await scene_on(server)


def alarms(server: Server) -> list[str]:
    log = server.log()
    return [word for word in ("Traceback", "did not answer", "database is not ready") if word in log]


async def test_a_nul_in_a_command_is_a_bad_message_and_logs_no_error(server: Server, scene: Scene):
    headers = {"Authorization": f"Bearer {scene.alice.token}"}
    url = f"{server.ws_url}/ws/rooms/{scene.room_id}/"
    async with websockets.connect(url, additional_headers=headers) as socket:
        await socket.recv()
        for number, (kind, payload) in enumerate(COMMANDS.items()):
            command = {"type": kind, "event_id": f"nul{number}", "payload": payload}
            if kind.startswith("buffer"):  # it is not acknowledged
                await socket.send(json.dumps(command))
                continue
            code = await code_of(socket, command)
            assert code not in ("unavailable", "internal"), kind
        assert await code_of(socket, {"type": "pause", "event_id": "after", "payload": {}}) == "done"
    assert not alarms(server)


async def test_a_nul_over_http_is_a_client_error(server: Server, scene: Scene):
    bearer = {"Authorization": f"Bearer {scene.alice.token}"}
    room = f"/api/rooms/{scene.room_id}/"
    answers = {
        "make": call(server, "POST", "/api/rooms/", {"username": f"a{NUL}b", "title": NUL, "passphrase": NUL}),
        "join": call(server, "POST", f"{room}join/", {"username": f"{NUL}x{NUL}"}),
        "change": call(server, "PATCH", room, {"title": NUL}, **bearer),
        "comment": call(server, "POST", f"{room}comments/", {"event_id": "n", "text": NUL}, **bearer),
        "control": call(
            server, "POST", f"{room}commands/",
            {"type": "remove_member", "event_id": "r", "payload": {"user_id": NUL}}, **bearer,
        ),
        "search": call(server, "GET", "/api/library/?q=%00&album=%00", **bearer),
        "mark": call(server, "GET", "/api/library/?after=%00", **bearer),
        "room": call(server, "GET", "/rooms/%00/"),
        "cover": call(server, "GET", "/media/covers/%00"),
        "session": call(server, "GET", "/", Cookie='sessionid="abcdefgh\\000"'),
        "api session": call(server, "GET", "/api/player/", Cookie='sessionid="abcdefgh\\000"'),
        "sign in": call(server, "GET", "/accounts/login/?next=%00"),
    }  # fmt: skip
    assert {name: status for name, (status, _) in answers.items() if status >= 500} == {}
    assert answers["session"][0] == 200  # an invalid session
    assert not alarms(server)


@pytest.mark.parametrize("path", ["/ws/rooms/%00/", "/ws/rooms/abc%00def/", "/ws/player/?tab=%00", "/ws/%00"])
async def test_a_nul_in_the_url_of_a_socket_closes_without_a_reconnect(server: Server, path: str):
    headers = {"Authorization": "Bearer x"}
    async with websockets.connect(server.ws_url + path, additional_headers=headers) as socket:
        said = json.loads(await asyncio.wait_for(socket.recv(), 10))
        assert said["type"] == "error"
        await asyncio.wait_for(socket.wait_closed(), 10)
    assert socket.close_code == CloseCode.NOT_A_MEMBER
    assert not alarms(server)
