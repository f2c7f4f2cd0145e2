"""Takes the text tracks out of a film with ffmpeg: all in one pass, because each pass reads the whole film; and fonts.

The results are kept in `captions/` of the data folder, in a folder for each version of a film, which is renamed when
all are whole. A film is untrusted: only its own file is opened, only in known formats, and memory, time and size are
bounded.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from playback import sandbox
from playback.domain.media_types import ONLY_THE_FILE
from playback.library.captions import fonts
from playback.library.paths import file_location
from playback.models import MediaItem

# By codec: the format of the result. SubRip, WebVTT and ASS are copied; the text of MP4 becomes SubRip.
FORMATS = {
    "subrip": "srt",
    "srt": "srt",
    "text": "srt",
    "mov_text": "srt",
    "webvtt": "vtt",
    "ass": "ass",
    "ssa": "ass",
}
_MUXERS = {"srt": "srt", "vtt": "webvtt", "ass": "ass"}
_COPIED = frozenset(("subrip", "webvtt", "ass", "ssa"))
_TIMEOUT_S = 600.0  # of all passes over one film
_FONTS_TIMEOUT_S = 60.0
_MAX_RESULT_BYTES = 32 * 1024 * 1024  # of each track
MAX_PASSES = 8  # over one film
# A track could not be taken out. The disk may have been slow or full: after so long the film may be read again.
FAILED = "failed"
FAILED_FOR_S = 24 * 3600.0


@dataclass(frozen=True)
class Wanted:
    """The text tracks of one version of a film by stream number, and the fonts attached to it.

    `owner`: the id of an item of the library, or what an upload is called (`playback.uploads.captions`). `find`: where
    the film is now, or None. `most_bytes`: of all texts together. `least_free`: bytes of the disk that stay free.
    """

    owner: str
    version: str
    codecs: tuple[tuple[int, str], ...]
    fonts: tuple[int, ...] = ()
    find: Callable[[], Path | None] = field(default=lambda: None, compare=False)
    most_bytes: int | None = None
    least_free: int = field(default=0, compare=False)

    @classmethod
    def of(cls, item: MediaItem, codecs: Iterable[tuple[int, str]], attached: Iterable[int] = ()) -> Wanted:
        version = f"{item.changed_ns:x}-{item.size:x}"
        find = partial(file_location, item.path)
        return cls(str(item.pk), version, tuple(codecs), tuple(attached), find)

    @property
    def name(self) -> str:
        """Of the folder with the results; films with fonts are read again when more kinds of fonts are taken."""
        return self.names[-1] if self.fonts else self.names[0]

    @property
    def names(self) -> list[str]:
        """Of the folders that this and earlier versions of this program made for this version of the film."""
        name = f"{self.owner}-{self.version}"
        return [name, *(f"{name}-{recipe}" for recipe in range(1, fonts.RECIPE + 1))]

    @property
    def most_of_each(self) -> int:
        """Bytes of each track."""
        if self.most_bytes is None:
            return _MAX_RESULT_BYTES
        return min(_MAX_RESULT_BYTES, self.most_bytes // max(1, len(self.codecs)))

    def file_name(self, stream: int) -> str:
        return f"{stream}.{FORMATS[dict(self.codecs)[stream]]}"


def folder() -> Path:
    return Path(settings.DATA_DIR) / "captions"


def is_done(wanted: Wanted) -> bool:
    """Whether this version of the film was read, even if nothing could be taken out of it lately."""
    place = folder() / wanted.name
    try:
        return time.time() - (place / FAILED).stat().st_mtime < FAILED_FOR_S
    except FileNotFoundError:
        return place.is_dir()


def has_failed(wanted: Wanted, stream: int) -> bool:
    """Whether the film was read, and this track could not be taken out of it."""
    return is_done(wanted) and not (folder() / wanted.name / wanted.file_name(stream)).exists()


def extract(wanted: Wanted) -> None:
    """Read the film unless another process or an earlier call did. What ffmpeg cannot read is stored as failed."""
    with _only_one():
        if is_done(wanted):
            return
        film = wanted.find()
        if film is None:
            return
        for leftover in folder().glob(".*-*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        place = Path(mkdtemp(dir=folder(), prefix=f".{wanted.owner}-"))
        try:
            if _has_space(wanted):
                _take_all(wanted, film, place)
            else:
                (place / FAILED).touch()
            _keep(wanted, place)
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _has_space(wanted: Wanted) -> bool:
    free = shutil.disk_usage(folder()).free
    return not wanted.least_free or free >= wanted.least_free + (wanted.most_bytes or 0)


def _take_all(wanted: Wanted, film: Path, place: Path) -> None:
    if wanted.codecs and not _take_earlier_texts(wanted, place):
        _take_tracks(wanted, film, place)
    if wanted.fonts:
        _take_fonts(wanted, film, place)


def remember_failure(wanted: Wanted) -> None:
    """Read this version of the film no more for a day, after an error that is not the film's. Raises OSError."""
    with _only_one():
        if not is_done(wanted):
            place = Path(mkdtemp(dir=folder(), prefix=f".{wanted.owner}-"))
            (place / FAILED).touch()
            _keep(wanted, place)


def _take_earlier_texts(wanted: Wanted, place: Path) -> bool:
    """Copy the texts that an earlier version of this program took out of the same film, without its fonts."""
    earlier = (folder() / name for name in wanted.names)
    whole = next((found for found in earlier if found.is_dir() and not (found / FAILED).exists()), None)
    if whole is None:
        return False
    for stream, _codec in wanted.codecs:
        with suppress(FileNotFoundError):
            shutil.copy2(whole / wanted.file_name(stream), place)
    return True


def _take_tracks(wanted: Wanted, film: Path, place: Path) -> None:
    """Take out all tracks; if a damaged one has spoiled the pass for all, each that can be read."""
    until_s = time.monotonic() + _TIMEOUT_S
    most = wanted.most_of_each
    if _run(_command(wanted, film, place, wanted.codecs), until_s, most):
        return
    for number, (stream, codec) in enumerate(wanted.codecs):
        command = _command(wanted, film, place, ((stream, codec),))
        if number >= MAX_PASSES or not _run(command, until_s, most):
            (place / wanted.file_name(stream)).unlink(missing_ok=True)
            (place / FAILED).touch()


def _keep(wanted: Wanted, place: Path) -> None:
    place.chmod(0o755)
    forget(wanted.owner)
    os.replace(place, folder() / wanted.name)


def _take_fonts(wanted: Wanted, film: Path, place: Path) -> None:
    """Write the fonts, which needs the head of the film only. What is no font or too large is deleted."""
    with suppress(OSError, subprocess.TimeoutExpired):
        # ffmpeg is ended at the first font that is too large; those before it stay.
        words = fonts.words(wanted.fonts, film, place)
        sandbox.run([*_ffmpeg(), *words], _FONTS_TIMEOUT_S, fonts.MAX_BYTES, urgency=sandbox.SOON)
    fonts.delete_others(place)


def _ffmpeg() -> list[str]:
    program = sandbox.ffmpeg() or "ffmpeg"
    return [program, "-nostdin", "-hide_banner", "-loglevel", "error", "-y", *ONLY_THE_FILE]


def _command(wanted: Wanted, film: Path, place: Path, codecs: Iterable[tuple[int, str]]) -> list[str]:
    command = [*_ffmpeg(), "-i", f"file:{film}"]
    for stream, codec in codecs:
        kind = FORMATS[codec]
        how = "copy" if codec in _COPIED else kind
        command += [
            "-map",
            f"0:{stream}",
            "-c:s",
            how,
            "-f",
            _MUXERS[kind],
            f"file:{place / wanted.file_name(stream)}",
        ]
    return command


def _run(command: list[str], until_s: float, most: int) -> bool:
    """Return whether it succeeded before that time (monotonic)."""
    left_s = until_s - time.monotonic()
    if left_s <= 0:
        return False
    try:
        return sandbox.run(command, left_s, most, urgency=sandbox.SOON).code == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def _only_one() -> Iterator[None]:
    """Let one process at a time read a film: reading is bound by the disk."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def forget(owner: str) -> None:
    """Delete what was taken out of any version of a film."""
    for earlier in folder().glob(f"{owner}-*"):
        shutil.rmtree(earlier, ignore_errors=True)
