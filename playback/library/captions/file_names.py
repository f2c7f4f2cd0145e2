"""Finds the captions among the files beside a film: `film.srt`, `film.en.srt`, `film.pt-BR.forced.ass`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

TEXT_FORMATS = {"srt": "srt", "vtt": "vtt", "ass": "ass", "ssa": "ass"}
PICTURE_FORMATS = {"sup": "pgs", "idx": "vobsub"}  # the pictures of an .idx are in the .sub beside it
FLAGS = {"forced": "forced", "sdh": "hearing", "hi": "hearing", "cc": "hearing", "default": "default"}
LONGEST_LABEL = 100
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-z0-9]{2,8}){0,2}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class CaptionFile:
    """A caption file beside a film. `language` is as the name has it, such as `en`, `ger` or `pt-BR`, or empty."""

    name: str
    format: str
    language: str = ""
    label: str = ""
    forced: bool = False
    default: bool = False
    hearing: bool = False

    @property
    def has_text(self) -> bool:
        return self.format in TEXT_FORMATS.values()


def captions_among(film: str, names: Iterable[str]) -> list[CaptionFile]:
    """Return the captions of the film among the names of its folder, ordered by name."""
    stem = film.rpartition(".")[0].casefold()
    found = (_caption_file(stem, name) for name in names)
    return sorted((file for file in found if file), key=lambda file: file.name)


def _caption_file(stem: str, name: str) -> CaptionFile | None:
    beginning, dot, extension = name.rpartition(".")
    known = (TEXT_FORMATS | PICTURE_FORMATS).get(extension.lower())
    if known is None or not dot:
        return None
    if beginning.casefold() == stem:
        return CaptionFile(name, known)
    if not beginning.casefold().startswith(f"{stem}."):
        return None
    # Casefolding may change the length, so the words are counted from the end.
    words = beginning.casefold()[len(stem) + 1 :].count(".") + 1
    return _described(name, known, beginning.split(".")[-words:])


def _described(name: str, kind: str, words: list[str]) -> CaptionFile:
    """Describe a file by the words between the film's name and the extension."""
    flags = {FLAGS[word.lower()] for word in words if word.lower() in FLAGS}
    others = [word for word in words if word.lower() not in FLAGS and word.strip()]
    language = next((word for word in others if _LANGUAGE.fullmatch(word)), "")
    label = " ".join(word for word in others if word is not language)[:LONGEST_LABEL]
    return CaptionFile(
        name,
        kind,
        language,
        label,
        forced="forced" in flags,
        default="default" in flags,
        hearing="hearing" in flags,
    )
