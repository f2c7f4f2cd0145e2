"""Finds the files beside a film that may be its captions. A folder is read again only after it changed.

Some libraries are one large folder: reading 50,000 names for each film takes 85 ms of processor time. Only the names of
captions are kept, sorted, so that those of a film are found without looking at the others.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import NamedTuple

from playback.library.captions.file_names import PICTURE_FORMATS, TEXT_FORMATS
from playback.library.paths import folder_changed_ns, names_in_folder_of
from watchium.process_state import process_state

MOST_NAMES = 200_000  # of a folder
MOST_KEPT = 100_000  # names of all folders together, about 20 MB
# A folder that changes twice within a tick of its file system's clock has the same time. It is read until it rests.
SETTLED_NS = 2_000_000_000
KEPT_S = 60.0  # some network file systems do not say that a folder changed
_ENDINGS = tuple(f".{extension}" for extension in (*TEXT_FORMATS, *PICTURE_FORMATS))


class _Folder(NamedTuple):
    """`keys`: the casefolded names, sorted; `names`: in the same order."""

    changed_ns: int
    read_s: float
    keys: list[str]
    names: list[str]


@dataclass
class _Kept:
    lock: threading.Lock = field(default_factory=threading.Lock)
    folders: OrderedDict[str, _Folder] = field(default_factory=OrderedDict)


_kept = process_state(_Kept)


def caption_names_beside(path: str) -> list[str]:
    """Return the names beside a film that begin with its own, for `file_names.captions_among`."""
    folder = _folder_of(path)
    stem = path.rpartition("/")[2].rpartition(".")[0].casefold()
    found = []
    for at in range(bisect_left(folder.keys, f"{stem}."), len(folder.keys)):
        if not folder.keys[at].startswith(f"{stem}."):
            break
        found.append(folder.names[at])
    return found


def _folder_of(path: str) -> _Folder:
    place = path.rpartition("/")[0]
    changed_ns = folder_changed_ns(path)
    with _kept.lock:
        known = _kept.folders.get(place)
        if known and known.changed_ns == changed_ns and time.monotonic() - known.read_s < KEPT_S:
            _kept.folders.move_to_end(place)
            return known
    folder = _read(path, changed_ns or 0)
    with _kept.lock:
        _kept.folders.pop(place, None)
        if changed_ns is not None and time.time_ns() - changed_ns > SETTLED_NS:
            _kept.folders[place] = folder
            _forget_oldest()
    return folder


def _read(path: str, changed_ns: int) -> _Folder:
    read_s = time.monotonic()
    names = [name for name in names_in_folder_of(path, MOST_NAMES) if name.lower().endswith(_ENDINGS)]
    pairs = sorted((name.casefold(), name) for name in names)
    return _Folder(changed_ns, read_s, [key for key, _ in pairs], [name for _, name in pairs])


def _forget_oldest() -> None:
    total = sum(len(folder.names) + 1 for folder in _kept.folders.values())
    while total > MOST_KEPT:
        _place, oldest = _kept.folders.popitem(last=False)
        total -= len(oldest.names) + 1
