"""The personal player in two tabs, offline, and after the browser was closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from tests.browser.media.broken_media import cut_webm
from tests.browser.support.fixtures import seek_to, wait_until
from tests.browser.support.tabs import open_player, state
from tests.playback.library.media_files import wav
from tests.servers import Server

NEAR_S = 2.0
SEEK_GAP_MS = 250  # minimum interval between the commands of a dragged slider


# Media keys are recorded: a headless browser has none.
KEYS = """
    window.keys = {}
    navigator.mediaSession.setActionHandler = (action, handler) => (keys[action] = handler)
"""


EMPTY_THE_QUEUE = """async () => {
    const { player } = watchium
    await player.say("queue_clear")
    for (const { id } of player.store.state.entries) await player.say("queue_remove", { entry_id: id })
}"""


@pytest.fixture
def context(person: Callable[..., Page]) -> BrowserContext:
    """A new user's, for tests whose tracks have other contents: browsers keep those of a URL."""
    return person().context


@pytest.fixture(scope="module")
def two_tabs(people: Callable[..., Page]) -> tuple[Page, Page]:
    context = people().context
    context.add_init_script(KEYS)
    return open_player(context), open_player(context)


@pytest.fixture
def tabs(two_tabs: tuple[Page, Page]) -> Iterator[tuple[Page, Page]]:
    """Two tabs of a user with an empty queue, who sees the whole library."""
    yield two_tabs
    for page in two_tabs:
        page.get_by_role("searchbox").fill("")
    two_tabs[0].evaluate(EMPTY_THE_QUEUE)
    for page in two_tabs:
        expect(queue_of(page)).to_have_count(0)
        wait_until(page, "() => !watchium.player.pending.entries.length && !watchium.player.state.is_playing")


def position_s(page: Page) -> float:
    return page.evaluate("() => watchium.player.positionS()")


def queue_of(page: Page):
    return page.get_by_role("list", name="Queue").get_by_role("listitem")


def add(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"Add {title} to queue", exact=True).click()


def test_two_tabs_step_by_step(tabs):
    a, b = tabs
    a.get_by_role("button", name="Play Sample music", exact=True).click()
    expect(b.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    expect(b.locator("[data-bar]")).to_contain_text("Sample music")
    seek_to(b, 45)
    wait_until(a, "() => Math.abs(watchium.player.positionS() - 45) < 2")
    add(a, "Sample clip")
    expect(queue_of(b)).to_have_count(2)
    expect(queue_of(b).nth(1)).to_contain_text("Sample clip")


def test_the_seek_bar_of_a_silent_tab_follows_playback(tabs):
    a, b = tabs
    a.get_by_role("button", name="Play Sample music", exact=True).click()
    wait_until(a, "() => watchium.player.positionS() > 1")
    before_s = position_s(b)
    b.wait_for_timeout(1500)
    assert position_s(b) > before_s + 1
    assert abs(position_s(b) - position_s(a)) < 0.5


def test_the_seek_bar_of_a_silent_tab_exceeds_a_too_short_library_duration(context: BrowserContext):
    """The file lasts 80 s, the library has 69.2."""
    context.route("**/media/library/*", lambda route: answer(route, wav(80)))
    a, b = open_player(context), open_player(context)
    a.get_by_role("button", name="Play Sample music", exact=True).click()
    wait_until(a, "() => watchium.player.output.durationS > 79")
    slider = b.get_by_role("slider", name="Seek")
    wait_until(b, "() => watchium.player.durationS > 79")
    seek_to(b, 68)
    wait_until(b, "() => watchium.player.positionS() > 70.5")
    assert float(slider.input_value()) > 70
    assert float(slider.get_attribute("max") or 0) == pytest.approx(80, abs=0.1)


def test_the_queue_skips_tracks_that_cannot_be_played(context: BrowserContext):
    a, b = open_player(context), open_player(context)
    items = a.evaluate("async () => (await (await fetch('/api/library/')).json()).items")
    ids = {item["title"]: item["id"] for item in items}
    broken, good = ids["Sample clip"], ids["Sample music"]
    context.route(f"**/media/library/{broken}", lambda route: route.fulfill(body="no film"))
    a.get_by_role("button", name="Play Sample clip", exact=True).click()
    b.evaluate("id => watchium.player.say('queue_add', { item_ids: [id] })", good)
    expect(a.locator("body")).to_contain_text(
        "Sample clip cannot be played here. The next one plays instead."
    )
    for page in (a, b):
        wait_until(page, "() => watchium.player.item?.title === 'Sample music'")
    wait_until(a, "() => watchium.player.output.positionS > 0.2")
    revision = state(a)["revision"]
    a.wait_for_timeout(300)
    assert state(a)["revision"] == revision  # once, in spite of two tabs
    b.evaluate("id => watchium.player.say('queue_add', { item_ids: [id, id, id, id] })", broken)
    expect(queue_of(a)).to_have_count(6)
    a.get_by_role("button", name="Next", exact=True).click()
    expect(a.locator("body")).to_contain_text("The queue stops here.")
    wait_until(a, "() => !watchium.player.store.state.is_playing")
    assert state(a)["current"] != state(a)["entries"][-1]["id"]


def test_a_track_that_ends_early_shows_a_notice_and_the_next_one_plays(context: BrowserContext):
    """The library has 96 s, the data ends after 3 s.

    Nothing seeks: on a busy machine a seek may end up beyond the data, which has another notice.
    """
    a = open_player(context)
    items = a.evaluate("async () => (await (await fetch('/api/library/')).json()).items")
    ids = {item["title"]: item["id"] for item in items}
    data = cut_webm(3)
    context.route(f"**/media/library/{ids['Sample clip']}", lambda route: answer(route, data, "video/webm"))
    a.get_by_role("button", name="Play Sample clip", exact=True).click()
    a.evaluate("id => watchium.player.say('queue_add', { item_ids: [id] })", ids["Sample music"])
    expect(a.locator("body")).to_contain_text("Sample clip: The file ends at 0:0", timeout=10_000)
    expect(a.locator("body")).to_contain_text("although it says it is 1:36 long. It may be incomplete.")
    wait_until(
        a, "() => watchium.player.item?.title === 'Sample music' && watchium.player.output.positionS > 0.2"
    )


def answer(route: Route, data: bytes, content_type: str = "audio/wav") -> None:
    """Respond with the requested range, like the server."""
    first = int((route.request.headers.get("range") or "bytes=0-").removeprefix("bytes=").partition("-")[0])
    headers = {
        "Content-Type": content_type,
        "Accept-Ranges": "bytes",
        "Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}",
    }
    route.fulfill(status=206, headers=headers, body=data[first:])


def test_two_tabs_that_add_at_once_lose_nothing(tabs):
    a, b = tabs
    for page in (a, b):
        page.evaluate(
            """async () => {
                const [item] = (await (await fetch("/api/library/")).json()).items
                window.added = Promise.all(Array.from({ length: 10 },
                    () => watchium.player.say("queue_add", { item_ids: [item.id] })))
            }"""
        )
    for page in (a, b):
        page.evaluate("() => window.added")
        expect(queue_of(page)).to_have_count(20)
    assert state(a)["entries"] == state(b)["entries"]


def test_fifty_rapid_seeks_settle_on_the_last_in_few_writes(tabs):
    a, b = tabs
    a.get_by_role("button", name="Play Sample music", exact=True).click()
    a.get_by_role("button", name="Pause", exact=True).click()
    for page in (a, b):
        wait_until(
            page, "() => !watchium.player.store.state.is_playing && watchium.player.store.state.current"
        )
    before = state(a)["revision"]
    took_ms = a.evaluate(
        """async () => {
            const began = performance.now()
            const slider = document.querySelector("input[type=range][aria-label=Seek], [data-seek]")
            for (let place = 1; place <= 50; place += 1) {
                slider.value = String(place)
                slider.dispatchEvent(new Event("input", { bubbles: true }))
                slider.dispatchEvent(new Event("change", { bubbles: true }))
                await new Promise(next => setTimeout(next, 15))
            }
            return performance.now() - began
        }"""
    )
    for page in (a, b):
        wait_until(page, "() => Math.abs(watchium.player.store.state.position - 50) < 0.1")
    assert state(a)["revision"] - before <= 4 + took_ms / SEEK_GAP_MS


def test_the_queue_is_ordered_by_keyboard_undone_and_emptied(tabs):
    a, b = tabs
    a.evaluate("() => watchium.delay(300)")
    add(a, "Sample music")
    add(a, "Sample clip")
    expect(queue_of(a)).to_have_count(2)
    queue_of(a).nth(1).focus()
    expect(a.locator("[data-coming]")).to_have_count(0)
    expect(queue_of(a).nth(1)).to_be_focused()  # the id that the server assigns changes nothing
    a.evaluate("() => watchium.delay(0)")
    a.keyboard.press("Alt+ArrowUp")
    expect(queue_of(b).first).to_contain_text("Sample clip")
    b.get_by_role("button", name="Undo").click()
    expect(queue_of(a).first).to_contain_text("Sample music")
    a.get_by_role("button", name="Redo").click()
    expect(queue_of(b).first).to_contain_text("Sample clip")
    a.get_by_role("button", name="Clear").click()
    expect(queue_of(b)).to_have_count(0)


def test_the_library_can_be_searched_sorted_and_walked_by_keyboard(tabs):
    page, _ = tabs
    clip, music = (
        page.get_by_role("button", name=f"Play {title}", exact=True)
        for title in ("Sample clip", "Sample music")
    )
    page.get_by_role("combobox", name="Sort by").select_option("newest")
    expect(music).to_be_visible()
    revision = state(page)["revision"]
    page.get_by_role("button", name="Queue all").click()
    expect(queue_of(page)).to_have_count(2)
    wait_until(page, "known => watchium.player.store.state.revision === known + 1", revision)
    page.get_by_role("combobox", name="Sort by").focus()
    page.keyboard.press("Tab")  # the list is one tab stop with arrow keys inside
    first, second = sorted((clip, music), key=lambda each: each.bounding_box()["y"])
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.get_by_role("searchbox").fill("musi")
    expect(clip).to_have_count(0)
    expect(music).to_be_visible()
    page.get_by_role("button", name="Play all").click()
    wait_until(
        page, "() => watchium.player.item?.title === 'Sample music' && watchium.player.state.is_playing"
    )


def test_tracks_queued_offline_are_sent_on_reconnect(tabs):
    a, b = tabs
    a.context.set_offline(True)
    a.evaluate("() => watchium.player.socket.restart()")
    add(a, "Sample music")
    a.get_by_role("searchbox").fill("clip")
    expect(a.get_by_text("Trying again …")).to_be_visible()
    a.context.set_offline(False)
    expect(a.get_by_role("button", name="Play Sample music", exact=True)).to_have_count(0)
    expect(a.get_by_role("button", name="Play Sample clip", exact=True)).to_be_visible()
    expect(queue_of(b)).to_have_count(1, timeout=20_000)


def test_a_track_started_offline_plays_when_the_network_returns(tabs):
    page, _ = tabs
    page.get_by_role("button", name="Play Sample music", exact=True).click()
    add(page, "Sample music")
    expect(queue_of(page)).to_have_count(2)
    wait_until(page, "() => watchium.player.positionS() > 1")
    following = state(page)["entries"][1]["id"]
    page.context.set_offline(True)
    page.evaluate("() => watchium.player.socket.restart()")
    page.get_by_role("button", name="Next", exact=True).click()
    plays = "id => watchium.player.positionS() > 2.5 && watchium.player.state.current === id"
    wait_until(page, plays, following)
    page.context.set_offline(False)
    wait_until(page, "id => watchium.player.store.state.current === id", following)
    assert position_s(page) > 2.5

    # A track without buffered data waits for the network.
    page.context.set_offline(True)
    page.evaluate("() => watchium.player.socket.restart()")
    page.get_by_role("button", name="Play Sample clip", exact=True).click()
    notices = page.locator("[data-notices]")
    expect(notices).to_contain_text("“Sample clip” plays as soon as it is back.")
    # longer than the timeout of a command
    wait_until(page, "() => performance.now() - watchium.player.pending.entries[0].addedMs > 6000")
    expect(page.locator("[data-bar]")).to_contain_text("Sample clip")
    page.context.set_offline(False)
    wait_until(
        page, "() => watchium.player.item?.title === 'Sample clip' && watchium.player.positionS() > 0.5"
    )
    expect(notices).to_be_empty()


def test_media_keys_control_the_player(tabs):
    page, _ = tabs
    page.get_by_role("button", name="Play Sample music", exact=True).click()
    wait_until(page, "() => navigator.mediaSession.metadata?.title === 'Sample music'")
    page.evaluate("() => keys.pause()")
    wait_until(page, "() => !watchium.player.store.state.is_playing")
    page.evaluate("() => keys.seekto({ seekTime: 33 })")
    wait_until(page, "() => watchium.player.store.state.position === 33")
    page.evaluate("() => keys.play()")
    wait_until(page, "() => watchium.player.store.state.is_playing")


def test_queue_and_position_survive_closing_the_browser(server: Server, tmp_path: Path, launch):
    context = launch.kept_in(tmp_path, base_url=server.url)
    page = open_player(context)
    page.get_by_role("button", name="Play Sample music", exact=True).click()
    add(page, "Sample clip")
    wait_until(page, "() => watchium.player.positionS() > 0.5")
    seek_to(page, 40)
    # Otherwise a slow server may never receive the position after the seek.
    wait_until(page, "() => !watchium.player.pending.entries.length")
    wait_until(page, "() => watchium.player.positionS() > 43")
    last_s = position_s(page)
    context.close()
    context = launch.kept_in(tmp_path, base_url=server.url)
    page = open_player(context)
    expect(page.locator("[data-bar]")).to_contain_text("Sample music")
    expect(queue_of(page)).to_have_count(2)
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_visible()
    assert abs(position_s(page) - last_s) < NEAR_S
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(page, "last => watchium.player.positionS() > last", last_s + 1)
    context.close()


# Simulates the server's list of devices, and records the commands of the page.
TWO_DEVICES = """() => {
    const { player } = watchium
    const one = { is_playing: false, item: null, position: 0, at: 0, rate: 1, entries: 3, seen_at: 0 }
    const here = { ...one, device: player.store.device, name: "Here" }
    player.store.devices = [here, { ...one, device: "a", name: "Phone" }]
    Object.defineProperty(player, "isOpen", { value: false }) // otherwise it requests the real list
    window.said = []
    player.say = async (type, payload) => void said.push([type, payload])
    player.emit("devices", { payload: {} })
}"""


def test_the_player_is_installable_and_confirms_before_forgetting_a_device(person: Callable[..., Page]):
    page = person()
    page.goto("/player/")
    manifest = page.locator("link[rel=manifest]").get_attribute("href")
    told = page.request.get(manifest or "").json()
    assert told["start_url"].endswith("/player/")
    assert {"192x192", "512x512"} <= {icon["sizes"] for icon in told["icons"]}
    for icon in told["icons"]:
        assert page.request.get(icon["src"]).ok

    expect(page.locator("body")).to_have_attribute("data-socket", "open")
    page.evaluate(TWO_DEVICES)
    page.get_by_role("button", name="Devices").click()
    page.get_by_role("button", name="Forget Phone").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Forget Phone").click()
    expect(page.get_by_role("group", name="Forget Phone?")).to_be_visible()
    assert page.evaluate("() => said") == []
    page.get_by_role("button", name="Forget it").click()
    assert page.evaluate("() => said") == [["forget_device", {"device": "a"}]]
