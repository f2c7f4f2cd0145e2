"""Members play a file of their own: in step, compared by its fingerprint, and with nothing of it sent."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import arrivals
from tests.browser.support.fixtures import (
    SAMPLE,
    join,
    load,
    new_room,
    play,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_moving,
)
from tests.browser.support.measure import Eye, skew_ms
from tests.servers import Server, watchium_server

NEAR_MS = 80  # two pages and a server share two cores with other tests; the benchmark measures closer
SENTENCE_MS = 5000


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of 15 s, one with a second more, one that is half as long again, and one whose sound no browser plays."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str, *options: str) -> Path:
        command = ["ffmpeg", "-v", "error", *options, str(folder / name)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120)
        return folder / name

    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=15:d=23", "-f", "lavfi", "-i", "sine=d=23"]
    vp8 = ["-c:v", "libvpx", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "200k", "-g", "15"]
    other = make("other.webm", *source, *vp8, "-c:a", "libopus")
    make("A private name.webm", "-i", str(other), "-t", "15", "-c", "copy")
    h264 = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "15"]
    longer = make("longer.mkv", *source, "-t", "16", *h264, "-c:a", "aac")
    make("mute.mkv", "-i", str(longer), "-t", "15", "-c:v", "copy", "-c:a", "ac3")
    return folder


@pytest.fixture(scope="module")
def film(films: Path) -> Path:
    return films / "A private name.webm"


@pytest.fixture(scope="module")
def own_server(film: Path) -> Iterator[Server]:
    """A server whose library has the film under another name."""
    with watchium_server() as server:
        library = server.data_dir / "library"
        library.mkdir()
        (library / "On the server.webm").write_bytes(film.read_bytes())
        server.manage("scan_media")
        yield server


@pytest.fixture
def person(browser, own_server: Server) -> Iterator[Callable[..., Page]]:
    with arrivals(browser, own_server) as arrive:
        yield arrive


@pytest.fixture(scope="module")
def staying(browser, own_server: Server) -> Iterator[tuple[Page, Page]]:
    """alice hosts, bob watches."""
    with arrivals(browser, own_server) as arrive:
        alice, bob = arrive(), arrive()
        join(bob, new_room(alice), "Bob")
        yield alice, bob


@pytest.fixture
def here(staying) -> tuple[Page, Page]:
    """Both without a file of their own: that of an earlier test ends with other media."""
    load(staying[0], SAMPLE)
    for page in staying:
        page.locator(f"[data-media][src$='{SAMPLE}']").wait_for()
    return staying


def choose(page: Page, button: str, path: Path) -> None:
    with page.expect_file_chooser() as chooser:
        page.locator(button).click()
    chooser.value.set_files(path)


def bring(page: Page, path: Path, title: str = "Our film", *, by: str = "Change media") -> None:
    """Bring the film as the host, once it is known that the server has it, too."""
    page.get_by_role("button", name=by).click()
    choose(page, "[data-bring]", path)
    page.get_by_label("Title that everyone sees").fill(title)
    expect(page.get_by_label("Who has no copy")).to_have_value("1")  # the same file is in the library


def wait_until_ready(page: Page) -> None:
    wait_until(
        page, "() => document.querySelector('[data-media]').readyState >= 3 && watchium.room.clock.locked"
    )


def source_of(page: Page) -> str:
    return page.evaluate("() => document.querySelector('[data-media]').currentSrc")


def expect_words(page: Page, words: str) -> None:
    expect(page.locator("[data-stage]")).to_contain_text(words, timeout=SENTENCE_MS)


class Sent:
    """Everything that a page sends: addresses, bodies and frames of its socket."""

    def __init__(self, page: Page) -> None:
        self.texts: list[str] = []
        page.on("request", lambda request: self.texts.extend([request.url, request.post_data or ""]))
        page.on("websocket", lambda socket: socket.on("framesent", lambda text: self.texts.append(str(text))))

    def has(self, text: str) -> bool:
        return any(text in sent for sent in self.texts)


def test_two_files_and_the_servers_copy_are_in_step_and_nothing_of_a_file_is_sent(person, film: Path):
    alice, bob, carol = person(), person(), person()
    sent = [Sent(alice), Sent(bob)]
    url = new_room(alice)
    bring(alice, film, by="Pick something to watch")
    alice.get_by_role("button", name="Everyone brings the file").click()
    expect(alice.locator("[data-change]")).to_be_hidden()
    for page, name in ((bob, "Bob"), (carol, "Carol")):
        join(page, url, name)
    choose(bob, "[data-own-copy]", film)
    expect_words(bob, "It is the same file as the room's.")
    for page in (alice, bob, carol):
        wait_until_ready(page)
    play(alice)
    for page in (alice, bob, carol):
        wait_until_moving(page, 3)
    assert [source_of(page)[:5] for page in (alice, bob)] == ["blob:", "blob:"]
    assert source_of(carol).endswith("/media/library/1")
    eyes = [Eye(page) for page in (alice, bob, carol)]
    assert max(abs(skew_ms(eyes[0], eye)) for eye in eyes[1:]) < NEAR_MS
    seek_to(alice, 10)
    for page in (alice, bob, carol):
        wait_until_moving(page, 10)
    assert not any(each.has("private name") for each in sent)
    assert not sent[0].has("/media/library/")


def test_another_file_and_no_file_are_named_to_the_viewer_and_the_host(here, film: Path, films: Path):
    alice, bob = here
    bring(alice, film)
    alice.get_by_label("Who has no copy").select_option("waits without a picture")
    alice.get_by_role("button", name="Everyone brings the file").click()
    expect_words(bob, "Choose your copy")
    expect_words(alice, "Without a copy so far: Bob.")
    choose(bob, "[data-between-own]", films / "other.webm")
    expect_words(bob, "It is 8.0 s longer than the room's. You may see another scene than the others.")
    expect_words(alice, "Bob's file is 8.0 s longer than the room's: another cut?")
    wait_until_ready(bob)
    play(alice)
    for page in (alice, bob):
        wait_until_moving(page, 1)  # a warning, and no refusal
    assert alice.evaluate("() => watchium.room.state.timeline.duration") < 16

    bob.reload()
    expect_words(bob, "Choose your file again")
    choose(bob, "[data-between-own]", films / "other.webm")
    wait_until_moving(bob, 1)
    alice.reload()
    expect_words(alice, "Choose your file again")
    choose(alice, "[data-between-own]", film)
    wait_until_moving(alice, 1)
    assert alice.evaluate("() => watchium.room.player.copy") == "same"


def test_a_copy_with_a_longer_beginning_is_shifted_and_remembered(here, film: Path, films: Path):
    alice, bob = here
    bring(alice, film)
    alice.get_by_role("button", name="Everyone brings the file").click()
    choose(bob, "[data-own-copy]", films / "longer.mkv")
    expect_words(bob, "Probably the same film, another copy.")
    bob.get_by_role("button", name="Shift it").click()
    bob.get_by_label("Shift your copy, in seconds").fill("1")
    bob.keyboard.press("Escape")
    seek_to(alice, 5)
    wait_for_position(alice, 5)
    wait_for_position(bob, 6)
    play(alice)
    for page in (alice, bob):
        wait_until_moving(page, 8)
    assert abs(skew_ms(Eye(alice), Eye(bob)) - 1000) < NEAR_MS
    wait_until(alice, "() => [...watchium.room.state.members.values()].every((member) => member.is_synced)")
    assert abs(bob.evaluate("() => watchium.room.position() + 1 - watchium.room.player.position")) < 0.2

    bob.reload()
    choose(bob, "[data-own-copy]", films / "longer.mkv")
    wait_until(bob, "() => document.querySelector('[data-media]').currentSrc.startsWith('blob:')")
    wait_until_moving(bob, 1)
    assert bob.evaluate("() => watchium.room.player.copyShiftS") == 1
    bob.locator("[data-own-copy]").press("Enter")
    bob.get_by_role("button", name="Play the server's copy").click()
    wait_until_moving(bob, 1)
    assert source_of(bob).endswith("/media/library/1")


def test_a_copy_that_plays_without_sound_says_so(here, film: Path, films: Path):
    alice, bob = here
    bring(alice, film)
    alice.get_by_role("button", name="Everyone brings the file").click()
    choose(bob, "[data-own-copy]", films / "mute.mkv")
    wait_until_ready(bob)
    play(alice)
    expect_words(bob, "This video has no sound, or your browser does not support its audio format.")
    expect_words(alice, "No sound for Bob")


def test_what_is_no_film_is_refused_with_a_sentence(here, tmp_path: Path, film: Path):
    alice, bob = here
    empty, page = tmp_path / "empty.mp4", tmp_path / "page.mp4"
    empty.write_bytes(b"")
    page.write_bytes(b"<html>" * 1000)
    alice.get_by_role("button", name="Change media").click()
    choose(alice, "[data-bring]", empty)
    expect(alice.locator("[data-device-problem]")).to_have_text("This file is empty.")
    choose(alice, "[data-bring]", page)
    expect(alice.locator("[data-bring-warning]")).to_contain_text("Your browser cannot play this file.")
    alice.keyboard.press("Escape")
    bring(alice, film)
    alice.get_by_role("button", name="Everyone brings the file").click()
    choose(bob, "[data-own-copy]", page)
    expect_words(bob, "Your browser cannot play this file")
    expect(bob.locator("[data-between-own]")).to_be_visible()
