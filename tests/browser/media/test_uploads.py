"""A host uploads a film: the page is closed and the server is killed in the middle, and every byte arrives."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.captions.test_captions import SHOWN, close_menu, open_menu
from tests.browser.conftest import arrivals
from tests.browser.support.fixtures import join, new_room, seek_to, wait_until, wait_until_moving
from tests.servers import Server, watchium_server

SLOW_BYTES_PER_S = 3_000_000
READ_MS = 30_000  # the page asks again what is inside, until the file is whole
CHAPTERS = ";FFMETADATA1\n" + "".join(
    f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={start + 4}\ntitle={title}\n"
    for start, title in ((0, "The harbour"), (4, "The boat"))
)


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with watchium_server() as server:
        yield server


@pytest.fixture
def person(browser, own_server: Server) -> Iterator[Callable[..., Page]]:
    with arrivals(browser, own_server) as arrive:
        yield arrive


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight seconds that take as many megabytes: noise cannot be compressed. With chapters, and one with captions."""
    folder = tmp_path_factory.mktemp("films")
    (folder / "chapters.txt").write_text(CHAPTERS)
    (folder / "en.srt").write_text("1\n00:00:03,000 --> 00:00:05,000\nGood morning\n")
    noise = ["-f", "lavfi", "-i", "color=gray:s=320x180:r=10:d=8,noise=alls=100:allf=t"]
    sound = ["-f", "lavfi", "-i", "sine=d=8"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "2", "-g", "20", "-c:a", "aac"]
    both = ["-map", "0:v", "-map", "1:a", "-map_chapters", "2"]
    late = ["-i", "en.srt", *both, "-map", "3", "-c:s", "copy", "-metadata:s:s:0", "language=eng"]
    for name, options in {"early film.mp4": [*both, "-movflags", "+faststart"], "late.mkv": late}.items():
        command = ["ffmpeg", "-v", "error", *noise, *sound, "-i", "chapters.txt", *options, *codecs, name]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120, cwd=folder)
    return folder


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stored(server: Server) -> list[Path]:
    return sorted((server.data_dir / "uploads").iterdir(), key=lambda path: path.stat().st_ctime)


def open_dialog(page: Page) -> None:
    if not page.locator("[data-change]").is_visible():
        page.get_by_role("button", name="Pick something to watch").click()


def choose(page: Page, path: Path) -> None:
    open_dialog(page)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Upload", exact=True).click()
    chooser.value.set_files(path)


def slow_line(page: Page, bytes_per_s: int = SLOW_BYTES_PER_S) -> None:
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    conditions = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": bytes_per_s}
    line.send("Network.emulateNetworkConditions", conditions)


def wait_for_bytes(page: Page, server: Server, count: int) -> None:
    wait_until(page, "() => document.querySelector('[data-bar]')?.value > 0")
    for _ in range(200):
        if stored(server) and stored(server)[-1].stat().st_size >= count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{stored(server)} did not grow to {count} bytes")


@pytest.mark.early
def test_an_upload_survives_a_closed_page_and_a_killed_server(person, own_server: Server, films: Path):
    film = films / "late.mkv"
    size = film.stat().st_size
    assert size > 9_000_000
    alice = person()
    url = new_room(alice)
    slow_line(alice)
    choose(alice, film)
    wait_for_bytes(alice, own_server, 3_000_000)
    expect(alice.locator("[data-upload-list]")).to_contain_text("late")
    context = alice.context
    alice.close()

    again = context.new_page()
    again.goto(url)
    slow_line(again)
    choose(again, film)
    wait_until(again, "() => document.querySelector('[data-bar]')?.value > 0.6")
    own_server.kill()
    own_server.start()
    play = again.locator("[data-upload-list]").get_by_role("button", name="Play this")
    expect(play).to_be_visible(timeout=30_000)
    assert [digest(path) for path in stored(own_server)] == [digest(film)]
    remove = again.locator("[data-upload-list] [data-remove]")
    remove.click()
    expect(remove).to_have_text("Press again to remove")
    play.click()
    wait_until(again, "() => document.querySelector('[data-media]').readyState >= 2")
    assert again.evaluate("() => watchium.room.state.timeline.media.title") == "late"
    expect(again.locator(".chapter-marks i")).to_have_count(1)
    open_menu(again)
    again.get_by_role("radio", name="English").check()
    close_menu(again)
    seek_to(again, 3.5)
    expect(again.locator(SHOWN)).to_have_text(["Good morning"])


def test_a_film_plays_for_everyone_while_it_arrives(person, own_server: Server, films: Path):
    film = films / "early film.mp4"
    assert film.stat().st_size > 9_000_000
    alice, bob = person(), person()
    join(bob, new_room(alice), "Bob")
    slow_line(alice, 1_500_000)
    choose(alice, film)
    alice.get_by_role("button", name="Play while it arrives").click(timeout=30_000)
    expect(alice.locator("[data-change]")).to_be_hidden()
    for page in (alice, bob):
        wait_until(page, "() => document.querySelector('[data-media]').readyState >= 2")
    assert stored(own_server)[-1].stat().st_size < film.stat().st_size
    alice.get_by_role("button", name="Play", exact=True).click()
    for page in (alice, bob):
        wait_until_moving(page, 1)
        wait_until_moving(page, 6)
    assert digest(stored(own_server)[-1]) == digest(film)
    for page in (alice, bob):
        assert page.evaluate("() => document.querySelector('[data-media]').error") is None
        expect(page.locator(".chapter-marks i")).to_have_count(1, timeout=READ_MS)


def test_a_pause_a_refusal_and_a_removal(person, own_server: Server, films: Path, tmp_path: Path):
    alice = person()
    new_room(alice)
    slow_line(alice)
    choose(alice, films / "late.mkv")
    alice.get_by_role("button", name="Pause", exact=True).last.click()
    expect(alice.locator("[data-state]").first).to_contain_text("paused")
    alice.get_by_role("button", name="Resume").click()
    alice.get_by_role("button", name="Cancel").click()
    expect(alice.locator("[data-upload-list] li")).to_have_count(0)
    page = tmp_path / "page.mp4"
    page.write_bytes(b"<html>" * 1000)
    choose(alice, page)
    expect(alice.locator("[data-device-problem]")).to_contain_text("does not begin like audio or video")
    expect(alice.locator("[data-upload-list]")).to_contain_text("refused")
