"""Items that browsers would play mute or black are prepared by a press, and then play with picture and sound."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.fixtures import join, make_room, play, wait_until
from tests.media import made
from tests.servers import Server, watchium_server

PREPARED_MS = 60_000


@pytest.fixture(scope="module")
def library() -> Iterator[Server]:
    if shutil.which("ffmpeg") is None:
        pytest.skip("needs ffmpeg")
    with watchium_server() as server:
        shelf = server.data_dir / "library"
        shelf.mkdir(exist_ok=True)
        two_languages(shelf / "Night Train.mkv")
        shutil.copy(made("m_hevc_aac.mkv"), shelf / "Ten Miles.mkv")
        server.manage("scan_media")
        yield server


def two_languages(target: Path) -> None:
    """Japanese AC-3, which Chromium does not play, and English."""
    parts = [word for name in ("v_h264.mkv", "a_ac3.mka", "a_aac_b.mka") for word in ("-i", str(made(name)))]
    languages = ["-metadata:s:a:0", "language=jpn", "-metadata:s:a:1", "language=eng"]
    streams = ["-map", "0:v", "-map", "1:a", "-map", "2:a", "-c", "copy"]
    command = ["ffmpeg", "-v", "error", *parts, *streams, *languages, str(target)]
    subprocess.run(command, check=True, timeout=60)


def line(page: Page, title: str):
    return page.get_by_role("dialog").get_by_role("listitem").filter(has_text=title)


def wait_for_picture_and_sound(page: Page) -> None:
    wait_until(
        page,
        """() => { const media = document.querySelector('video')
            return media?.videoWidth === 160 && media.webkitAudioDecodedByteCount > 0 }""",
    )


def test_the_host_prepares_a_film_that_then_plays_with_picture_sound_and_languages(person, library: Server):
    page = person(base_url=library.url)
    make_room(page)
    page.get_by_role("button", name="Change media").click()
    film = line(page, "Night Train")
    expect(film).to_contain_text("Not every browser plays its sound (AC-3).")
    film.get_by_role("button", name="Prepare", exact=True).click()
    expect(film).to_contain_text("Ready to play.", timeout=PREPARED_MS)
    expect(film).not_to_contain_text("Needs conversion")
    film.get_by_role("button", name="Night Train").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    play(page)
    wait_for_picture_and_sound(page)
    page.get_by_role("button", name="Audio language").click()
    for language in ("Japanese", "English"):
        expect(page.get_by_role("radio", name=language)).to_be_visible()
    wait_until(page, "() => Math.abs(document.querySelector('video').duration - 4) < 0.2")

    player = person(base_url=library.url)
    player.goto("/player/")
    row = player.get_by_role("row").filter(has_text="Night Train")
    expect(row).not_to_contain_text("Needs conversion")
    row.get_by_role("button", name="Play Night Train").first.click()
    wait_for_picture_and_sound(player)


def test_an_upload_is_prepared_and_played(person, library: Server):
    host, guest = person(base_url=library.url), person(base_url=library.url)
    url = make_room(host)
    host.get_by_role("button", name="Change media").click()
    with host.expect_file_chooser() as chooser:
        host.get_by_role("button", name="Upload", exact=True).click()
    chooser.value.set_files(made("m_h264_ac3.mkv"))
    film = line(host, "m h264 ac3")
    expect(film).to_contain_text("Not every browser plays its sound (AC-3).")
    expect(film.get_by_role("button", name="Play this")).to_be_hidden()
    host.reload()
    host.get_by_role("button", name="Change media").click()
    film.get_by_role("button", name="Prepare and play when ready").click()
    join(guest, url)
    wait_for_picture_and_sound(guest)
    expect(film.get_by_role("button", name="Play this")).to_be_visible(timeout=PREPARED_MS)


def test_a_film_plays_when_it_is_ready_though_the_page_of_the_host_is_closed(person, library: Server):
    host, guest = person(base_url=library.url), person(base_url=library.url)
    url = make_room(host)
    join(guest, url)
    host.get_by_role("button", name="Change media").click()
    line(host, "Ten Miles").get_by_role("button", name="Prepare and play when ready").click()
    expect(line(host, "Ten Miles").get_by_role("button", name="Cancel")).to_be_visible()
    host.close()
    wait_until(
        guest,
        "() => window.watchium.room.state.timeline.media?.title === 'Ten Miles'",
    )
    wait_for_picture_and_sound(guest)
