from __future__ import annotations

import re
import shutil
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import (
    SAMPLE,
    join,
    load,
    make_room,
    pause,
    play,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_moving,
    wait_until_ready,
)
from tests.servers import ROOT, watchium_server


def together(person) -> tuple[Page, Page]:
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    return alice, bob


@pytest.fixture(scope="module")
def here(people: Callable[..., Page]) -> tuple[Page, Page]:
    """alice hosts and bob watches, for tests that leave the room paused as they found it."""
    return together(people)


def say(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Message").fill(text)
    page.get_by_role("textbox", name="Message").press("Enter")


def test_a_viewer_sees_only_working_controls(here):
    _, bob = here
    expect(bob.get_by_text("View only")).to_be_visible()
    expect(bob.get_by_role("button", name="Play", exact=True)).to_be_hidden()
    for name in ("Mute", "Fullscreen", "Ask for control"):
        expect(bob.get_by_role("button", name=name)).to_be_visible()


def test_a_request_for_control_reaches_the_host_who_makes_the_member_host(here):
    alice, bob = here
    bob.get_by_role("button", name="Ask for control").click()
    expect(alice.get_by_text(re.compile("Bob .*control"))).to_be_visible()
    alice.get_by_role("button", name="Make Bob host").click()
    expect(bob.get_by_role("button", name="Play", exact=True)).to_be_visible()
    expect(alice.get_by_text("View only")).to_be_visible()
    alice.get_by_role("button", name="Become host again").click()
    expect(bob.get_by_text("View only")).to_be_visible()


def test_a_message_is_shown_as_text(here):
    alice, bob = here
    said = "<img src=x onerror=\"document.title='gone'\"> hello"
    say(bob, said)
    log = alice.get_by_role("log")
    expect(log).to_contain_text(said)
    assert alice.locator("[role=log] img").count() == 0
    assert "gone" not in alice.title()


def test_a_late_joiner_sees_earlier_messages(here, person):
    alice, bob = here
    say(bob, "before you came")
    expect(alice.get_by_role("log")).to_contain_text("before you came")
    carol = person()
    join(carol, alice.url, "Carol")
    expect(carol.get_by_role("log")).to_contain_text("before you came")
    expect(carol.get_by_role("list", name="Members").get_by_text("Bob")).to_be_attached()


def test_own_messages_can_be_deleted(here):
    alice, bob = here
    say(bob, "not what I meant")
    expect(alice.get_by_role("log")).to_contain_text("not what I meant")
    wait_until(bob, "() => watchium.room.state.comments.at(-1)?.text === 'not what I meant'")
    bob.evaluate("watchium.room.say('delete_comment', {id: watchium.room.state.comments.at(-1).id})")
    expect(alice.get_by_role("log")).not_to_contain_text("not what I meant")


def test_a_reload_is_neither_a_leave_nor_a_join(here):
    alice, bob = here
    expect(alice.get_by_role("log")).to_contain_text("Bob joined")
    bob.reload()
    expect(bob.locator("body")).to_have_attribute("data-socket", "open")
    expect(bob.get_by_role("textbox", name="Your name")).to_be_hidden()
    say(bob, "back")
    expect(alice.get_by_role("log")).to_contain_text("back")
    assert alice.get_by_role("log").get_by_text("Bob joined").count() == 1


def test_the_keyboard_plays_and_seeks(here):
    alice, bob = here
    wait_until_ready(alice)
    seek_to(alice, 30)
    wait_for_position(bob, 30)
    alice.locator("body").press("ArrowRight")
    wait_until(alice, "() => document.querySelector('[data-media]').currentTime > 31")
    alice.locator("body").press("Space")
    wait_until_moving(bob, 31)
    pause(alice)


def press_play(page: Page, times: int, spacing_ms: int) -> None:
    """Click the play button `times` times, at a fixed interval."""
    page.evaluate(
        """([times, spacingMs]) => new Promise(done => {
            const press = left => {
                document.querySelector("[data-play]").click()
                if (left > 1) setTimeout(press, spacingMs, left - 1)
                else done()
            }
            press(times)
        })""",
        [times, spacing_ms],
    )


def test_rapid_presses_of_play_and_pause_end_with_the_last(here):
    alice, _ = here
    wait_until_ready(alice)
    for times, spacing_ms, delay_ms in [(8, 150, 0), (8, 150, 0), (8, 150, 40), (8, 150, 150), (7, 90, 150)]:
        alice.evaluate("ms => window.watchium.delay(ms)", delay_ms)
        press_play(alice, times, spacing_ms)
        phase, word = ("paused", "Play") if times % 2 == 0 else ("playing", "Pause")
        expect(alice.get_by_role("button", name=word, exact=True)).to_be_visible()
        wait_until(
            alice,
            """phase => { const { room } = window.watchium
                return room.commandQueue.size === 0 && room.state.timeline.phase === phase }""",
            phase,
        )
        expect(alice.get_by_role("button", name=word, exact=True)).to_be_visible()
    alice.evaluate("watchium.delay(0)")
    pause(alice)


def test_custom_events_reach_listeners_and_never_the_page_itself(here):
    alice, bob = here
    bob.evaluate(
        """() => { window.heard = []; window.every = new Set()
            window.watchium.on("*", (told, type) => window.every.add(type))
            window.addEventListener("watchium:broadcast", ({ detail }) => window.heard.push(detail)) }"""
    )
    alice.evaluate(
        """() => fetch(`/api/rooms/${window.watchium.room.boot.room_id}/broadcast/`, {
            method: "POST", body: JSON.stringify({ type: "fireworks", payload: { n: 1 } }),
            headers: {
                "Content-Type": "application/json",
                "X-CSRFToken": document.cookie.match(/csrftoken=([^;]+)/)[1],
            },
        })"""
    )
    wait_until(bob, "() => window.heard.length === 1")
    assert bob.evaluate("() => [window.heard[0].type, window.heard[0].payload.n]") == ["fireworks", 1]
    assert bob.evaluate("() => window.every.has('broadcast') && !window.every.has('fireworks')")
    # Even if a server allowed such names.
    names = ["connection", "state", "drift", "player", "dropped", "broadcast", "constructor", "device"]
    bob.evaluate(
        """names => { for (const type of names) window.watchium.room.socket.callbacks.received(
            { type, room_id: "r", timestamp: 1, revision: null, payload: { status: "closed", state: "error" } }) }""",
        names,
    )
    assert bob.evaluate("() => window.heard.slice(1).map(({ type }) => type)") == names
    expect(bob.locator("body")).to_have_attribute("data-socket", "open")
    expect(bob.get_by_text("This will not play here")).to_be_hidden()


def test_refused_sound_is_offered_with_one_click(here, person):
    alice, _ = here
    wait_until_ready(alice)
    play(alice)
    carol = person()
    join(carol, alice.url, "Carol")
    carol.reload()  # a new page without a user gesture
    wait_until_moving(carol)  # in sync, muted if necessary
    carol.wait_for_timeout(500)
    if carol.evaluate("document.querySelector('[data-media]').muted"):
        expect(carol.get_by_role("button", name=re.compile("sound", re.IGNORECASE)).first).to_be_visible()
    pause(alice)


def test_unplayable_media_shows_a_notice(here):
    alice, _ = here
    alice.route("**/none.webm", lambda route: route.fulfill(content_type="video/webm", body="none"))
    alice.evaluate("watchium.room.say('load', {media_url: location.origin + '/static/none.webm'})")
    expect(alice.locator("[data-stage]")).to_contain_text("This will not play here")
    load(alice, SAMPLE)
    wait_until_ready(alice)


def test_library_items_can_be_searched_and_played_in_a_room(person):
    with watchium_server() as server:
        shelf = server.data_dir / "library"
        shelf.mkdir(exist_ok=True)
        for name in ("Low Tide", "High Tide"):
            shutil.copy(ROOT / "static/samples/music.ogg", shelf / f"{name}.ogg")
        server.manage("scan_media")
        alice = person(base_url=server.url)
        make_room(alice)
        alice.get_by_role("button", name="Change media").click()
        alice.get_by_label("Server library").fill("low")
        expect(alice.get_by_role("button", name="High Tide")).to_have_count(0)
        alice.get_by_role("button", name="Low Tide").click()
        wait_until(alice, "() => watchium.room.state.timeline.media.url.startsWith('/media/library/')")
        expect(alice.get_by_role("dialog")).to_be_hidden()


def test_the_page_reconnects_when_the_server_restarts(browser, person):
    with watchium_server() as server:
        alice, bob = person(base_url=server.url), person(base_url=server.url)
        join(bob, make_room(alice), "Bob")
        for page in (alice, bob):
            wait_until_ready(page)
        play(alice)
        wait_until_moving(bob, 0.5)
        server.kill()
        expect(bob.locator("body")).to_have_attribute("data-socket", "lost")
        wait_until_moving(bob, bob.evaluate("document.querySelector('[data-media]').currentTime") + 0.5)
        server.start()
        for page in (alice, bob):
            expect(page.locator("body")).to_have_attribute("data-socket", "open", timeout=20_000)
        revision = alice.evaluate("watchium.room.state.revision")
        alice.get_by_role("button", name="Pause", exact=True).click()
        wait_until(bob, "r => watchium.room.state.revision > r", revision)
        wait_until(bob, "() => document.querySelector('[data-media]').paused")


def test_nothing_is_loaded_from_another_host(person, server):
    alice = person()
    hosts = set()
    alice.on("request", lambda request: hosts.add(request.url.split("/")[2]))
    make_room(alice)
    wait_until_ready(alice)
    assert hosts == {server.url.removeprefix("http://")}


def test_the_lobby_shows_a_live_room_without_reloading(person):
    watcher, host = person(), person()
    watcher.goto("/")
    expect(watcher.get_by_text("Demo: a clip to watch together")).to_be_visible()
    host.goto("/")
    host.get_by_text("Options", exact=True).click()
    host.get_by_role("textbox", name="Title").fill("Friday Ghibli")
    host.get_by_label(re.compile("Public")).check()
    host.get_by_role("button", name="Create room").click()
    expect(watcher.get_by_text("Friday Ghibli")).to_be_visible()
