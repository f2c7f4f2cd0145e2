"""Items of the library that browsers would play mute or black: nobody puts them on by mistake."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.support.fixtures import join, make_room, wait_until
from tests.media import made
from tests.servers import ROOT, Server, watchium_server

WHY = "Not every browser plays its sound (AC-3)."


@pytest.fixture(scope="module")
def library() -> Iterator[Server]:
    """A server with a song, a film that Chromium plays at once, and one that it would play without sound."""
    if shutil.which("ffprobe") is None:
        pytest.skip("needs ffprobe")
    with watchium_server() as server:
        shelf = server.data_dir / "library"
        shelf.mkdir(exist_ok=True)
        shutil.copy(ROOT / "static/samples/music.ogg", shelf / "Low Tide.ogg")
        shutil.copy(made("m_h264_ac3.mkv"), shelf / "Silent Film.mkv")
        shutil.copy(made("m_h264_aac.mkv"), shelf / "Spoken Film.mkv")
        server.manage("scan_media")
        yield server


def test_the_player_marks_them_and_leaves_them_out(person, library: Server):
    page = person(base_url=library.url)
    page.goto("/player/")
    silent, spoken = (
        page.get_by_role("row").filter(has_text=name) for name in ("Silent Film", "Spoken Film")
    )
    expect(silent).to_contain_text("Needs conversion")
    expect(spoken).not_to_contain_text("Needs conversion")
    page.get_by_role("button", name="Add Silent Film to queue", exact=True).click()
    expect(page.get_by_role("status").filter(has_text=WHY)).to_be_visible()
    page.get_by_role("button", name="Queue all").click()
    queue = page.get_by_role("list", name="Queue").get_by_role("listitem")
    expect(queue).to_have_count(2)  # the song and the other film
    expect(queue.filter(has_text="Silent Film")).to_have_count(0)
    expect(page.get_by_text("1 were left out")).to_be_visible()


def test_a_room_refuses_them_with_the_reason_and_plays_the_others(person, library: Server):
    page = person(base_url=library.url)
    make_room(page)
    page.get_by_role("button", name="Change media").click()
    dialog = page.get_by_role("dialog")
    silent = dialog.get_by_role("button", name="Silent Film")
    expect(silent).to_contain_text("Needs conversion")
    silent.click()
    expect(dialog.get_by_role("alert")).to_contain_text(WHY)
    expect(dialog.get_by_role("alert")).to_be_in_viewport()
    dialog.get_by_role("button", name="Spoken Film").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    wait_until(page, "() => document.querySelector('[data-media]').videoWidth === 160")


def test_the_host_prepares_before_the_start_what_a_member_cannot_play(person, library: Server):
    alice, bob = person(base_url=library.url), person(base_url=library.url)
    join(bob, make_room(alice), "Bob")
    black = made("m_hevc_aac.mkv").read_bytes()
    bob.route("**/media/library/*", lambda route: route.fulfill(body=black, content_type="video/x-matroska"))
    alice.get_by_role("button", name="Change media").click()
    alice.get_by_role("dialog").get_by_role("button", name="Spoken Film").click()
    stage = alice.locator("[data-stage]")
    expect(stage).to_contain_text("No picture for Bob", timeout=15_000)
    stage.get_by_role("button", name="Prepare", exact=True).click()
    expect(stage).to_contain_text("It plays here when it is ready.")
