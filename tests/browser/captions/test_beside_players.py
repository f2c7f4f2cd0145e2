"""Captions and "Skip intro" beside a player of another site: nothing may be drawn over it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.captions.test_captions import SHOWN, add_file, turn_off
from tests.browser.media.test_youtube import agree, load
from tests.browser.support.fixtures import make_room, pause, play, seek_to, wait_until_ready
from tests.browser.support.youtube import StandIn

CAPTIONS = "1\n00:00:02,000 --> 00:00:05,000\nHello\n\n2\n00:00:06,000 --> 00:00:08,000\n{\\an8}Above\n"
CHAPTERS = [{"start": 4, "title": "Opening"}, {"start": 9, "title": "The harbour"}]


def test_captions_follow_the_clock_of_the_player_and_are_below_it(person, tmp_path: Path):
    file = tmp_path / "film.srt"
    file.write_text(CAPTIONS)
    alice = person()
    StandIn(alice)
    make_room(alice)
    wait_until_ready(alice)
    add_file(alice, file)  # the captions are loaded while the page's own player plays
    load(alice, "https://youtu.be/aqz-KE-bpKQ")
    agree(alice)
    frame = alice.locator("iframe")
    high = height(frame)
    add_file(alice, file)
    assert height(frame) < high
    play(alice)
    expect(alice.locator(SHOWN)).to_have_text(["Hello"])
    expect(alice.locator(SHOWN)).to_have_count(0)
    pause(alice)
    alice.evaluate("chapters => watchium.room.say('set_chapters', { chapters })", CHAPTERS)
    seek_to(alice, 6.5)
    expect(alice.locator(SHOWN)).to_have_text(["Above"])
    assert is_below(alice.locator(SHOWN), frame)
    for width, most in ((1280, 800), (360, 740)):
        alice.set_viewport_size({"width": width, "height": most})
        assert is_below(alice.get_by_role("button", name="Skip intro"), frame)
    alice.get_by_role("button", name="Skip intro").click()
    expect(alice.locator(SHOWN)).to_have_count(0)
    turn_off(alice)
    expect(alice.locator("[data-stage]")).not_to_have_attribute("data-caption-home", "bottom")


def box(element: Locator) -> dict[str, float]:
    found = element.first.bounding_box()
    assert found is not None
    return dict(found)


def height(element: Locator) -> float:
    return box(element)["height"]


def is_below(element: Locator, frame: Locator) -> bool:
    above = box(frame)
    return box(element)["y"] >= above["y"] + above["height"]
