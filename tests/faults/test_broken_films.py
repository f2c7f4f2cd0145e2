"""500 broken films are inspected: each gives facts or a sentence, in bounded time and memory, and no process stays."""

from __future__ import annotations

import os
import random
import resource
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from playback.library.metadata import ffprobe
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.metadata.file_inspection import FileInspection
from playback.sandbox import MAX_MEMORY
from tests.media.generator import made

FILMS = (
    *("episode.mkv", "o_h264_aac.mp4", "o_h264_mp3.avi", "o_h264_aac.ts", "o_vp9_opus.webm"),
    *("o_h264_alac.mov", "m_hevc_aac.mkv", "m_mpeg4_aac.mkv", "a_flac.mka"),
)
HEADER = 64
LONGEST_SENTENCE = 300
MOST_GROWTH = 64 * 1024**2
SLOWEST_S = ffprobe.PROBE_S + 5
TRIALS = 500

Damage = Callable[[bytearray, random.Random], None]

pytestmark = pytest.mark.once


def cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(HEADER, len(data)) :]


def flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 10, 200))):
        data[chance.randrange(HEADER, len(data))] ^= 1 << chance.randrange(8)


def flip_index(data: bytearray, chance: random.Random) -> None:
    """Damage the first kilobytes, where most formats describe their tracks."""
    for _ in range(chance.choice((1, 8, 64))):
        data[chance.randrange(4, min(4096, len(data)))] = chance.randrange(256)


def fill(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(4, len(data))
    end = min(len(data), begin + chance.randrange(1, 65536))
    data[begin:end] = bytes([chance.choice((0, 255))]) * (end - begin)


def remove(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(4, len(data))
    del data[begin : begin + chance.randrange(1, 4096)]


def repeat(data: bytearray, chance: random.Random) -> None:
    begin = chance.randrange(4, len(data))
    data[begin:begin] = data[begin : begin + 2048] * chance.randrange(1, 50)


def lie(data: bytearray, chance: random.Random) -> None:
    """Write the greatest numbers where lengths and counts may be."""
    for _ in range(8):
        at = chance.randrange(4, min(4096, len(data) - 8))
        data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x00\x00\x00\x01"))


DAMAGES: tuple[Damage, ...] = (cut, flip, flip_index, fill, remove, repeat, lie)


@pytest.mark.long
def test_broken_films_give_facts_or_sentences(tmp_path: Path):
    films = [made(name).read_bytes() for name in FILMS]
    chance = random.Random(11)
    path = tmp_path / "broken"
    before = own_memory()
    others = children()  # servers of other tests in this process
    outcomes: Counter[str] = Counter()
    slowest_s = 0.0
    for trial in range(TRIALS):
        data = bytearray(films[trial % len(films)])
        DAMAGES[trial // len(films) % len(DAMAGES)](data, chance)
        path.write_bytes(data)
        began_s = time.monotonic()
        outcomes[inspect(path)] += 1
        slowest_s = max(slowest_s, time.monotonic() - began_s)
        assert children() <= others, f"a process is left after trial {trial}"
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    growth = own_memory() - before
    print(
        f"{dict(outcomes)}, slowest {slowest_s:.2f} s, ffprobe at most {largest >> 20} MiB, grew {growth >> 20} MiB"
    )
    assert outcomes["facts"]
    assert outcomes["sentence"]
    assert slowest_s < SLOWEST_S
    assert largest < MAX_MEMORY
    assert growth < MOST_GROWTH


def inspect(path: Path) -> str:
    """Inspect it as a scan does; ffprobe reads it even where its first bytes are refused."""
    try:
        inspection = FileInspection(path)
        assert inspection.content.family
        check_sentence(inspection.playability.why)
    except UnreadableFile as problem:
        check_sentence(str(problem))
        assert str(problem)
    try:
        assert ffprobe.probe(path) is not None
    except UnreadableFile as problem:
        check_sentence(str(problem))
        assert str(problem)
        return "sentence"
    return "facts"


def check_sentence(text: str) -> None:
    assert len(text) <= LONGEST_SENTENCE
    assert "\n" not in text
    assert "Traceback" not in text
    assert str(ffprobe.__file__) not in text


def children() -> set[str]:
    """The ids of the processes that this one has started and that still run."""
    tasks = Path("/proc/self/task").glob("*/children")
    return {pid for task in tasks for pid in task.read_text().split()}


def own_memory() -> int:
    """Bytes that this process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
