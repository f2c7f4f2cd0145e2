from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack

import msgspec
import pytest
import websockets

from tests.client import Client
from tests.servers import Server, watchium_server
from watchium.client import ProblemError


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server with the samples in its library."""
    with watchium_server(demo=True) as running:
        yield running


async def new_client(server: Server) -> Client:
    client = Client(server.url)
    await asyncio.to_thread(client.create_room, username="Alice")
    return client


async def items_of(client: Client) -> list[int]:
    page = await asyncio.to_thread(client.library)
    return [item.id for item in page.items]


async def test_a_command_in_one_tab_reaches_the_other(server: Server):
    alice = await new_client(server)
    clip, music = (await items_of(alice))[:2]
    async with alice.player("one") as one, alice.player("two") as two:
        await one.say("play_track", item_id=clip)
        played = await two.hear("player")
        assert played.payload.cause == "play_track"
        assert two.state.is_playing
        sought = await two.say("seek", position=45, base_revision=two.state.revision)
        await one.hear("player")
        changed = await one.hear("player")
        assert (changed.revision, one.state.position) == (sought.revision, 45)
        await one.say("queue_add", item_ids=[music])
        await two.hear("player")
        while two.state.revision < 3:
            await two.hear("player")
        assert [entry.item for entry in two.state.entries] == [clip, music]
        assert two.state == one.state
        assert two.items[music].title == one.items[music].title


async def test_a_tab_that_missed_an_event_gets_a_snapshot(server: Server):
    alice = await new_client(server)
    items = await items_of(alice)
    async with alice.player("one") as one, alice.player("two") as two:
        await one.say("queue_add", item_ids=items[:1])
        await two.hear("player")
        two.state = msgspec.structs.replace(two.state, revision=two.state.revision - 1)
        await one.say("queue_add", item_ids=items[:1])
        await two.hear("player_state")
        assert two.state == one.state


async def test_a_later_tab_gets_the_current_state(server: Server):
    alice = await new_client(server)
    items = await items_of(alice)
    async with alice.player("one") as one:
        await one.say("queue_add", item_ids=items[:2])
        await one.say("resume")
        await one.send("position", entry_id=one.state.current, position=3.5, tab="one")
        await one.hear("position")
        async with alice.player("late") as late:
            assert late.state.entries == one.state.entries
            assert (late.state.position, late.state.is_playing) == (3.5, True)


async def test_a_report_about_another_track_gets_a_snapshot(server: Server):
    alice = await new_client(server)
    async with alice.player("one") as one:
        await one.send("position", entry_id="9.9", position=3.5, tab="one")
        assert (await one.hear("player_state")).payload.state.position == 0


async def test_a_stale_command_gets_an_error_and_a_snapshot(server: Server):
    alice = await new_client(server)
    items = await items_of(alice)
    async with alice.player("one") as one, alice.player("two") as two:
        base = (await one.say("play_track", item_id=items[0])).revision
        await one.say("play_track", item_id=items[1])
        with pytest.raises(ProblemError) as raised:
            await two.say("seek", position=50, base_revision=base)
        assert raised.value.code == "stale"
        assert (await two.hear("player_state")).payload.state.position == 0


async def test_another_user_has_another_device(server: Server):
    alice, bob = await new_client(server), await new_client(server)
    items = await items_of(alice)
    async with alice.player() as alices, bob.player() as bobs:
        await alices.say("queue_add", item_ids=items[:1])
        await bobs.say("queue_add", item_ids=items[:2])
        assert (len(alices.state.entries), len(bobs.state.entries)) == (1, 2)
        assert alices.welcome.device != bobs.welcome.device


async def test_an_anonymous_client_has_no_player(server: Server):
    async with websockets.connect(f"{server.ws_url}/ws/player/") as socket:
        error = json.loads(await asyncio.wait_for(socket.recv(), 5))
        await asyncio.wait_for(socket.wait_closed(), 5)
    assert (error["payload"]["code"], socket.close_code) == ("not_member", 4501)


async def test_audio_focus_goes_to_the_requesting_tab_and_back_when_it_closes(server: Server):
    alice = await new_client(server)
    async with alice.player("one") as one:
        async with alice.player("two") as two:
            await one.send("sound", tab="one", want=True)
            assert (await two.hear("sound")).payload.tab == "one"
            await two.send("sound", tab="two", want=True)
            assert (await two.hear("sound")).payload.tab == "two"
            # Stale: it assumed that no tab had it.
            await one.send("sound", tab="one", want=True, instead_of=None)
            assert (await two.hear("sound")).payload.tab == "two"
        while (await one.hear("sound")).payload.tab is not None:
            pass


async def test_an_eleventh_tab_is_rejected(server: Server):
    alice = await new_client(server)
    async with AsyncExitStack() as tabs:
        for number in range(10):
            await tabs.enter_async_context(alice.player(f"tab{number}"))
        with pytest.raises(ProblemError) as raised:
            async with alice.player("eleventh"):
                pass
        assert (raised.value.code, raised.value.status) == ("rate_limited", 4509)


@pytest.mark.parametrize(
    "frame",
    [
        '{"type": "queue_add", "event_id": "a", "payload": {"item_ids": []}}',
        '{"type": "queue_add", "event_id": "a", "payload": {"item_ids": [0]}}',
        '{"type": "seek", "event_id": "a", "payload": {"position": -1, "base_revision": 0}}',
        '{"type": "seek", "event_id": "a", "payload": {"position": 1}}',
        '{"type": "set_repeat", "event_id": "a", "payload": {"repeat": "twice"}}',
        '{"type": "comment", "event_id": "a", "payload": {"text": "hello"}}',
        '{"type": "resume", "payload": {}}',
        '{"type": "play_track", "event_id": "a", "payload": {}}',
        "nothing",
    ],
)
async def test_invalid_commands_get_an_error_and_change_nothing(server: Server, frame: str):
    alice = await new_client(server)
    async with alice.player() as tab:
        await tab.send_frame(frame)
        assert (await tab.hear("error")).payload.code == "bad_message"
        assert tab.state.revision == tab.welcome.state.revision
