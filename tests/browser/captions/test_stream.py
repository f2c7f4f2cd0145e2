"""Captions of an HLS stream, fetched in segments while it plays."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.captions.test_captions import SHOWN, close_menu, go_to, open_menu
from tests.browser.support.fixtures import join, load, make_room, wait_for_position, wait_until_ready
from tests.servers.stream_files import SEGMENT_S, make_film
from tests.servers.stream_server import StreamServer, stream_server

pytestmark = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg makes the film")

FILM_S = 12
# The film's clock begins at 0; the second segment counts from its own beginning.
CUES = {
    0: ("MPEGTS:0", "00:01.000 --> 00:03.000", "One"),
    1: ("MPEGTS:180000", "00:01.500 --> 00:02.500", "Two"),
}


def add_captions(folder: Path) -> None:
    captions = folder / "captions"
    captions.mkdir()
    names = []
    for number in range(FILM_S // SEGMENT_S):
        clock, times, text = CUES.get(number, ("MPEGTS:0", "", ""))
        cue = f"{times}\n{text}\n" if text else ""
        names.append(f"#EXTINF:{SEGMENT_S},\ns{number}.vtt")
        header = f"WEBVTT\nX-TIMESTAMP-MAP={clock},LOCAL:00:00:00.000"
        (captions / f"s{number}.vtt").write_text(f"{header}\n\n{cue}")
    (captions / "index.m3u8").write_text("\n".join(("#EXTM3U", *names, "#EXT-X-ENDLIST", "")))
    master = folder / "master.m3u8"
    rendition = (
        '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="s",NAME="Spoken",LANGUAGE="de",URI="captions/index.m3u8"'
    )
    text = master.read_text().replace(',AUDIO="a"', ',AUDIO="a",SUBTITLES="s"')
    master.write_text(text.replace("#EXT-X-STREAM-INF", f"{rendition}\n#EXT-X-STREAM-INF", 1))


@pytest.fixture(scope="module")
def streams(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StreamServer]:
    folder = tmp_path_factory.mktemp("film")
    make_film(folder, FILM_S)
    add_captions(folder)
    with stream_server(folder) as server:
        yield server


def test_captions_of_a_stream_are_chosen_remembered_and_fetched(person, streams: StreamServer):
    alice, bob = person(), person()
    join(bob, make_room(alice), "Bob")
    load(alice, streams.url("ok"))
    for page in (alice, bob):
        page.locator("[data-media][src^='blob:']").wait_for()
        wait_until_ready(page)
    open_menu(bob)
    bob.get_by_role("radio", name="German Spoken").check()
    close_menu(bob)
    for seconds, shown in [(0.5, []), (1.0, ["One"]), (3.2, []), (3.5, ["Two"]), (4.5, [])]:
        go_to((alice, bob), seconds)
        expect(bob.locator(SHOWN)).to_have_text(shown)
    go_to((alice, bob), 4.0)
    bob.reload()
    wait_for_position(bob, 4.0)
    expect(bob.locator(SHOWN)).to_have_text(["Two"])
    assert [path for path in streams.requests if "captions" in path]
    expect(alice.locator(SHOWN)).to_have_count(0)
