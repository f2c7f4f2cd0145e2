"""tinytag, made to end: what it reads is bounded, and of a field that is there a million times it keeps the first."""

from __future__ import annotations

import errno
from pathlib import Path

from tinytag import Image, TinyTag, TinyTagException
from tinytag.tinytag import Images

from playback.library.metadata import legacy_encodings
from playback.library.metadata.bounded_reader import TooMuch, opened
from playback.library.metadata.ffprobe import UnreadableFile

MOST_OTHERS = 64
# What tinytag has a reader for, by the extension it knows it by; of the others it can tell nothing.
EXTENSIONS = {"mp3": "mp3", "flac": "flac", "ogg": "ogg", "wav": "wav", "mp4": "m4a"}


def read(place: Path, family: str, start: int) -> TinyTag | None:
    """None for a kind that it cannot read, or where reading on would take too long. Raises Damaged and OSError.

    Text that is marked as Latin-1 comes undecoded: see `legacy_encodings`.
    """
    extension = EXTENSIONS.get(family)
    if extension is None:
        return None
    with opened(place, start) as file:
        try:
            return TinyTag.get(
                filename=f"file.{extension}", file_obj=file, image=True, encoding=legacy_encodings.UNDECODED
            )
        except TinyTagException as error:
            if isinstance(error.__cause__, TooMuch):
                return None
            if (
                isinstance(error.__cause__, OSError) and error.__cause__.errno != errno.EINVAL
            ):  # a seek to nowhere
                raise error.__cause__ from None
            raise UnreadableFile(f"its tags cannot be read ({error})") from None
        except (MemoryError, RecursionError) as error:
            raise UnreadableFile(f"its tags cannot be read ({type(error).__name__})") from None


def _keep_first(tag: TinyTag, field: str, value: str) -> None:
    if len(tag.other) < MOST_OTHERS:
        tag.other.setdefault(field, [value])


def _keep_first_image(images: Images, field: str, image: Image) -> None:
    if len(images.other) < MOST_OTHERS:
        images.other.setdefault(field, [image])


# tinytag searches all earlier values of a field for each further one: a file of a few megabytes takes hours.
TinyTag._set_other_field = _keep_first  # type: ignore[method-assign, assignment]
Images._set_other_field = _keep_first_image  # type: ignore[method-assign, assignment]
