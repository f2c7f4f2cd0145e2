"""What an upload is, by its content: from its first bytes, and as a whole once all of it is here."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playback.domain.library import problems
from playback.domain.media_facts import MediaFacts, to_json
from playback.domain.media_types import extension_for_content, kind_of, mime_of
from playback.domain.playability import BROWSER_CONTAINERS, decide
from playback.library.metadata import ffprobe
from playback.library.metadata.bounded_reader import ReadLimitExceeded, opened
from playback.library.metadata.content_sniffing import Content, sniff
from playback.library.metadata.ffprobe import Probed, ProbeTimeout, UnreadableFile
from playback.library.metadata.mp4_boxes import index_end
from playback.uploads import storage
from playback.uploads.errors import UploadBusy
from watchium.process_state import process_state

# Sniffing skips up to a mebibyte of zeros and some tags: with less than this, an unknown file may still be media.
HEAD_BYTES = 2 * 1024 * 1024
# A real file takes fewer than a hundred reads; a made one of 1.8 MB took a second of processor time.
MAX_READS = 5000
# Three kilobytes can claim tables that cost ffprobe more than a gigabyte.
PROBE_BYTES = 768 * 1024 * 1024
PROBES = 2  # at once, in a process
PROBE_WAIT_S = 2.0
RETRY_AFTER_MS = 2000
_probes = threading.BoundedSemaphore(PROBES)


@dataclass
class _Checks:
    """Uploads (ids) that are being checked in this process."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[str] = field(default_factory=set)


_checks = process_state(_Checks)


@dataclass(frozen=True)
class Found:
    """`plays_early`: players can begin before the rest is here. `facts`: of a whole file, if ffprobe is installed."""

    kind: str
    mime: str
    plays_early: bool = False
    facts: MediaFacts | None = None

    def to_columns(self) -> dict[str, Any]:
        """Return what is stored of it. `why`: browsers would play it without picture or sound."""
        found = {"kind": self.kind, "mime": self.mime, "plays_early": self.plays_early}
        if self.facts is None:
            return found
        playability = decide(self.facts)
        return found | {
            "facts": to_json(self.facts),
            "duration": self.facts.duration_s or None,
            "plays": playability.plays,
            "starts_directly": playability.starts,
            "why": "" if playability.starts else playability.why[:300],
        }


def read_head(upload_id: str, here: int) -> Found:
    """Read the first `here` bytes of an upload. Raises UnreadableFile if they are not audio or video."""
    content = _sniffed(upload_id)
    if content.family != "mp4":
        mime = _mime(content, content.film)
        return Found(kind_of(mime), mime)
    with opened(storage.folder() / upload_id, max_reads=MAX_READS) as file:
        end = index_end(file)
    # The kind is in the index: without it a film is more likely.
    mime = _mime(content, content.film or end is None)
    return Found(kind_of(mime), mime, plays_early=end is not None and end <= here)


def read_whole(upload_id: str, wait_s: float = PROBE_WAIT_S) -> Found:
    """Check a complete file. Raises UnreadableFile with a reason for the person who sent it.

    Raises UploadBusy if it is being checked already, or others are for longer than `wait_s`.
    """
    with _once(upload_id):
        return _read_whole(upload_id, wait_s)


@contextmanager
def _once(upload_id: str) -> Iterator[None]:
    """A check takes up to twenty seconds: clients that ask meanwhile wait for its result, and not in a thread."""
    with _checks.lock:
        if upload_id in _checks.running:
            raise UploadBusy("The server is checking this file.", retry_after_ms=RETRY_AFTER_MS)
        _checks.running.add(upload_id)
    try:
        yield
    finally:
        with _checks.lock:
            _checks.running.discard(upload_id)


def _read_whole(upload_id: str, wait_s: float) -> Found:
    content = _sniffed(upload_id)
    if not content.complete:
        raise UnreadableFile(problems.UPLOAD_CUT)
    probed = _probed(upload_id, content, wait_s)
    mime = _mime(content, content.film or (probed is not None and probed.film))
    return Found(kind_of(mime), mime, plays_early=True, facts=probed.facts if probed else None)


def _probed(upload_id: str, content: Content, wait_s: float) -> Probed | None:
    if not _probes.acquire(timeout=wait_s):
        raise UploadBusy("The server is checking other uploads.", retry_after_ms=RETRY_AFTER_MS)
    try:
        return ffprobe.probe(storage.folder() / upload_id, content.family, max_memory=PROBE_BYTES)
    except ProbeTimeout:
        return None  # a slow disk says nothing about the file
    except UnreadableFile as damaged:
        raise UnreadableFile(problems.UPLOAD_DAMAGED.format(problem=damaged)[:300]) from None
    finally:
        _probes.release()


def _sniffed(upload_id: str) -> Content:
    try:
        with opened(storage.folder() / upload_id, max_reads=MAX_READS) as file:
            content = sniff(file)
    except (ReadLimitExceeded, FileNotFoundError):
        content = None
    if content is None or not _is_accepted(content.family):
        raise UnreadableFile(problems.NOT_MEDIA)
    return content


def _mime(content: Content, film: bool) -> str:
    return mime_of(extension_for_content(content.family, "", film=film), film=film)


def _is_accepted(family: str) -> bool:
    """What browsers do not open can be prepared, if ffmpeg is there."""
    return family in BROWSER_CONTAINERS or ffprobe.is_installed()
