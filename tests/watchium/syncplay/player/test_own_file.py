from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from playback.domain.timeline import PLAYING, Timeline
from watchium.protocol.types import Media
from watchium.syncplay.incoming import SetFile
from watchium.syncplay.player.own_file import apart_s, likeness

PLAYS = Timeline(position_s=0.0, phase=PLAYING, duration_s=5400.0)
FILM = Media(url="own:film", kind="video", title="Film", source="own", size=10**9, duration=5400.0)


@pytest.mark.parametrize(
    ("duration_s", "size", "expected"),
    [
        (5400.4, 10**9, "same"),
        (5400.4, 10**9 - 1, "similar"),
        (5402.0, 10**9, "similar"),
        (5402.6, 10**9, "different"),
        (5403.0, 0, "different"),
        (0.0, 10**9, "same"),
        (0.0, 10**9 - 1, "unknown"),
        (0.0, 0, "unknown"),
    ],
)
def test_a_file_is_compared_by_length_and_size(duration_s: float, size: int, expected: str):
    file = SetFile(name="film.mkv", duration_s=duration_s, size=size)
    assert likeness(file, FILM, PLAYS) == expected


def test_media_of_the_server_are_compared_by_the_length_of_the_timeline():
    media = msgspec.structs.replace(FILM, source="file", size=None, duration=None)
    file = SetFile(name="film.mkv", duration_s=5401.0, size=5)
    assert likeness(file, media, PLAYS) == "similar"
    assert likeness(file, media, replace(PLAYS, duration_source="tags")) == "unknown"
    assert apart_s(file, media, PLAYS) == 1.0


def test_no_file_and_no_media():
    assert likeness(None, FILM, PLAYS) == "missing"
    assert likeness(SetFile(name="a", duration_s=9.0), None, Timeline()) == "unknown"
