"""Make the files of `recipes` with ffmpeg, once: they are kept in a temporary folder for later runs.

Several test processes may ask for the same file: a lock lets one of them make it, and a file appears only when whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.media import recipes
from tests.media.recipes import DIGITS, PICTURE, SOURCES, STREAMS, TONE, Source
from tests.media.texts import TEXTS

MAKE_S = 120
_RECIPES = {**STREAMS, **SOURCES}
_GENERATED = {
    "tone": TONE.format(hertz=440),
    "other tone": TONE.format(hertz=880),
}


def made(name: str) -> Path:
    """Return the file, or skip the test if this machine's ffmpeg cannot make it."""
    if reason := missing(name):
        pytest.skip(reason)
    return _made(name)


def missing(name: str) -> str:
    """Return why a file cannot be made here, or an empty string."""
    if shutil.which("ffmpeg") is None:
        return "needs ffmpeg"
    unknown = sorted(_needs(name) - codecs_of_ffmpeg())
    return f"ffmpeg lacks {' and '.join(unknown)}" if unknown else ""


@cache
def codecs_of_ffmpeg() -> frozenset[str]:
    """The encoders of this machine's ffmpeg."""
    lines = _output("-encoders").splitlines()
    return frozenset(words[1] for line in lines if len(words := line.split()) > 1)


def _needs(name: str) -> set[str]:
    source = _RECIPES.get(name)
    if source is None:
        return set()
    return set(source.needs).union(*(_needs(part) for part in source.inputs))


def _made(name: str) -> Path:
    target = _folder() / name
    if target.exists():
        return target
    for part in _RECIPES[name].inputs if name in _RECIPES else ():
        if part in _RECIPES or part in TEXTS:
            _made(part)
    with _locked(target):
        if not target.exists():
            _make(target, name)
    return target


def _make(target: Path, name: str) -> None:
    unfinished = target.with_name(f"unfinished-{os.getpid()}-{name}")
    try:
        if name in TEXTS:
            unfinished.write_text(TEXTS[name])
        else:
            command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1"]
            command += [*_arguments(_RECIPES[name], name), str(unfinished)]
            done = subprocess.run(command, capture_output=True, timeout=MAKE_S, check=False)
            assert done.returncode == 0, f"{name}: {done.stderr.decode(errors='replace')}"
        os.replace(unfinished, target)
    finally:
        unfinished.unlink(missing_ok=True)


def _arguments(source: Source, name: str) -> list[str]:
    arguments = list(source.before)
    for part in source.inputs:
        if part == "picture":
            arguments += ["-f", "lavfi", "-i", _picture()]
        elif part in _GENERATED:
            arguments += ["-f", "lavfi", "-i", _GENERATED[part]]
        else:
            arguments += ["-i", str(_folder() / part)]
    arguments += source.options
    if name == "episode.mkv" and (font := _font()):
        arguments += ["-attach", font, "-metadata:s:t", "mimetype=font/ttf"]
    return arguments


def _picture() -> str:
    font = _font()
    if not font or "drawtext" not in _output("-filters"):
        return PICTURE
    return f"{PICTURE},{DIGITS}:fontfile={font}"


@cache
def _font() -> str:
    """A font to attach and to draw digits with; empty if none is installed."""
    found = sorted(Path("/usr/share/fonts").rglob("DejaVu*.ttf"))
    return str(found[0]) if found else ""


@cache
def _folder() -> Path:
    """One folder for each version of ffmpeg and of the recipes, so that a changed recipe is made again."""
    texts = [Path(module).read_bytes() for module in (recipes.__file__, __file__)]
    key = hashlib.sha256(b"\0".join([*texts, repr(TEXTS).encode(), _output("-version").encode()]))
    folder = Path(tempfile.gettempdir()) / f"watchium-test-media-{os.getuid()}-{key.hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    with target.with_name(f"lock-{target.name}").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@cache
def _output(*arguments: str) -> str:
    command = ["ffmpeg", "-hide_banner", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=MAKE_S, check=False).stdout
