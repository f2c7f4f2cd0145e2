from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.servers import Server, watchium_server
from watchium.client import Client, ProblemError


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


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(ProblemError) as refused:
        call(*args, **kwargs)
    return refused.value.code


def test_a_room_over_http_from_making_it_to_closing_it(alice: Client, bob: Client, room_id: str):
    assert refusal(bob.state, room_id) == "not_member"
    assert bob.join(room_id, username="Bob").role == "member"
    played = alice.control(room_id, "play", current_time=3)
    state = bob.state(room_id)
    assert (state.timeline.phase, state.timeline.current_time) == ("playing", 3)
    assert state.timeline.timestamp == played.timestamp
    assert {member.username for member in state.members} == {"Bob"}
    assert refusal(bob.control, room_id, "pause") == "not_host"
    bob.comment(room_id, "hello")
    said = [comment for comment in alice.comments(room_id).comments if not comment.is_system_message]
    assert [comment.text for comment in said] == ["hello"]
    bob.delete_comment(room_id, said[0].id)
    assert [event["type"] for event in alice.events(room_id).events][-1:] == ["play"]
    assert alice.change_room(room_id, visibility="public").visibility == "public"
    assert room_id in [room.room_id for room in bob.rooms()]
    bob.leave(room_id)
    alice.close_room(room_id)
    assert refusal(alice.state, room_id) == "room_closed"


async def test_two_people_in_a_room_hear_the_same(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    async with alice.enter(room_id) as hers, bob.enter(room_id) as his:
        assert (hers.welcome.you.username, his.welcome.you.role) == ("Alice", "member")
        accepted = await hers.say("pause", current_time=12.5)
        heard = await his.hear("pause")
        assert (heard.payload.current_time, heard.revision) == (12.5, accepted.revision)
        await his.say("comment", text="here")
        while (await hers.hear("new_comment")).payload.text != "here":
            pass
        with pytest.raises(ProblemError, match="not_host"):
            await his.say("seek", current_time=1)
        assert hers.timeline == his.timeline
        assert hers.timeline.current_time == 12.5


async def test_what_was_not_heard_is_named(alice: Client, room_id: str):
    async with alice.enter(room_id) as hers:
        await hers.say("seek", current_time=5)
        with pytest.raises(AssertionError, match="seek"):
            await hers.hear("reaction", timeout=0.3)


async def test_one_event_id_is_one_deed_over_socket_and_http(alice: Client, room_id: str):
    async with alice.enter(room_id) as first, alice.enter(room_id) as second:
        before = first.revision
        over_http = asyncio.to_thread(alice.control, room_id, "pause", event_id="same", current_time=4)
        answers = await asyncio.gather(
            *(
                socket.say("pause", event_id="same", current_time=4)
                for socket in (first, second)
                for _ in range(9)
            ),
            over_http,
        )
        assert len(answers) == 19
        assert len(set(answers)) == 1
        await second.hear("pause")
        assert second.revision == before + 1


async def test_coming_back_resumes_without_a_snapshot(alice: Client, bob: Client, room_id: str):
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


async def test_an_outsider_is_turned_away_with_a_code(bob: Client, room_id: str):
    with pytest.raises(ProblemError) as turned_away:
        async with bob.enter(room_id):
            pass
    assert turned_away.value.status == 4501


async def test_a_ping_tells_the_offset(alice: Client, room_id: str):
    async with alice.enter(room_id) as hers:
        offset_ms, delay_ms = await hers.ping()
    assert 0 <= delay_ms < 1000
    assert abs(offset_ms) < 5000


async def test_a_programs_own_event_reaches_the_room(alice: Client, bob: Client, room_id: str):
    bob.join(room_id, username="Bob")
    async with bob.enter(room_id) as his:
        alice.broadcast(room_id, "fireworks", {"colour": "red"})
        heard = await his.hear("fireworks")
    assert heard.payload == {"colour": "red"}
    assert refusal(bob.broadcast, room_id, "fireworks", {}) == "not_host"
    assert refusal(alice.broadcast, room_id, "pause", {}) == "bad_message"
