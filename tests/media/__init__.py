"""Short media files of every kind that people bring: `made("episode.mkv")` is a path, made once and then kept."""

from tests.media.generator import codecs_of_ffmpeg, made, missing
from tests.media.recipes import FRAME_RATE, SECONDS, SOURCES, Source

__all__ = ["FRAME_RATE", "SECONDS", "SOURCES", "Source", "codecs_of_ffmpeg", "made", "missing"]
