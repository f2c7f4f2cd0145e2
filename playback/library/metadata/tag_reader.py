"""tinytag with bounded reads, and the first value of repeated fields."""

from __future__ import annotations

import errno
from pathlib import Path

from tinytag import Image, TinyTag, TinyTagException
from tinytag.tinytag import Images

from playback.domain.library import problems
from playback.library.metadata import legacy_encodings
from playback.library.metadata.bounded_reader import ReadLimitExceeded, opened
from playback.library.metadata.ffprobe import UnreadableFile

MAX_OTHER_FIELDS = 64
# The content that tinytag can read, by the extension that it expects.
EXTENSIONS = {"mp3": "mp3", "flac": "flac", "ogg": "ogg", "wav": "wav", "mp4": "m4a"}


def read(path: Path, family: str, start: int) -> TinyTag | None:
    """Return None for content that tinytag cannot read, or that would take too long.

    Text that is marked as Latin-1 is returned undecoded: see `legacy_encodings`.

    Raises UnreadableFile and OSError.
    """
    extension = EXTENSIONS.get(family)
    if extension is None:
        return None
    with opened(path, start) as file:
        try:
            return TinyTag.get(
                filename=f"file.{extension}", file_obj=file, image=True, encoding=legacy_encodings.UNDECODED
            )
        except TinyTagException as error:
            if isinstance(error.__cause__, ReadLimitExceeded):
                return None
            if (
                isinstance(error.__cause__, OSError) and error.__cause__.errno != errno.EINVAL
            ):  # an invalid seek
                raise error.__cause__ from None
            raise UnreadableFile(problems.UNREADABLE_TAGS.format(reason=error)) from None
        except (MemoryError, RecursionError) as error:
            raise UnreadableFile(problems.UNREADABLE_TAGS.format(reason=type(error).__name__)) from None


def _keep_first(tag: TinyTag, field: str, value: str) -> None:
    if len(tag.other) < MAX_OTHER_FIELDS:
        tag.other.setdefault(field, [value])


def _keep_first_image(images: Images, field: str, image: Image) -> None:
    if len(images.other) < MAX_OTHER_FIELDS:
        images.other.setdefault(field, [image])


# tinytag searches all earlier values of a field for each further one: a file of a few megabytes would take hours.
TinyTag._set_other_field = _keep_first  # type: ignore[method-assign, assignment]
Images._set_other_field = _keep_first_image  # type: ignore[method-assign, assignment]
