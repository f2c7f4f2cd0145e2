"""Counts the large bodies that are arriving in this process: each takes up to 8 MiB of the temporary folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playback.uploads.errors import UploadBusy
from rooms.auth.client_address import is_loopback
from watchium.process_state import process_state
from watchium.protocol.errors import gettext_noop

MOST_OF_PERSON = 2
MOST_OF_ADDRESS = 16  # guests are free; this machine's own address is not counted
MOST = 64
RETRY_AFTER_MS = 2000


@dataclass
class _State:
    arriving: Counter[str] = field(default_factory=Counter)


_state = process_state(_State)


@contextmanager
def counted(person: str, address: str) -> Iterator[None]:
    """Count a body while the block runs. Raises UploadBusy if there are too many."""
    limits = {
        f"person {person}": (
            MOST_OF_PERSON,
            gettext_noop("Two of your files are on their way: this one waits for them."),
        ),
        "all": (MOST, gettext_noop("The server receives many files just now: this one waits.")),
    }
    if not is_loopback(address):
        limits[f"address {address}"] = (
            MOST_OF_ADDRESS,
            gettext_noop("Your network sends many files just now: this one waits."),
        )
    for key, (most, why) in limits.items():
        if _state.arriving[key] >= most:
            raise UploadBusy(why, retry_after_ms=RETRY_AFTER_MS)
    _state.arriving.update(limits.keys())
    try:
        yield
    finally:
        _state.arriving.subtract(limits.keys())
        _state.arriving += Counter()  # forgets those at zero
