"""Captions with the styles of their file: a red sign at a place in the picture, and a line of text."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.captions.test_captions import SHOWN, add_file, close_menu, go_to, open_menu
from tests.browser.support.fixtures import (
    join,
    make_room,
    seek_to,
    wait_for_position,
    wait_until,
    wait_until_ready,
)

SCRIPT = r"""[Script Info]
ScriptType: v4.00+
PlayResX: 640
PlayResY: 360

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Outline, Alignment, MarginL, MarginR, MarginV
Style: Default,Nowhere,28,&H00FFFFFF,0,1,2,10,10,20

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\k50}Good {\k50}morning
Dialogue: 1,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\an7\pos(400,60)\1c&H0000FF&\p1}m 0 0 l 200 0 200 100 0 100
"""
STUCK_MS = 40_000  # eight seconds, on a busy machine
# Whether the captions' own canvas is red where the sign is.
SIGN = """wanted => {
    const canvas = document.querySelector("[data-styled-captions]")
    if (!canvas?.width) return false
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d")
    copy.drawImage(canvas, 0, 0)
    const at = (x, y) => [...copy.getImageData(canvas.width * x / 640, canvas.height * y / 360, 1, 1).data]
    const [red, green, blue, opacity] = at(500, 110)
    const isRed = red > 200 && green < 60 && blue < 60 && opacity > 200
    return isRed === wanted && at(100, 110)[3] === 0
}"""


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "film.ass"
    file.write_text(SCRIPT)
    return file


def test_styles_are_drawn_in_time_and_become_text_where_they_cannot(person, script: Path):
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    both: tuple[Page, Page] = (alice, bob)
    for page in both:
        wait_until_ready(page)
    alice.route("**/*.wasm", lambda route: route.abort())
    go_to(both, 3)
    for page in both:
        add_file(page, script)
    wait_until(bob, SIGN, True)
    expect(bob.locator(SHOWN).first).to_be_hidden()
    expect(alice.locator(SHOWN)).to_have_text(["Good morning"])
    expect(alice.locator("[data-styled-captions]")).to_have_count(0)
    open_menu(alice)
    expect(alice.get_by_text("They are shown as text")).to_be_visible()
    for _ in range(4):
        alice.locator("[data-caption-shared]").locator("button[data-step='500']").click()
    close_menu(alice)
    wait_until(bob, SIGN, False)  # two seconds later for everyone: not yet
    open_menu(bob)
    for _ in range(4):
        bob.locator("[data-caption-own]").locator("button[data-step='-500']").click()
    wait_until(bob, SIGN, True)
    expect(bob.get_by_label("Size")).to_be_hidden()
    bob.get_by_label("Fonts, colours and places of the file").uncheck()
    expect(bob.locator(SHOWN)).to_have_text(["Good morning"])
    expect(bob.get_by_label("Size")).to_be_visible()
    bob.get_by_label("Fonts, colours and places of the file").check()
    wait_until(bob, SIGN, True)
    bob.get_by_role("radio", name="Off").check()
    expect(bob.locator("[data-styled-captions]")).to_have_count(0)
    expect(bob.locator(SHOWN)).to_have_count(0)


@pytest.mark.long
def test_captions_that_take_too_long_to_draw_become_text(person, tmp_path: Path):
    """A picture of 30,000 blurred signs takes minutes, and their worker would never end."""
    alice = person()
    make_room(alice)
    wait_until_ready(alice)
    seek_to(alice, 3)
    wait_for_position(alice, 3)
    sign = (
        r"Dialogue: 2,0:00:02.00,0:00:04.00,Default,,0,0,0,,{\blur20\fs90\move(0,0,600,300)\t(\frz90)}Sign "
    )
    bomb = tmp_path / "bomb.ass"
    bomb.write_text(SCRIPT + "\n".join(f"{sign}{number}" for number in range(30_000)))
    add_file(alice, bomb)
    canvas = alice.locator("[data-styled-captions]")
    expect(canvas).to_have_count(1)
    expect(canvas).to_have_count(0, timeout=STUCK_MS)
    expect(alice.locator(SHOWN).first).to_be_visible()
    open_menu(alice)
    expect(alice.get_by_text("They are shown as text")).to_be_visible()
