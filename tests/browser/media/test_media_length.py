"""Media with wrong durations, made by ffmpeg and played by a host and a viewer."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.support.fixtures import TIMEOUT_S, join, make_room, wait_until, wait_until_ready
from tests.servers.media_server import MediaServer, media_server

LOUD_THEN_QUIET = "aevalsrc='if(gt(t,5),0.001*sin(440*t),0.6*(random(0)-0.5))':d={seconds}:s=44100:c=stereo"
NOISE = "anoisesrc=d={seconds}:a=0.3:r=44100"
PHASE = "() => watchium.room.state.timeline.phase"


def ffmpeg(source: str, *options: object) -> None:
    words = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", source, *map(str, options)]
    subprocess.run(words, check=True, timeout=60)


def claim_frames(path: Path, share: float) -> None:
    """Multiply the number of frames in an MP3's Xing header."""
    data = bytearray(path.read_bytes())
    at = max(data.find(b"Xing", 0, 4096), data.find(b"Info", 0, 4096)) + 8
    frames = int.from_bytes(data[at : at + 4], "big")
    data[at : at + 4] = int(frames * share).to_bytes(4, "big")
    path.write_bytes(data)


@pytest.fixture(scope="module")
def media(tmp_path_factory):
    if not shutil.which("ffmpeg"):
        pytest.skip("no ffmpeg")
    folder = tmp_path_factory.mktemp("lengths")
    ffmpeg(LOUD_THEN_QUIET.format(seconds=15), "-q:a", 2, "-write_xing", 0, folder / "vbr.mp3")
    ffmpeg(NOISE.format(seconds=12), "-q:a", 2, folder / "xing_small.mp3")
    claim_frames(folder / "xing_small.mp3", 0.3)
    ffmpeg(NOISE.format(seconds=6), "-q:a", 2, folder / "xing_large.mp3")
    claim_frames(folder / "xing_large.mp3", 20)
    ffmpeg(NOISE.format(seconds=16), "-b:a", "128k", "-write_xing", 0, folder / "growing.mp3")
    ffmpeg(NOISE.format(seconds=60), "-b:a", "128k", folder / "slow.mp3")
    parts = [folder / "one.ogg", folder / "two.ogg"]
    for part, seconds in zip(parts, (4, 6), strict=True):
        ffmpeg(NOISE.format(seconds=seconds), "-c:a", "libvorbis", part)
    (folder / "chained.ogg").write_bytes(b"".join(part.read_bytes() for part in parts))
    with media_server(folder) as server:
        yield server


@pytest.fixture(scope="module")
def room(people):
    host = people()
    url = make_room(host)
    viewer = people()
    join(viewer, url, "Vera")
    return host, viewer


def say(page: Page, kind: str, **payload: object) -> None:
    page.evaluate("([kind, payload]) => watchium.room.say(kind, payload)", [kind, payload])


def put_on(host: Page, viewer: Page, url: str) -> float:
    """Load the media, and return the duration once it is known."""
    say(host, "load", media_url=url)
    for page in (host, viewer):
        wait_until(page, "url => document.querySelector('[data-media]').src === url", url)
        wait_until_ready(page)
    wait_until(host, "() => watchium.room.state.timeline.duration > 0")
    return host.evaluate("() => watchium.room.state.timeline.duration")


def play_from(host: Page, seconds: float) -> None:
    """Play at triple speed. Start at 0 in files with a wrong duration: browsers seek in them inaccurately."""
    say(host, "set_rate", rate=3)
    say(host, "seek", current_time=seconds)
    say(host, "play")


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not true():
        assert time.monotonic() < deadline


def wait_for_the_end(pages: tuple[Page, Page]) -> list[float]:
    for page in pages:
        wait_until(page, f"() => ({PHASE})() === 'ended'")
    return [page.evaluate("() => watchium.room.state.timeline.duration") for page in pages]


@pytest.mark.parametrize(("name", "really_s"), [("vbr.mp3", 15), ("xing_small.mp3", 12), ("chained.ogg", 10)])
def test_media_plays_to_its_true_end_despite_a_wrong_duration(room, media, name, really_s):
    host, viewer = room
    said_s = put_on(host, viewer, media.url(name))
    assert said_s < really_s - 1.5, "not the file this test is about"
    play_from(host, 0)
    wait_until(viewer, "said => document.querySelector('[data-media]').currentTime > said + 0.7", said_s)
    assert viewer.evaluate(PHASE) == "playing"
    for end_s in wait_for_the_end(room):
        assert end_s == pytest.approx(really_s, abs=0.7)
    assert float(host.get_by_role("slider", name="Seek").get_attribute("max")) == pytest.approx(
        really_s, abs=0.7
    )


def test_media_with_a_too_long_duration_ends_for_all_members_where_its_data_ends(room, media):
    host, viewer = room
    assert put_on(host, viewer, media.url("xing_large.mp3")) > 60
    play_from(host, 0)
    for end_s in wait_for_the_end(room):
        assert end_s == pytest.approx(6, abs=0.7)


def test_a_file_that_has_grown_goes_on_where_it_ended(room, media: MediaServer):
    host, viewer = room
    whole = (media.folder / "growing.mp3").stat().st_size
    media.bytes_there["growing.mp3"] = whole // 2
    assert put_on(host, viewer, media.url("growing.mp3")) == pytest.approx(8, abs=0.5)
    play_from(host, 6)
    wait_for_the_end(room)
    del media.bytes_there["growing.mp3"]
    for page in room:
        page.reload()
        wait_until_ready(page)
    play_from(host, 7)
    wait_until(viewer, "() => watchium.room.state.timeline.duration > 14")
    wait_until(viewer, "() => document.querySelector('[data-media]').currentTime > 9")
    assert viewer.evaluate(PHASE) == "playing"


def test_a_stalled_player_reports_reason_and_length_of_the_stall(room, media: MediaServer):
    host = room[0]
    sent: list[dict] = []
    host.on("websocket", lambda line: line.on("framesent", lambda frame: sent.append(json.loads(frame))))
    host.reload()
    media.held["slow.mp3"] = 3 * 128_000 // 8 + 2000
    say(host, "load", media_url=media.url("slow.mp3"))
    play_from(host, 0)

    def of(kind: str) -> list[dict]:
        host.wait_for_timeout(20)
        return [frame["payload"] for frame in sent if frame["type"] == kind]

    until(lambda: of("buffer_start"))
    media.go_on.set()
    until(lambda: of("buffer_end"))
    for report in (of("buffer_start")[0], of("buffer_end")[0]):
        assert report["reason"] == "network"
        assert 0 <= report["latency_ms"] < 5000
    assert of("buffer_end")[0]["waited_ms"] > 0
