"""What a file's words become before they are kept, and what it is called where it says nothing; pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from watchium.text import clean

LONGEST_WORDS = 300
_MOST_CLEANED = 8 * LONGEST_WORDS  # a tag may be megabytes


def words(text: str) -> str:
    return clean(text[:_MOST_CLEANED], "NFC")[:LONGEST_WORDS].strip()


def name_of(path: str) -> str:
    """A title from the name of its file."""
    return words(PurePosixPath(path).stem.replace("_", " "))
