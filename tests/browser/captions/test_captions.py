from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

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
from tests.servers.media_server import MediaServer, media_server

ENGLISH = (
    "1\n00:00:02,000 --> 00:00:04,000\n<i>Hello</i> there\n\n2\n00:00:06,000 --> 00:00:08,000\n{\\an8}Above\n"
)
GERMAN = "WEBVTT\n\n00:02.000 --> 00:04.000\nGuten &amp; Tag\n\n00:10.000 --> 00:12.000\nSpäter\n"
MUSIC = "/media/samples/music.ogg"
PLAIN = {"Size": "Normal", "Position": "Bottom", "Colour": "White", "Background": "Shade"}
STRIKING = {"Size": "Very large", "Position": "Top", "Colour": "Yellow", "Background": "None"}
SHOWN = "[data-caption-layer] .caption"


@pytest.fixture(scope="module")
def here(people) -> tuple[Page, Page]:
    """alice hosts, bob watches."""
    alice, bob = people(), people()
    join(bob, make_room(alice), "Bob")
    return alice, bob


@pytest.fixture
def watching(here) -> Iterator[tuple[Page, Page]]:
    """Both paused at the beginning of the clip, without the captions that they had for it: other media end those."""
    for url in (MUSIC, SAMPLE):
        load(here[0], url)
        for page in here:
            wait_until(page, "url => watchium.room.state.timeline.media.url === url", url)
    for page in here:
        wait_until_ready(page)
        wait_for_position(page, 0)
    yield here
    for page in here:
        turn_off(page)


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("captions")
    (folder / "film.en.srt").write_bytes(ENGLISH.replace("\n", "\r\n").encode("utf-8-sig"))
    (folder / "film.de.vtt").write_bytes(GERMAN.encode("windows-1252"))
    (folder / "page.srt").write_text("<!doctype html><title>404</title>")
    return folder


@pytest.fixture(scope="module")
def elsewhere(files: Path) -> Iterator[MediaServer]:
    """Another host, which lets pages of others read the German captions only."""
    with media_server(files) as running:
        running.readable.add("film.de.vtt")
        yield running


def open_menu(page: Page) -> None:
    page.get_by_role("button", name="Captions").click()
    expect(page.get_by_role("dialog", name="Captions")).to_be_visible()


def close_menu(page: Page) -> None:
    # By key: the menu grows when a file has been read, and a click meets what was behind its button.
    page.get_by_role("dialog", name="Captions").get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("dialog", name="Captions")).to_be_hidden()


def turn_off(page: Page) -> None:
    """A viewer who had captions on wants those of the next film, too."""
    if not page.get_by_role("dialog", name="Captions").is_visible():
        open_menu(page)
    page.get_by_role("radio", name="Off").check()
    close_menu(page)


def choose_look(page: Page, look: dict[str, str]) -> None:
    for name, value in look.items():
        page.get_by_role("combobox", name=name).select_option(value)


def add_file(page: Page, file: Path) -> None:
    open_menu(page)
    page.get_by_label("Caption file", exact=True).set_input_files(file)
    expect(page.get_by_role("radio", name=file.name)).to_be_checked()
    close_menu(page)


def go_to(pages: tuple[Page, Page], seconds: float) -> None:
    seek_to(pages[0], seconds)
    for page in pages:
        wait_for_position(page, seconds)


def test_two_people_read_their_own_captions_and_the_host_shifts_both(watching, files: Path):
    alice, bob = watching
    add_file(alice, files / "film.en.srt")
    add_file(bob, files / "film.de.vtt")
    for seconds, english, german in [(1.9, [], []), (2.0, ["Hello there"], ["Guten & Tag"]), (4.0, [], []),
                                     (7.0, ["Above"], []), (11.0, [], ["Später"])]:  # fmt: skip
        go_to(watching, seconds)
        expect(alice.locator(SHOWN)).to_have_text(english)
        expect(bob.locator(SHOWN)).to_have_text(german)
    go_to(watching, 7.0)
    expect(alice.locator("[data-caption-layer] [data-place=top]")).to_have_text("Above")
    go_to(watching, 2.5)
    assert alice.locator(f"{SHOWN} i").inner_text() == "Hello"

    open_menu(bob)
    own = bob.get_by_role("group", name="Timing for you")
    own.get_by_role("button", name="500 ms later").click()
    own.get_by_role("button", name="100 ms later").click()
    expect(own.get_by_role("status")).to_have_text("+600 ms")
    expect(bob.locator(SHOWN)).to_have_text([])
    expect(alice.locator(SHOWN)).to_have_text(["Hello there"])
    expect(bob.get_by_role("group", name="Timing for everyone")).to_be_hidden()
    close_menu(bob)

    open_menu(alice)
    shared = alice.get_by_role("group", name="Timing for everyone")
    for _ in range(2):
        shared.get_by_role("button", name="500 ms earlier").click()
    expect(shared.get_by_role("status")).to_have_text("\u22121.0 s")
    expect(bob.locator("[data-notices]")).to_contain_text("shifted the captions for everyone: \u22121.0 s.")
    expect(bob.locator(SHOWN)).to_have_text(["Guten & Tag"])
    expect(alice.locator(SHOWN)).to_have_text(["Hello there"])  # of 3.5 s in her file
    shared.get_by_role("button", name="500 ms earlier").click()
    expect(alice.locator(SHOWN)).to_have_text([])
    shared.get_by_role("button", name="Reset the timing").click()
    expect(alice.locator(SHOWN)).to_have_text(["Hello there"])
    expect(bob.locator(SHOWN)).to_have_text([])


def test_captions_stay_in_fullscreen_and_follow_the_key(watching, files: Path):
    alice, _bob = watching
    add_file(alice, files / "film.en.srt")
    go_to(watching, 3.0)
    expect(alice.locator(SHOWN)).to_be_visible()
    alice.get_by_role("button", name="Fullscreen").click()
    wait_until(alice, "() => document.fullscreenElement?.contains(document.querySelector('.caption'))")
    expect(alice.locator(SHOWN)).to_be_visible()
    alice.locator("body").press("c")
    expect(alice.locator(SHOWN)).to_have_count(0)
    alice.locator("body").press("c")
    expect(alice.locator(SHOWN)).to_have_text(["Hello there"])
    play(alice)
    wait_until_moving(alice, 4.2)
    expect(alice.locator(SHOWN)).to_have_count(0)
    pause(alice)
    alice.evaluate("document.exitFullscreen()")


def test_what_cannot_be_shown_has_a_sentence(watching, files: Path, elsewhere: MediaServer):
    alice, _bob = watching
    add_file(alice, files / "film.en.srt")
    go_to(watching, 3.0)
    open_menu(alice)
    status = alice.locator("[data-caption-status]")
    huge = files / "huge.srt"
    with huge.open("wb") as file:
        file.truncate(50_000_000)
    for file_name, sentence in [("page.srt", "This is not a caption file"), ("huge.srt", "at most 20 MB")]:
        alice.get_by_label("Caption file", exact=True).set_input_files(files / file_name)
        expect(status).to_contain_text(sentence)
    alice.get_by_role("button", name="Add from address").click()
    for address, sentence in [
        ("javascript:alert(1)", "This is not an address."),
        (elsewhere.url("film.en.srt"), "does not allow this page to read the file"),
    ]:
        alice.get_by_label("Address of a caption file").fill(address)
        alice.get_by_role("button", name="Add", exact=True).click()
        expect(status).to_contain_text(sentence)
    expect(alice.get_by_role("radio")).to_have_count(2)
    expect(alice.locator(SHOWN)).to_have_text(["Hello there"])
    alice.get_by_label("Address of a caption file").fill(elsewhere.url("film.de.vtt"))
    alice.get_by_role("button", name="Add", exact=True).click()
    expect(alice.get_by_role("radio", name="film.de.vtt")).to_be_checked()
    expect(alice.locator(SHOWN)).to_have_text(["Guten & Tag"])


def test_the_look_is_kept_on_the_device(watching, files: Path):
    alice, _bob = watching
    add_file(alice, files / "film.en.srt")
    go_to(watching, 3.0)
    open_menu(alice)
    before_px = float(alice.locator(SHOWN).evaluate("line => parseFloat(getComputedStyle(line).fontSize)"))
    choose_look(alice, STRIKING)
    alice.reload()
    wait_until_ready(alice)
    add_file(alice, files / "film.en.srt")
    line = alice.locator("[data-caption-layer] [data-place=top] .caption")
    expect(line).to_have_css("color", "rgb(255, 228, 92)")
    assert float(line.evaluate("line => parseFloat(getComputedStyle(line).fontSize)")) == pytest.approx(
        1.9 * before_px
    )
    open_menu(alice)
    choose_look(alice, PLAIN)


def test_a_room_without_captions_loads_none_of_it(person):
    alice = person()
    loaded: list[str] = []
    alice.on("request", lambda request: loaded.append(request.url))
    make_room(alice)
    wait_until_ready(alice)
    assert [url for url in loaded if "caption" in url] == []
    alice.locator("body").press("c")
    expect(alice.get_by_text("There are no captions yet. Add a file.")).to_be_visible()
    assert any("captions.css" in url or "captions." in url for url in loaded)


def test_the_host_gives_captions_to_everyone(watching, files: Path):
    alice, bob = watching
    bob.reload()  # he gets the offer before his page has loaded anything of captions
    wait_until_ready(bob)
    add_file(alice, files / "film.en.srt")
    go_to(watching, 3.0)
    open_menu(alice)
    alice.get_by_role("button", name="Give to everyone").click()
    expect(alice.get_by_role("radio", name="English")).to_be_checked()
    expect(alice.get_by_role("radio")).to_have_count(2)
    bob.get_by_role("button", name="Show them").click()
    expect(bob.locator(SHOWN)).to_have_text(["Hello there"])
    open_menu(bob)
    expect(bob.get_by_role("radio", name="English film.en.srt · for everyone")).to_be_checked()
    for name in ("Give to everyone", "Take back from everyone"):
        expect(bob.get_by_role("button", name=name)).to_be_hidden()
    bob.reload()
    wait_until_ready(bob)
    expect(bob.locator(SHOWN)).to_have_text(["Hello there"])
    alice.get_by_role("button", name="Take back from everyone").click()
    expect(bob.locator(SHOWN)).to_have_text([])
    expect(alice.get_by_role("radio", name="film.en.srt")).to_be_visible()
