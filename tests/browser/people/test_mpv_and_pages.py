"""Two pages and two real clients of Syncplay with mpv in one room: what each does all follow, and all see one room."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.people.test_moderation import message, say
from tests.browser.support.fixtures import (
    change_room,
    join,
    make_room,
    pause,
    play,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.browser.support.stored import room_id
from tests.servers import ROOT, Missing, Server, unavailable
from tests.servers.remote_mpv import WITHIN_S, until
from tests.servers.syncplay_client import SyncplayClient, syncplay_client

FILM = ROOT / "static" / "samples" / "clip.webm"  # what the room plays
STARTS_S = 40.0  # of a program on a busy machine; an idle one takes 2
NEAR_S = 0.1  # of a player that stands; how close one stays that plays is measured by the benchmark
QUIET_STATES = 8  # a press that the room has not noticed so many States later was overwritten
NOTICE = {"username": "Watchium", "message": "Only the host can control playback"}
ROOM = """() => {
    const { room } = watchium
    const { timeline, members, comments } = room.state
    const ready = new Set(room.state.room.ready_check?.ready)
    return {
        playing: timeline.is_playing,
        position_s: room.position(),
        revision: room.state.revision,
        ready: Object.fromEntries(
            [...members.values()].map(({ user_id, username }) => [username, ready.has(user_id)]).sort()
        ),
        chat: comments.filter(each => !each.is_system_message).map(({ username, text }) => [username, text]),
    }
}"""


@pytest.mark.early
def test_two_pages_and_two_players_in_one_room(person: Callable[..., Page], server: Server, tmp_path: Path):
    alice, bob = person(), person()
    make_room(alice)
    with ExitStack() as stack:
        try:
            tom, mia = (
                stack.enter_context(syncplay_client(tmp_path, name, port(server), room_id(alice), FILM))
                for name in ("Tom", "Mia")
            )
        except Missing as missing:
            unavailable(missing)
        join(bob, alice.url, "Bob")
        room = Room((alice, bob), (tom, mia))
        all_see_all_join(room)
        encrypted = {"startTLS": str("WATCHIUM_SYNCPLAY_CERTIFICATE" in server.env).lower()}
        assert all(answer == encrypted for answer in tom.received("TLS"))  # none is asked for without OpenSSL
        all_follow_the_host_on_a_page(room, alice)
        a_press_without_the_right_is_put_back(room, tom)
        change_room(alice, control_policy="everyone")
        all_follow_the_players(room, tom, mia)
        all_chat(alice, tom, room)
        all_see_what_is_queued(bob, tom, mia)
        all_see_who_is_ready(alice, bob, tom, room)
        room.is_the_same_for_all()
        all_see_who_leaves(alice, bob, tom, mia)


class Room:
    """As its pages and players show it."""

    def __init__(self, pages: tuple[Page, Page], clients: tuple[SyncplayClient, SyncplayClient]) -> None:
        self.pages, self.clients = pages, clients

    @property
    def state(self) -> dict[str, Any]:
        """As the host's page has it."""
        return self.pages[0].evaluate(ROOM)

    def plays(self, beyond_s: float) -> None:
        for page in self.pages:
            wait_until_moving(page, beyond_s)
        self.each_client(
            lambda client: not client.mpv.get("pause") and position_s(client) > beyond_s, "plays"
        )

    def stands(self) -> None:
        """All stand where the room does."""
        until(lambda: not self.state["playing"], "the room is paused")
        held_s = self.state["position_s"]
        for page in self.pages:
            wait_for_position(page, held_s)
        self.each_client(lambda client: stands_at(client, held_s), f"stands at {held_s}")

    def is_the_same_for_all(self) -> None:
        self.stands()
        here = self.state
        wait_until(self.pages[1], f"here => JSON.stringify(({ROOM})()) === JSON.stringify(here)", here)
        self.each_client(lambda client: ready_of(client) == here["ready"], f"lists {here['ready']}")
        self.each_client(lambda client: chat_of(client) == here["chat"], f"shows {here['chat']}")

    def each_client(
        self, check: Callable[[SyncplayClient], Any], what: str, within_s: float = WITHIN_S
    ) -> None:
        for client in self.clients:
            until(partial(check, client), f"{client.name} {what}", within_s)


def port(server: Server) -> int:
    return int(server.env["WATCHIUM_SYNCPLAY"])


def position_s(client: SyncplayClient) -> float:
    value = client.mpv.get("time-pos")
    return -1.0 if value is None else float(value)


def stands_at(client: SyncplayClient, seconds: float) -> bool:
    return client.mpv.get("pause") and abs(position_s(client) - seconds) < NEAR_S


def members_of(client: SyncplayClient) -> dict[str, Any]:
    (listed,) = client.received("List")[-1].values() if client.received("List") else ({},)
    return dict(listed)


def playlist_of(client: SyncplayClient) -> list[str]:
    changes = [each["playlistChange"] for each in client.received("Set") if "playlistChange" in each]
    return list(changes[-1]["files"])


def left_of(client: SyncplayClient) -> set[str]:
    users = [each["user"] for each in client.received("Set") if "user" in each]
    return {name for user in users for name, about in user.items() if "left" in about.get("event", {})}


def ready_of(client: SyncplayClient) -> dict[str, bool]:
    return {name: bool(member["isReady"]) for name, member in members_of(client).items()}


def chat_of(client: SyncplayClient) -> list[list[str]]:
    said = client.received("Chat")
    return [[each["username"], each["message"]] for each in said if each["username"] != "Watchium"]


def press(client: SyncplayClient, name: str, value: Any, is_done: Callable[[], Any]) -> None:
    """Press, and again if the program has overwritten it and is done with that: it sends its player late commands."""
    again_at = 0

    def pressed() -> Any:
        nonlocal again_at
        states = len(client.received("State"))
        if states >= again_at and not is_done():
            client.mpv.set(name, value)
            again_at = states + QUIET_STATES
        return is_done()

    until(pressed, f"{client.name} pressed {name} {value}")


def marks(page: Page) -> Locator:
    return page.get_by_role("list", name="Members").locator("[data-native-player]:not([hidden])")


def all_see_all_join(room: Room) -> None:
    host = room.pages[0].evaluate("watchium.room.state.you.username")
    names = {host, "Bob", "Tom", "Mia"}
    room.each_client(lambda client: set(members_of(client)) == names, f"lists {names}", STARTS_S)
    room.each_client(lambda client: position_s(client) >= 0, "has opened its file", STARTS_S)
    for page in room.pages:
        wait_until_ready(page)
        expect(page.get_by_role("list", name="Members").get_by_role("listitem")).to_have_count(4)
        expect(marks(page)).to_have_text(["Syncplay", "Syncplay"])


def all_follow_the_host_on_a_page(room: Room, alice: Page) -> None:
    play(alice)
    room.plays(0)
    seek_to(alice, 20)
    room.plays(20)
    pause(alice)
    room.stands()


def a_press_without_the_right_is_put_back(room: Room, tom: SyncplayClient) -> None:
    before = room.state
    for name, value in (("pause", False), ("time-pos", 60)):
        press(tom, name, value, partial(is_refused_again, tom, tom.received("Chat").count(NOTICE)))
        room.stands()
    assert room.state == before


def is_refused_again(client: SyncplayClient, before: int) -> bool:
    return client.received("Chat").count(NOTICE) > before


def all_follow_the_players(room: Room, tom: SyncplayClient, mia: SyncplayClient) -> None:
    press(tom, "pause", False, lambda: room.state["playing"])
    room.plays(0)
    press(mia, "time-pos", 40, lambda: room.state["position_s"] >= 40)
    room.plays(40)
    press(tom, "pause", True, lambda: not room.state["playing"])
    room.stands()


def all_chat(alice: Page, tom: SyncplayClient, room: Room) -> None:
    say(alice, "hello from a page")
    until(lambda: chat_of(tom), "it arrives")
    tom.type("ch hello from mpv")
    for page in room.pages:
        expect(message(page, "hello from mpv")).to_contain_text("Tom")


def all_see_what_is_queued(bob: Page, tom: SyncplayClient, mia: SyncplayClient) -> None:
    tom.type("qa other.mkv")
    until(lambda: "other.mkv" in playlist_of(mia), "it is in Mia's list")
    wait_until(bob, "() => watchium.room.state.queue_revision > 0")


def all_see_who_is_ready(alice: Page, bob: Page, tom: SyncplayClient, room: Room) -> None:
    alice.evaluate("watchium.room.say('ready_check', { on: true, start: false })")
    bob.get_by_role("region", name="Ready check").get_by_role("button", name="I'm ready").click()
    until(lambda: members_of(tom)["Tom"]["isReady"] is False, "the client knows of the check")
    tom.type("t")
    until(lambda: sum(room.state["ready"].values()) == 3, "Mia is not ready")


def all_see_who_leaves(alice: Page, bob: Page, tom: SyncplayClient, mia: SyncplayClient) -> None:
    mia.mpv.command("quit")
    bob.get_by_role("button", name="Settings").click()
    bob.get_by_role("button", name="Leave the room").click()
    until(lambda: left_of(tom) == {"Bob", "Mia"}, "Tom sees both leave")
    expect(alice.get_by_role("list", name="Members").get_by_role("listitem")).to_have_count(2)
    expect(marks(alice)).to_have_text(["Syncplay"])
