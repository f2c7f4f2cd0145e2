"""Read media files with ffprobe, if it is installed: one call, bounded in time, memory and output."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import msgspec

from playback import sandbox
from playback.domain.library import problems
from playback.domain.media_types import ONLY_THE_FILE
from playback.library.metadata.media_facts import ENTRIES, FIRST_PACKETS, MediaFacts, Output, facts_of

PROBE_S = 20.0
WITHOUT = (
    "films and songs that browsers do not play by themselves, such as .mkv and .avi, are left out of the library. "
    "Install ffmpeg and run scan_media again."
)
_MAX_REASON = 200
_MAX_OUTPUT = 1024 * 1024  # bytes
_DAMAGED_BY: dict[int, str] = {
    signal.SIGXFSZ: "its description is longer than a megabyte",
    signal.SIGXCPU: problems.PROBE_SLOW.format(seconds=f"{PROBE_S:.0f}"),
    signal.SIGSEGV: "ffprobe crashes on it",
    signal.SIGABRT: "ffprobe crashes on it",
    signal.SIGFPE: "ffprobe crashes on it",
    signal.SIGBUS: "ffprobe crashes on it",
}


class UnreadableFile(Exception):
    """This file cannot be played. The message gives the operator the reason."""


class ProbeTimeout(UnreadableFile):
    """Reading took too long, maybe because of the disk: try again at the next scan."""


class Probed(msgspec.Struct, frozen=True):
    """What a file contains; `tags` are the text tags of the whole file, by lower-case name."""

    facts: MediaFacts
    tags: dict[str, str]

    @property
    def film(self) -> bool:
        return self.facts.video is not None


def is_installed() -> bool:
    return shutil.which("ffprobe") is not None


def probe(path: Path, container: str = "", max_memory: int = sandbox.MAX_MEMORY) -> Probed | None:
    """Return None if ffprobe is not installed or cannot run here. Raises UnreadableFile if it cannot read the file.

    `container`: by the file's first bytes, see `content_sniffing`; stored with the facts.
    """
    program = shutil.which("ffprobe")
    if program is None:
        return None
    command = [program, "-v", "error", *ONLY_THE_FILE]
    command += ["-show_entries", ENTRIES, "-read_intervals", f"%+#{FIRST_PACKETS}", "-of", "json=compact=1"]
    command += ["-i", f"file:{path}"]
    try:
        done = sandbox.run(command, PROBE_S, _MAX_OUTPUT, max_memory)
    except subprocess.TimeoutExpired:
        raise ProbeTimeout(problems.PROBE_SLOW.format(seconds=f"{PROBE_S:.0f}")) from None
    except OSError:
        return None
    if done.code < 0:
        if reason := _DAMAGED_BY.get(-done.code):
            raise UnreadableFile(reason)
        return None
    if done.code:
        raise UnreadableFile(problems.PROBE_REFUSED.format(reason=_reason(done.errors)))
    return _parse(done.output, container)


def _parse(output: bytes, container: str) -> Probed:
    try:
        found = msgspec.json.decode(output, type=Output)
    except (msgspec.MsgspecError, UnicodeError):
        raise UnreadableFile(problems.PROBE_NONSENSE) from None
    facts = facts_of(found, container)
    if facts.video is None and not facts.audio:
        raise UnreadableFile(problems.PROBE_EMPTY)
    return Probed(facts, found.tags)


def _reason(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return f" ({lines[-1].rpartition(': ')[2][:_MAX_REASON]})" if lines else ""
