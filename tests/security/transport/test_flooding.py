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
from tests.servers import Server, watchium_server
from tests.watchium.api.callers import ApiCase
from tests.watchium.consumers.fixtures import Scene, scene_on
from watchium.client import ProblemError
from watchium.client.room_state import type_of
from watchium.middleware import connection_limit

PER_ADDRESS, PER_DEVICE = 6, 3


@pytest.fixture(scope="module")
def small_house():
    """With few sockets for each, behind a proxy that says where people are."""
    few = {
        "WATCHIUM_BEHIND_PROXY": "1",
        "WATCHIUM_MAX_SOCKETS_PER_ADDRESS": str(PER_ADDRESS),
        "WATCHIUM_MAX_SOCKETS_PER_DEVICE": str(PER_DEVICE),
    }
    with watchium_server(few) as running:
        yield running


def until_refused(call):
    """Its answers until one is a refusal; a slow machine is given more while it goes on, but not twice as much."""
    answers = []
    for number in range(2 * settings.LIMITS["join"][0]):
        answers.append(call(number))
        if answers[-1].status_code != 200:
            break
    return answers


class Rows(ApiCase):
    """What makes rows, from one address: made to wait before any are made."""

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

    def test_one_line_of_ipv6_is_counted_once_however_many_addresses_it_uses(self):
        def join(number: int):
            address = f"2001:db8:5:5::{number:x}"
            return Client(REMOTE_ADDR=address).post(self.url("join/"), {}, "application/json")

        self.refused(until_refused(join)[-1], 429, "rate_limited")


# How much of it gets through at once at most, to those who see it: its burst, and what a slow machine adds to that.
WORDS = {
    "comment": ({"text": "x"}, "new_comment", 5),
    "reaction": ({"emoji": "👍"}, "reaction", 10),
    "typing": ({}, "typing", 2),
}


@pytest.mark.parametrize("kind", WORDS)
async def test_whoever_floods_a_room_with_words_is_slowed_down_and_nobody_else(server: Server, kind: str):
    scene = await scene_on(server)
    payload, seen_as, burst = WORDS[kind]
    sent = 12 * burst
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await bob.hear("member_joined")
        for number in range(sent):
            await bob.send(kind, event_id=f"{kind}{number}", **payload)
            if number % 10 == 9:
                await bob.ping()  # answered, however many are still waiting to be refused
        with contextlib.suppress(ProblemError):  # what she says is done in turn: all of the above is
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
        if kind != "typing":  # of which there is nothing to say
            error = (await bob.hear("error")).payload
            assert error.code == "rate_limited"
            assert error.retry_after_ms > 0


def socket_of(server: Server, path: str, address: str, **headers: str) -> websockets.connect:
    sent = {"X-Forwarded-For": address, "Authorization": "Bearer x", **headers}
    return websockets.connect(server.ws_url + path, additional_headers=sent)


async def greeting(socket: websockets.ClientConnection) -> tuple[str, int | None]:
    """The code of what it was refused with, else what it was greeted with; and with which code it was closed."""
    said = json.loads(await asyncio.wait_for(socket.recv(), 5))
    if said["type"] != "error":
        return said["type"], None
    await asyncio.wait_for(socket.wait_closed(), 5)
    return said["payload"]["code"], socket.close_code


async def in_lobby(server: Server, address: str, stack: AsyncExitStack) -> tuple[str, int | None]:
    return await greeting(await stack.enter_async_context(socket_of(server, "/ws/lobby/", address)))


async def test_an_address_has_so_many_sockets_and_gets_new_ones_for_those_it_closes(small_house: Server):
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
        # The server notices a moment after the browser: asked until it has.
        async with asyncio.timeout(10):
            while await in_lobby(small_house, "203.0.113.1", stack) != ("lobby", None):
                pass


async def test_sockets_that_are_turned_away_for_another_reason_count_only_while_they_are_open(
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


async def test_the_machine_itself_is_not_counted(small_house: Server):
    async with AsyncExitStack() as stack:
        for _ in range(2 * PER_ADDRESS):
            assert await in_lobby(small_house, "127.0.0.1", stack) == ("lobby", None)


async def test_sockets_are_opened_no_faster_than_that():
    limit = connection_limit.ConnectionLimit(lambda *_: None)
    waits = [limit._wait_ms("203.0.113.9") for _ in range(settings.LIMITS["socket"][0] + 1)]
    assert not any(waits[:-1])
    assert waits[-1] > 0


async def test_a_browser_has_so_many_tabs_of_rooms(small_house: Server):
    scene: Scene = await scene_on(small_house)
    from tests.watchium.web.cookie_client import Browser

    browser = Browser(small_house)
    browser.get("/")
    browser.post(f"/rooms/{scene.room_id}/", username="Dana")
    async with AsyncExitStack() as stack:
        for _ in range(PER_DEVICE):
            await stack.enter_async_context(browser.enter(scene.room_id))
        assert await browser.status_at(scene.room_id) == 4509


async def test_a_program_has_so_many_sockets_in_rooms_by_one_token(small_house: Server):
    scene: Scene = await scene_on(small_house)
    async with AsyncExitStack() as stack:
        for _ in range(PER_DEVICE):
            await stack.enter_async_context(scene.bob.enter(scene.room_id))
        with pytest.raises(ProblemError) as refused:
            await stack.enter_async_context(scene.bob.enter(scene.room_id))
        assert refused.value.status == 4509
        await stack.enter_async_context(scene.alice.enter(scene.room_id))
