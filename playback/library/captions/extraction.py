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
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings

from playback.domain.media_types import DEMUXERS
from playback.library.captions import fonts
from playback.library.metadata.bounded_process import run
from playback.library.paths import file_location
from playback.models import MediaItem
from watchium.process_state import per_process, process_state

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
_TIMEOUT_S = 600.0
_FONTS_TIMEOUT_S = 60.0
_MAX_RESULT_BYTES = 32 * 1024 * 1024  # of each track
MAX_WAITING = 20
MAX_PASSES = 8  # over one film
FAILED = "failed"


@dataclass(frozen=True)
class Wanted:
    """The text tracks of one version of a film by stream number, and the fonts attached to it."""

    item_id: int
    path: str
    version: str
    codecs: tuple[tuple[int, str], ...]
    fonts: tuple[int, ...] = ()

    @classmethod
    def of(cls, item: MediaItem, codecs: Iterable[tuple[int, str]], attached: Iterable[int] = ()) -> Wanted:
        version = f"{item.changed_ns:x}-{item.size:x}"
        return cls(item.pk, item.path, version, tuple(codecs), tuple(attached))

    @property
    def name(self) -> str:
        return f"{self.item_id}-{self.version}"

    def file_name(self, stream: int) -> str:
        return f"{stream}.{FORMATS[dict(self.codecs)[stream]]}"


def ffmpeg() -> str | None:
    return shutil.which("ffmpeg")


def folder() -> Path:
    return Path(settings.DATA_DIR) / "captions"


def is_done(wanted: Wanted) -> bool:
    """Whether this version of the film was read, even if nothing could be taken out of it."""
    return (folder() / wanted.name).is_dir()


def has_failed(wanted: Wanted, stream: int) -> bool:
    """Whether the film was read, and this track could not be taken out of it."""
    return is_done(wanted) and not (folder() / wanted.name / wanted.file_name(stream)).exists()


# ---------------------------------------------------------------- one pass


def extract(wanted: Wanted) -> None:
    """Read the film unless another process or an earlier call did. What ffmpeg cannot read is stored as failed."""
    with _only_one():
        if is_done(wanted):
            return
        film = file_location(wanted.path)
        if film is None:
            return
        for leftover in folder().glob(".*-*"):  # of a process that was killed
            shutil.rmtree(leftover, ignore_errors=True)
        place = Path(mkdtemp(dir=folder(), prefix=f".{wanted.item_id}-"))
        try:
            if wanted.codecs and not _run(_command(wanted, film, place, wanted.codecs)):
                _run_one_by_one(wanted, film, place)
            if wanted.fonts:
                _take_fonts(wanted, film, place)
            place.chmod(0o755)
            _forget_earlier_versions(wanted)
            os.replace(place, folder() / wanted.name)
        finally:
            shutil.rmtree(place, ignore_errors=True)


def _run_one_by_one(wanted: Wanted, film: Path, place: Path) -> None:
    """Take out what can be read, after one damaged track has spoiled the pass for all."""
    for stream, codec in wanted.codecs[:MAX_PASSES]:
        if not _run(_command(wanted, film, place, ((stream, codec),))):
            (place / wanted.file_name(stream)).unlink(missing_ok=True)
    for stream, _codec in wanted.codecs[MAX_PASSES:]:
        (place / wanted.file_name(stream)).unlink(missing_ok=True)
    if not any(place.iterdir()):
        (place / FAILED).touch()


def _take_fonts(wanted: Wanted, film: Path, place: Path) -> None:
    """Write the fonts, which needs the head of the film only. What is no font or too large is deleted."""
    with suppress(OSError, subprocess.TimeoutExpired):
        # ffmpeg is ended at the first font that is too large; those before it stay.
        run(
            [*_prefix(), *_ffmpeg(), *fonts.words(wanted.fonts, film, place)],
            _FONTS_TIMEOUT_S,
            fonts.MAX_BYTES,
        )
    fonts.delete_others(place)


def _ffmpeg() -> list[str]:
    command = [ffmpeg() or "ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    return [*command, "-protocol_whitelist", "file", "-format_whitelist", DEMUXERS]


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
    return [*_prefix(), *command]


@per_process
def _prefix() -> list[str]:
    """Return words before ffmpeg's own: it yields to the server, and ends with it."""
    nice = [program, "-n", "10"] if (program := shutil.which("nice")) else []
    setpriv = [program, "--pdeathsig", "KILL"] if (program := shutil.which("setpriv")) else []
    return [*nice, *setpriv]


def _run(command: list[str]) -> bool:
    try:
        return run(command, _TIMEOUT_S, _MAX_RESULT_BYTES).code == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


@contextmanager
def _only_one() -> Iterator[None]:
    """Let one process at a time read a film: reading is bound by the disk."""
    folder().mkdir(parents=True, exist_ok=True)
    with (folder() / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _forget_earlier_versions(wanted: Wanted) -> None:
    for earlier in folder().glob(f"{wanted.item_id}-*"):
        shutil.rmtree(earlier, ignore_errors=True)


# ---------------------------------------------------------------- in the background


class Worker:
    """One thread that reads films one after the other. It ends with the process, whatever it is doing."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[str, Wanted] = {}
        self._thread: threading.Thread | None = None

    def request(self, wanted: Wanted) -> bool:
        """Read this film soon; return False if too many are waiting."""
        with self._lock:
            if wanted.name not in self._waiting and len(self._waiting) >= MAX_WAITING:
                return False
            self._waiting.setdefault(wanted.name, wanted)
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="captions", daemon=True)
                self._thread.start()
            return True

    def _next(self) -> Wanted | None:
        """Return the oldest request, which stays until it is done; None ends the thread."""
        with self._lock:
            wanted = next(iter(self._waiting.values()), None)
            if wanted is None:
                self._thread = None
            return wanted

    def _work(self) -> None:
        while wanted := self._next():
            try:
                extract(wanted)
            except OSError:
                pass  # a full disk, say: the next request tries again
            finally:
                with self._lock:
                    self._waiting.pop(wanted.name, None)

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()


WORKER = process_state(Worker)
