from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from django.test import override_settings

from playback import sandbox
from playback.conversion.running import process
from playback.domain.media_facts import MediaFacts, Stream
from playback.library import embedded_covers
from playback.library.captions import extraction
from playback.library.metadata import ffprobe

# What each program writes down instead of its work: its networks, its priority, and what it was given.
WITNESS = """#!/bin/sh
{{ grep -c : /proc/self/net/dev; nice; env; }} > {seen}
exit 1
"""
COVER = MediaFacts(container="matroska", streams=[Stream(index=0, type="video", codec="png", cover=True)])


def loses_its_network() -> bool:
    return "unshare" in sandbox.prefixes()[sandbox.NOW]


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[Path]:
    """Put programs in place of ffmpeg and ffprobe that write down here how they were started."""
    programs, seen = tmp_path / "bin", tmp_path / "seen"
    programs.mkdir()
    for name in ("ffmpeg", "ffprobe"):
        (programs / name).write_text(WITNESS.format(seen=seen))
        (programs / name).chmod(0o755)
    path = f"{programs}:{os.environ['PATH']}"
    with patch.dict(os.environ, {"PATH": path, "SECRET_KEY": "a secret of the server"}):
        yield seen


def probe(film: Path) -> None:
    with pytest.raises(ffprobe.UnreadableFile):
        ffprobe.probe(film)


def read_cover(film: Path) -> None:
    assert embedded_covers.read(film, COVER, 1000) is None


def extract(film: Path) -> None:
    wanted = extraction.Wanted("1", "1-1", ((1, "subrip"),), (2,), find=lambda: film)
    with override_settings(DATA_DIR=film.parent / "data"):
        extraction.extract(wanted)


def convert(film: Path) -> None:
    assert process.run(["-i", str(film)], film.parent, cpu_s=5, watch=lambda _: True).code == 1


@pytest.mark.parametrize(("work", "niceness"), [(probe, 0), (read_cover, 0), (extract, 10), (convert, 15)])
def test_no_program_that_reads_a_film_has_a_network_or_secrets(
    seen: Path, tmp_path: Path, work: Callable[[Path], None], niceness: int
):
    if not loses_its_network():
        pytest.skip("network namespaces cannot be created here")
    film = tmp_path / "film.mkv"
    film.write_bytes(b"a film")
    work(film)
    networks, nice, *environment = seen.read_text().splitlines()
    assert networks == "1"  # the loopback of its own
    assert int(nice) - os.nice(0) == niceness
    assert "secret" not in "\n".join(environment)


def test_a_program_that_cannot_lose_its_network_says_nothing_about_the_file():
    with pytest.raises(OSError, match="No space left"):
        sandbox.run(["sh", "-c", "echo unshare: unshare failed: No space left >&2; exit 1"], 5, 1000)


def test_output_memory_and_time_are_bounded():
    endless = ["sh", "-c", "while :; do echo a long line of output; done"]
    assert sandbox.run(endless, 5, 100_000).code == -signal.SIGXFSZ
    with pytest.raises(subprocess.TimeoutExpired):
        sandbox.run(["sleep", "60"], 0.1, 1000)
