from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import AsyncExitStack

import pytest
import websockets
from django.conf import settings
from django.test import Client

from rooms.models import Person, Room
from tests.conftest import SYNCPLAY_PROXY
from tests.servers import Server, free_port, watchium_server
from tests.watchium.api.callers import ApiCase
from tests.watchium.consumers.fixtures import Scene, scene_on
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected
from watchium.client import ProblemError
from watchium.client.room_state import type_of
from watchium.middleware.address_sockets import AddressSockets

PER_ADDRESS, PER_DEVICE = 6, 3


@pytest.fixture(scope="module")
def small_house():
    """A server with a low socket limit, behind a proxy that adds client addresses."""
    few = {
        "WATCHIUM_BEHIND_PROXY": "1",
        "WATCHIUM_MAX_SOCKETS_PER_ADDRESS": str(PER_ADDRESS),
        "WATCHIUM_MAX_SOCKETS_PER_DEVICE": str(PER_DEVICE),
        "WATCHIUM_SYNCPLAY": str(free_port()),
        "WATCHIUM_SYNCPLAY_PROXIES": SYNCPLAY_PROXY,
    }
    with watchium_server(few) as running:
        yield running


def until_refused(call):
    """Return the responses up to the first refusal; a slow machine may get more, but less than twice as many."""
    answers = []
    for number in range(2 * settings.LIMITS["join"][0]):
        answers.append(call(number))
        if answers[-1].status_code != 200:
            break
    return answers


class Rows(ApiCase):
    """Requests that create rows are rate limited by address, before they create any."""

    @pytest.mark.usefixtures("frozen_clock")
    def test_rooms(self):
        flood = Client(REMOTE_ADDR="198.51.100.20")
        for _ in range(settings.LIMITS["new_room"][0]):
            assert flood.post("/api/rooms/", {}, "application/json").status_code in (201, 409)
        made, people = Room.objects.count(), Person.objects.count()
        assert made == settings.LIMITS["new_room"][0] + 1
        late = Client(REMOTE_ADDR="198.51.100.20").post("/api/rooms/", {}, "application/json")
        problem = self.refused(late, 429, "rate_limited")
        assert problem["retry_after_ms"] > 0
        page = Client(REMOTE_ADDR="198.51.100.20").post("/", {})
        assert page.context["errors"].keys() == {"form"}
        assert (Room.objects.count(), Person.objects.count()) == (made, people)
        assert Client(REMOTE_ADDR="198.51.100.21").post("/", {}).status_code == 302

    def test_joins(self):
        def join(address: str):
            return Client(REMOTE_ADDR=address).post(self.url("join/"), {}, "application/json")

        answers = until_refused(lambda _: join("198.51.100.22"))
        assert len(answers) > settings.LIMITS["join"][0]
        assert Person.objects.filter(
            user_id__in=[answer.json().get("user_id") for answer in answers]
        ).count() == len(answers[:-1])
        self.refused(answers[-1], 429, "rate_limited")
        assert join("198.51.100.23").status_code == 200

    @pytest.mark.usefixtures("frozen_clock")
    def test_changes_of_a_room(self):
        times = int(settings.LIMITS["room_change"][0])
        for number in range(times):
            assert self.as_alice.patch(self.url(), {"title": f"movie {number}"}).status_code == 200
        revision = Room.objects.get(pk=self.room.pk).revision
        problem = self.refused(self.as_alice.patch(self.url(), {"title": "late"}), 429, "rate_limited")
        assert problem["retry_after_ms"] > 0
        assert Room.objects.get(pk=self.room.pk).revision == revision

    def test_an_ipv6_network_is_counted_once_for_all_its_addresses(self):
        def join(number: int):
            address = f"2001:db8:5:5::{number:x}"
            return Client(REMOTE_ADDR=address).post(self.url("join/"), {}, "application/json")

        self.refused(until_refused(join)[-1], 429, "rate_limited")


# How many are delivered at most: the burst, and the refill on a slow machine.
WORDS = {
    "comment": ({"text": "x"}, "new_comment", 5),
    "reaction": ({"emoji": "👍"}, "reaction", 10),
    "typing": ({}, "typing", 2),
}


@pytest.mark.parametrize("kind", WORDS)
async def test_a_member_who_floods_a_room_is_slowed_down_and_no_other(server: Server, kind: str):
    scene = await scene_on(server)
    payload, seen_as, burst = WORDS[kind]
    sent = 12 * burst
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await bob.hear("member_joined")
        for number in range(sent):
            await bob.send(kind, event_id=f"{kind}{number}", **payload)
            if number % 10 == 9:
                await bob.ping()  # acknowledged while other commands still wait
        with contextlib.suppress(
            ProblemError
        ):  # her commands are handled in order: all of the above are done
            await bob.say("comment", text="over")
        await alice.say("comment", text="the end")
        seen = 0
        while True:
            event = await alice.next_event()
            seen += (
                type_of(event) == seen_as
                and getattr(event.payload, "user_id", None) == bob.welcome.you.user_id
            )
            if type_of(event) == "new_comment" and event.payload.text == "the end":
                break
        assert 0 < seen < sent / 2
        if kind != "typing":  # nothing to add
            error = (await bob.hear("error")).payload
            assert error.code == "rate_limited"
            assert error.retry_after_ms > 0


def socket_of(server: Server, path: str, address: str, **headers: str) -> websockets.connect:
    sent = {"X-Forwarded-For": address, "Authorization": "Bearer x", **headers}
    return websockets.connect(server.ws_url + path, additional_headers=sent)


async def greeting(socket: websockets.ClientConnection) -> tuple[str, int | None]:
    """Return the error code, or the type of the first event; and the close code."""
    said = json.loads(await asyncio.wait_for(socket.recv(), 5))
    if said["type"] != "error":
        return said["type"], None
    await asyncio.wait_for(socket.wait_closed(), 5)
    return said["payload"]["code"], socket.close_code


async def in_lobby(server: Server, address: str, stack: AsyncExitStack) -> tuple[str, int | None]:
    return await greeting(await stack.enter_async_context(socket_of(server, "/ws/lobby/", address)))


async def test_an_address_has_a_socket_limit_that_closed_sockets_free(small_house: Server):
    async with AsyncExitStack() as stack:
        async with AsyncExitStack() as others:
            for number in range(PER_ADDRESS):
                assert await in_lobby(small_house, "203.0.113.1", stack if number % 2 else others) == (
                    "lobby",
                    None,
                )
            assert await in_lobby(small_house, "203.0.113.1", stack) == ("rate_limited", 4029)
            assert await in_lobby(small_house, "10.0.0.1, 203.0.113.1", stack) == ("rate_limited", 4029)
            assert await in_lobby(small_house, "203.0.113.2", stack) == ("lobby", None)
        # The server detects the close after the client: retry until it has.
        async with asyncio.timeout(10):
            while await in_lobby(small_house, "203.0.113.1", stack) != ("lobby", None):
                pass


async def in_player(server: Server, room_id: str, address: str, stack: AsyncExitStack) -> ScriptedClient:
    """A client of Syncplay, in the room or refused."""
    port, header = (
        int(server.env["WATCHIUM_SYNCPLAY"]),
        f"PROXY TCP4 {address} 10.0.0.1 4711 8999\r\n".encode(),
    )
    client = await stack.enter_async_context(
        connected(port, "Tom", room_id, local_address=SYNCPLAY_PROXY, header=header)
    )
    await client.until_closed_or(lambda client: client.room)
    return client


async def test_native_players_count_towards_the_sockets_of_their_address(small_house: Server):
    scene: Scene = await scene_on(small_house)
    async with AsyncExitStack() as stack:
        tom = await in_player(small_house, scene.room_id, "203.0.113.5", stack)
        for _ in range(PER_ADDRESS - 1):
            assert await in_lobby(small_house, "203.0.113.5", stack) == ("lobby", None)
        assert await in_lobby(small_house, "203.0.113.5", stack) == ("rate_limited", 4029)
        assert not (await in_player(small_house, scene.room_id, "203.0.113.5", stack)).room
        assert (await in_player(small_house, scene.room_id, "203.0.113.6", stack)).room
        await tom.leave()
        async with asyncio.timeout(10):
            while await in_lobby(small_house, "203.0.113.5", stack) != ("lobby", None):
                pass


async def test_rejected_sockets_count_only_while_they_are_open(
    small_house: Server,
):
    async with AsyncExitStack() as stack:
        for _ in range(3 * PER_ADDRESS):
            socket = await stack.enter_async_context(
                socket_of(small_house, "/ws/rooms/zzzzzzzzzz/", "203.0.113.3")
            )
            assert (await greeting(socket))[0] in ("not_member", "rate_limited")
        async with asyncio.timeout(10):
            while await in_lobby(small_house, "203.0.113.3", stack) != ("lobby", None):
                pass


async def test_loopback_has_no_connection_limit(small_house: Server):
    async with AsyncExitStack() as stack:
        for _ in range(2 * PER_ADDRESS):
            assert await in_lobby(small_house, "127.0.0.1", stack) == ("lobby", None)


async def test_the_rate_of_new_sockets_is_limited():
    sockets = AddressSockets()
    waits = [sockets.wait_ms("203.0.113.9") for _ in range(settings.LIMITS["socket"][0] + 1)]
    assert not any(waits[:-1])
    assert waits[-1] > 0


async def test_a_browser_has_a_limit_of_room_tabs(small_house: Server):
    scene: Scene = await scene_on(small_house)
    from tests.watchium.web.cookie_client import Browser

    browser = Browser(small_house)
    browser.get("/")
    browser.post(f"/rooms/{scene.room_id}/", username="Dana")
    async with AsyncExitStack() as stack:
        for _ in range(PER_DEVICE):
            await stack.enter_async_context(browser.enter(scene.room_id))
        assert await browser.status_at(scene.room_id) == 4509


async def test_a_token_has_a_limit_of_room_sockets(small_house: Server):
    scene: Scene = await scene_on(small_house)
    async with AsyncExitStack() as stack:
        for _ in range(PER_DEVICE):
            await stack.enter_async_context(scene.bob.enter(scene.room_id))
        with pytest.raises(ProblemError) as refused:
            await stack.enter_async_context(scene.bob.enter(scene.room_id))
        assert refused.value.status == 4509
        await stack.enter_async_context(scene.alice.enter(scene.room_id))
