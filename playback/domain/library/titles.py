"""Clean the text of tags for storage, and derive a title from a file name. Pure."""

from __future__ import annotations

from pathlib import PurePosixPath

from watchium.text import clean

MAX_LENGTH = 300
_MAX_INPUT = 8 * MAX_LENGTH  # a tag may be megabytes


def clean_tag(text: str) -> str:
    return clean(text[:_MAX_INPUT], "NFC")[:MAX_LENGTH].strip()


def title_from_path(path: str) -> str:
    """Return a title from the name of the file."""
    return clean_tag(PurePosixPath(path).stem.replace("_", " "))
