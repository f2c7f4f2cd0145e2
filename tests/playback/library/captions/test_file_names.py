from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.library.captions.file_names import CaptionFile, captions_among


@pytest.mark.parametrize(
    ("name", "described"),
    [
        ("film.srt", {}),
        ("film.en.srt", {"language": "en"}),
        ("FILM.EN.SRT", {"language": "EN"}),
        ("film.pt-BR.vtt", {"language": "pt-BR", "format": "vtt"}),
        ("film.ger.forced.ass", {"language": "ger", "forced": True, "format": "ass"}),
        ("film.en.sdh.ssa", {"language": "en", "hearing": True, "format": "ass"}),
        ("film.English.srt", {"label": "English"}),
        ("film.en.Director's comments.srt", {"language": "en", "label": "Director's comments"}),
        ("film.ja.default.srt", {"language": "ja", "default": True}),
        ("film.en.sup", {"language": "en", "format": "pgs"}),
        ("film.idx", {"format": "vobsub"}),
    ],
)
def test_a_name_says_what_its_file_is(name: str, described: dict):
    assert captions_among("film.mkv", [name]) == [CaptionFile(**{"name": name, "format": "srt", **described})]


@pytest.mark.parametrize(
    "name",
    [
        "film.mkv",
        "film 2.srt",
        "film2.en.srt",
        "other.srt",
        "film",
        "srt",
        ".srt",
        "film.sub",
        "film.txt",
        "",
    ],
)
def test_other_files_are_none(name: str):
    assert captions_among("film.mkv", [name]) == []


def test_a_film_with_dots_in_its_name_has_its_own_captions_only():
    names = ["A.Film.2024.en.srt", "A.Film.srt", "A.Film.2024.srt", "A.Film.2024.Extended.srt"]
    found = {file.name: file.label for file in captions_among("A.Film.2024.mkv", names)}
    assert found == {"A.Film.2024.Extended.srt": "Extended", "A.Film.2024.en.srt": "", "A.Film.2024.srt": ""}


names = st.text(alphabet="aßİ.srtvEN-é ", max_size=20)


@given(names, st.lists(names.map(lambda name: f"{name}.srt"), max_size=5))
def test_any_names_are_read_and_each_begins_like_the_film(film: str, others: list[str]):
    for file in captions_among(f"{film}.mkv", others):
        assert file.name in others
        assert file.name.casefold().startswith(film.casefold())
        assert len(file.label) <= 100
