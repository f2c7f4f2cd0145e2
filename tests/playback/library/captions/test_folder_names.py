from __future__ import annotations

import os
import time
from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import override_settings

from playback.library.captions import folder_names
from playback.library.captions.folder_names import caption_names_beside
from playback.library.paths import names_in_folder_of

LONG_AGO_S = 1_700_000_000


@pytest.fixture(autouse=True)
def library(tmp_path: Path):
    with override_settings(LIBRARY_DIR=tmp_path):
        yield tmp_path


def put(folder: Path, *names: str) -> None:
    folder.mkdir(exist_ok=True)
    for name in names:
        (folder / name).touch()
    rest(folder)


def rest(folder: Path, since_s: float = LONG_AGO_S) -> None:
    os.utime(folder, (since_s, since_s))


def count_reads():
    return patch.object(folder_names, "names_in_folder_of", wraps=names_in_folder_of)


def test_only_names_that_begin_with_the_films_are_found_whatever_their_case(library: Path):
    names = [
        "Film.en.srt",
        "FILM.srt",
        "film.de.ASS",
        "film.mkv",
        "film.txt",
        "film 2.srt",
        "films.srt",
        "a.srt",
    ]
    put(library / "Films", *names)
    put(library, "film.it.srt")
    assert sorted(caption_names_beside("Films/film.mkv")) == ["FILM.srt", "Film.en.srt", "film.de.ASS"]
    assert caption_names_beside("Films/other.mkv") == []
    assert caption_names_beside("film.mkv") == ["film.it.srt"]
    assert caption_names_beside("gone/film.mkv") == []


def test_a_folder_is_read_again_only_after_it_changed(library: Path):
    put(library, "a.srt", "b.srt")
    with count_reads() as reads:
        for name in ("a", "b", "a"):
            assert caption_names_beside(f"{name}.mkv") == [f"{name}.srt"]
        assert reads.call_count == 1
        (library / "a.srt").rename(library / "a.de.srt")
        rest(library, LONG_AGO_S + 1)
        assert caption_names_beside("a.mkv") == ["a.de.srt"]
        assert reads.call_count == 2


def test_a_folder_that_has_just_changed_may_change_within_the_same_instant(library: Path):
    put(library, "a.srt")
    now_s = time.time()
    rest(library, now_s)
    assert caption_names_beside("a.mkv") == ["a.srt"]
    (library / "a.en.srt").touch()
    rest(library, now_s)
    assert caption_names_beside("a.mkv") == ["a.en.srt", "a.srt"]


def test_a_folder_that_never_says_that_it_changed_is_read_again_after_a_minute(library: Path):
    put(library, "a.srt")
    assert caption_names_beside("a.mkv") == ["a.srt"]
    put(library, "a.en.srt")
    assert caption_names_beside("a.mkv") == ["a.srt"]
    with patch.object(folder_names, "KEPT_S", 0.0):
        assert caption_names_beside("a.mkv") == ["a.en.srt", "a.srt"]


def test_what_is_kept_is_bounded(library: Path):
    for folder in ("1", "2", "3"):
        put(library / folder, *(f"{n}.srt" for n in range(9)))
    with patch.object(folder_names, "MOST_KEPT", 20), count_reads() as reads:
        for folder in ("1", "2", "2", "3", "2", "1"):
            assert caption_names_beside(f"{folder}/4.mkv") == ["4.srt"]
        assert reads.call_count == 4  # the first had to go
        assert set(folder_names._kept.folders) == {"1", "2"}
    with patch.object(folder_names, "MOST_KEPT", 5):
        assert caption_names_beside("3/4.mkv") == ["4.srt"]
        assert not folder_names._kept.folders


def test_a_folder_of_fifty_thousand_files_is_looked_through_once(library: Path):
    with patch.object(folder_names, "names_in_folder_of") as names:
        names.return_value = [f"film {n:05}.{ending}" for n in range(25_000) for ending in ("mkv", "en.srt")]
        rest(library)
        for n in range(0, 25_000, 50):
            assert caption_names_beside(f"film {n:05}.mkv") == [f"film {n:05}.en.srt"]
    assert names.call_count == 1
