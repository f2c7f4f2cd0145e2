from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.client import Client
from tests.servers import Server, watchium_server
from watchium.client import ProblemError, RoomClient
from watchium.client.visit import RoomVisit, VisitEnded


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


@pytest.fixture
def alice(server: Server) -> Client:
    return Client(server.url)


@pytest.fixture
def bob(server: Server) -> Client:
    return Client(server.url)


@pytest.fixture
def room_id(alice: Client) -> str:
    return alice.create_room(
        username="Alice", title="movie-night", media_url="/media/samples/clip.webm"
    ).room_id


def error_code(call, *args, **kwargs) -> str:
    with pytest.raises(ProblemError) as raised:
        call(*args, **kwargs)
    return raised.value.code


def test_a_room_over_http_from_creation_to_closing(alice: Client, bob: Client, room_id: str):
    assert error_code(bob.state, room_id) == "not_member"
    assert bob.join(room_id, username="Bob").role == "member"
    assert alice.shift_captions(room_id, 250).revision == 1
    alice.set_chapters(room_id, [{"start": 2, "title": "Opening"}])
    played = alice.control(room_id, "play", current_time=3)
    state = bob.state(room_id)
    assert state.room.caption_shift_ms == 250
    assert [chapter.title for chapter in state.room.chapters] == ["Opening"]
    assert (state.timeline.phase, state.timeline.current_time) == ("playing", 3)
    assert state.timeline.timestamp == played.timestamp
    assert {member.username for member in state.members} == {"Bob"}
    assert error_code(bob.control, room_id, "pause") == "not_host"
    bob.comment(room_id, "hello")
    comments = [comment for comment in alice.comments(room_id).comments if not comment.is_system_message]
    assert [comment.text for comment in comments] == ["hello"]
    bob.delete_comment(room_id, comments[0].id)
    assert [event["type"] for event in alice.events(room_id).events][-1:] == ["play"]
    assert alice.change_room(room_id, visibility="public").visibility == "public"
    assert room_id in [room.room_id for room in bob.rooms()]
    bob.leave(room_id)
    alice.close_room(room_id)
    assert error_code(alice.state, room_id) == "room_closed"


async def test_two_members_receive_the_same_events(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    async with alice.enter(room_id) as hers, bob.enter(room_id) as his:
        assert (hers.welcome.you.username, his.welcome.you.role) == ("Alice", "member")
        accepted = await hers.say("pause", current_time=12.5)
        event = await his.hear("pause")
        assert (event.payload.current_time, event.revision) == (12.5, accepted.revision)
        await his.say("comment", text="here")
        while (await hers.hear("new_comment")).payload.text != "here":
            pass
        with pytest.raises(ProblemError, match="not_host"):
            await his.say("seek", current_time=1)
        assert hers.timeline == his.timeline
        assert hers.timeline.current_time == 12.5


async def test_a_failed_wait_names_the_skipped_events(alice: Client, room_id: str):
    async with alice.enter(room_id) as hers:
        await hers.say("seek", current_time=5)
        with pytest.raises(AssertionError, match="seek"):
            await hers.hear("reaction", timeout=0.3)


async def test_one_event_id_is_one_command_over_socket_and_http(alice: Client, room_id: str):
    async with alice.enter(room_id) as first, alice.enter(room_id) as second:
        before = first.revision
        over_http = asyncio.to_thread(alice.control, room_id, "pause", event_id="same", current_time=4)
        replies = await asyncio.gather(
            *(
                socket.say("pause", event_id="same", current_time=4)
                for socket in (first, second)
                for _ in range(9)
            ),
            over_http,
        )
        assert len(replies) == 19
        assert len(set(replies)) == 1
        await second.hear("pause")
        assert second.revision == before + 1


async def test_reconnecting_resumes_without_a_snapshot(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    async with alice.enter(room_id) as hers, bob.enter(room_id) as his:
        await hers.say("seek", current_time=5)
        await his.hear("seek")
        applied = his.resume
        await his.socket.close()
        await hers.say("seek", current_time=6)
        async with bob.enter(room_id, resume=applied) as back:
            assert back.welcome.resumed
            await back.hear("seek")
            assert (back.revision, back.timeline) == (hers.revision, hers.timeline)


async def test_an_outsider_is_rejected_with_a_close_code(bob: Client, room_id: str):
    with pytest.raises(ProblemError) as rejected:
        async with bob.enter(room_id):
            pass
    assert rejected.value.status == 4501


async def test_a_ping_measures_the_offset(alice: Client, room_id: str):
    async with alice.enter(room_id) as hers:
        offset_ms, delay_ms = await hers.ping()
    assert 0 <= delay_ms < 1000
    assert abs(offset_ms) < 5000


async def test_a_custom_event_reaches_the_room(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    async with bob.enter(room_id) as his:
        alice.broadcast(room_id, "fireworks", {"colour": "red"})
        event = await his.hear("fireworks")
    assert event.payload == {"colour": "red"}
    assert error_code(bob.broadcast, room_id, "fireworks", {}) == "not_host"
    assert error_code(alice.broadcast, room_id, "pause", {}) == "bad_message"


async def test_a_visit_connects_again_and_knows_the_whole_room(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    report = {"current_time": 0, "is_playing": False, "is_synced": True, "state": "companion"}
    visit = RoomVisit(bob, room_id, lambda: report)
    seen: asyncio.Queue[RoomClient] = asyncio.Queue()
    visit.on_room = seen.put_nowait
    running = asyncio.create_task(visit.run())
    first = await asyncio.wait_for(seen.get(), 10)
    await first.socket.close()
    while (second := await asyncio.wait_for(seen.get(), 10)) is first:
        pass
    assert second.timeline == first.timeline
    assert second.timeline is not None
    alice.close_room(room_id)
    with pytest.raises(VisitEnded, match="4504"):
        await asyncio.wait_for(running, 10)
