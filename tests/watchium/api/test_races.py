from __future__ import annotations

import asyncio
import contextlib
import http.client
from collections.abc import Iterator

import pytest

from tests.client import Client
from tests.servers import Server, watchium_server
from watchium.client import ProblemError


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server({"WATCHIUM_MAX_MEMBERS": "3"}) as running:
        yield running


@pytest.fixture
def room_id(server: Server) -> str:
    return Client(server.url).create_room(username="Alice", visibility="public").room_id


async def run_in_parallel(*calls) -> list:
    return await asyncio.gather(*(asyncio.to_thread(*call) for call in calls), return_exceptions=True)


async def test_parallel_joins_do_not_exceed_the_member_limit(server: Server, room_id: str):
    answers = await run_in_parallel(*((Client(server.url).join, room_id, f"Guest {n}") for n in range(8)))
    codes = sorted(a.code if isinstance(a, ProblemError) else a.role for a in answers)
    assert codes == ["member"] * 2 + ["room_full"] * 6


async def test_parallel_joins_of_one_person_make_one_member(server: Server, room_id: str):
    bob = Client(server.url)
    bob.create_room(username="Bob")
    answers = await run_in_parallel(*((bob.join, room_id) for _ in range(6)))
    assert {member.user_id for member in answers} == {bob.user_id}
    assert {member.username for member in answers} == {"Bob"}


async def test_parallel_commands_with_one_event_id_make_one_revision(server: Server):
    alice = Client(server.url)
    room_id = alice.create_room(media_url="/media/samples/clip.webm").room_id
    before = alice.state(room_id).revision
    answers = await run_in_parallel(
        *((lambda: alice.control(room_id, "seek", event_id="same", current_time=9),) for _ in range(20))
    )
    assert len(set(answers)) == 1, answers
    assert alice.state(room_id).revision == before + 1


def test_unusual_request_bodies_are_handled(server: Server):
    json = {"Content-Type": "application/json"}

    def send(body: object, headers: dict[str, str], *, chunked: bool = False, method: str = "POST") -> int:
        with contextlib.closing(
            http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        ) as connection:
            connection.request(method, "/api/rooms/", body, headers, encode_chunked=chunked)
            with connection.getresponse() as response:
                return response.status

    in_pieces = {**json, "Transfer-Encoding": "chunked"}
    assert send(iter([b'{"title":"', b"x" * 20_000, b'"}']), in_pieces, chunked=True) == 400
    assert send(iter([b"{", b"}"]), in_pieces, chunked=True) == 201
    assert send(b"x" * 4_000_000, json) == 413
    assert send(b"{}", {**json, "Content-Length": "-5"}) == 400
    assert send(b"{}", {**json, "Authorization": "Bearer " + "x" * 5000}) == 401
    assert send(b"{}", {**json, "Cookie": "sessionid=%00; csrftoken=\xff"}) == 403
    assert send(b'{"title": "a\\u0000b\\u202e", "username": "__proto__"}', json) == 201
    assert send(b"--x\r\n", {"Content-Type": "multipart/form-data; boundary=x"}) == 400
    assert send(None, {}, method="PUT") == 405
    assert "Traceback" not in server.log()
