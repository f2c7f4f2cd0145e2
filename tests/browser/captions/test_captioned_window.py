"""Picture-in-picture with captions: the picture is in a window of the page."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.captions.test_captions import SHOWN, add_file, go_to
from tests.browser.media.test_youtube import load
from tests.browser.support.fixtures import join, make_room, play, wait_until_moving, wait_until_ready
from tests.browser.support.youtube import StandIn

CAPTIONS = "1\n00:00:02,000 --> 00:00:50,000\nHello\n"
OPENED = "() => documentPictureInPicture.window?.document.querySelector('video') ?? null"


def test_captions_move_with_the_picture_and_come_back_before_other_media(person, tmp_path: Path):
    file = tmp_path / "film.srt"
    file.write_text(CAPTIONS)
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    StandIn(bob)
    for page in (alice, bob):
        wait_until_ready(page)
    go_to((alice, bob), 3)
    add_file(bob, file)
    with bob.context.expect_page() as opened:
        bob.get_by_role("button", name="Picture in picture").click()
    window = opened.value
    expect(window.locator(SHOWN)).to_have_text(["Hello"])
    expect(window.locator("video")).to_have_js_property("paused", True)
    play(alice)
    window.wait_for_function("() => document.querySelector('video').currentTime > 3.5")
    bob.get_by_role("button", name="Picture in picture").click()
    wait_until_moving(bob, 3.5)
    expect(bob.locator(SHOWN)).to_have_text(["Hello"])
    with bob.context.expect_page() as opened:
        bob.get_by_role("button", name="Picture in picture").click()
    expect(opened.value.locator(SHOWN)).to_have_text(["Hello"])
    load(alice, "https://youtu.be/aqz-KE-bpKQ")
    expect(bob.get_by_role("heading", name="This room plays from YouTube")).to_be_visible()
    assert bob.evaluate(OPENED) is None
    expect(bob.locator("[data-stage] [data-media]")).to_have_count(1)
