"""Captions and chapters of films in the library, which ffmpeg makes for the run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.captions.test_captions import SHOWN, close_menu, go_to, open_menu
from tests.browser.support.fixtures import join, make_room, wait_for_position, wait_until_ready
from tests.playback.library.captions.films import has_ffmpeg
from tests.servers import Server, watchium_server

CHAPTERS = (("Before", 0, 2), ("Opening", 2, 6), ("The harbour", 6, 12))
ENGLISH = "1\n00:00:03,000 --> 00:00:05,000\nGood morning\n"
GERMAN = "1\n00:00:03,000 --> 00:00:05,000\nGuten Morgen\n"


def make_film(folder: Path) -> None:
    """Twelve seconds with chapters and English captions inside, German and Japanese ones beside it."""
    metadata = ";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={end}\ntitle={title}\n"
        for title, start, end in CHAPTERS
    )
    (folder / "chapters.txt").write_text(metadata)
    (folder / "en.srt").write_text(ENGLISH)
    words = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=12"]
    words += ["-i", "en.srt", "-i", "chapters.txt", "-map", "0:v", "-map", "1", "-map_metadata", "2"]
    words += ["-c:v", "libvpx", "-deadline", "realtime", "-c:s", "copy", "-metadata:s:s:0", "language=eng"]
    subprocess.run([*words, "film.mkv"], cwd=folder, check=True, timeout=60)
    (folder / "film.ger.srt").write_text(GERMAN)
    (folder / "film.ja.sup").write_bytes(b"PG")
    (folder / "second.mkv").write_bytes((folder / "film.mkv").read_bytes())
    (folder / "second.de.srt").write_text(GERMAN.replace("Morgen", "Abend"))


@pytest.fixture(scope="module")
def library(tmp_path_factory) -> Iterator[Server]:
    if not has_ffmpeg():
        pytest.skip("ffmpeg is not installed")
    folder = tmp_path_factory.mktemp("library")
    make_film(folder)
    with watchium_server({"WATCHIUM_LIBRARY_DIR": str(folder)}) as running:
        running.manage("scan_media")
        yield running


@pytest.fixture
def watching(person, library: Server) -> tuple[Page, Page]:
    """alice hosts a film of the library, bob watches."""
    alice, bob = person(base_url=library.url), person(base_url=library.url)
    join(bob, make_room(alice), "Bob")
    load(alice, bob, "film")
    return alice, bob


def load(alice: Page, bob: Page, title: str) -> None:
    alice.evaluate(
        """async title => {
            const { items } = await (await fetch("/api/library/")).json()
            const { url } = items.find(item => item.title === title)
            await watchium.room.say("load", { media_url: url })
        }""",
        title,
    )
    for page in (alice, bob):
        page.locator(
            f"[data-media][src*='{alice.evaluate('watchium.room.state.timeline.media.url')}']"
        ).wait_for()
        wait_until_ready(page)


def choose(page: Page, name: str) -> None:
    open_menu(page)
    page.get_by_role("radio", name=name).check()
    expect(page.get_by_role("radio", name="Japanese")).to_be_disabled()
    expect(page.get_by_text("made of pictures and cannot be shown")).to_be_visible()
    close_menu(page)


def test_two_people_read_the_captions_of_a_film_in_their_languages(watching):
    alice, bob = watching
    choose(alice, "English")
    choose(bob, "German")
    go_to(watching, 2.9)
    for page in watching:
        expect(page.locator(SHOWN)).to_have_count(0)
    go_to(watching, 3.0)
    expect(alice.locator(SHOWN)).to_have_text(["Good morning"])
    expect(bob.locator(SHOWN)).to_have_text(["Guten Morgen"])
    bob.reload()
    wait_for_position(bob, 3.0)
    expect(bob.locator(SHOWN)).to_have_text(["Guten Morgen"])
    load(alice, bob, "second")
    go_to(watching, 4.0)
    expect(bob.locator(SHOWN)).to_have_text(["Guten Abend"])
    expect(alice.locator(SHOWN)).to_have_text(["Good morning"])


def test_chapters_are_marked_named_and_skipped(watching):
    alice, bob = watching
    expect(alice.locator(".chapter-marks i")).to_have_count(2)
    slider = alice.get_by_role("slider", name="Seek")
    go_to(watching, 4.5)
    expect(slider).to_have_attribute("aria-valuetext", "0:04, Opening")
    expect(bob.get_by_role("button", name="Chapters: Opening")).to_be_visible()
    expect(bob.get_by_role("button", name="Skip intro")).to_be_hidden()
    alice.get_by_role("button", name="Skip intro").click()
    wait_for_position(bob, 6.0)
    expect(alice.get_by_role("button", name="Skip intro")).to_be_hidden()
    alice.locator("body").press("Shift+ArrowLeft")
    wait_for_position(bob, 2.0)
    bob.locator("body").press("Shift+ArrowRight")  # has no effect without control
    alice.locator("body").press("Shift+ArrowRight")
    wait_for_position(bob, 6.0)
    alice.get_by_role("button", name="Chapters: The harbour").click()
    alice.get_by_role("dialog", name="Chapters").get_by_role("button", name="Before").click()
    wait_for_position(bob, 0.0)
    alice.locator(".seek-row").hover()
    expect(alice.locator(".chapter-tip")).to_contain_text("The harbour · 0:06")
    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("button", name="Sample clip").click()
    for page in watching:
        expect(page.locator(".chapter-marks, .chapter-button, .chapter-menu")).to_have_count(0)
