"""What a file is: its content by its first bytes, and its facts by ffprobe, which runs at most once for each file."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from playback.domain.library import problems
from playback.domain.media_facts import MediaFacts, Stream
from playback.domain.playability import NO, UNKNOWN, Playability, decide
from playback.library.metadata import ffprobe
from playback.library.metadata.bounded_reader import ReadLimitExceeded, opened
from playback.library.metadata.content_sniffing import Content, sniff
from playback.library.metadata.ffprobe import Probed, ProbeTimeout, UnreadableFile


class FileInspection:
    def __init__(self, path: Path):
        self._path = path

    @cached_property
    def content(self) -> Content:
        """Raises UnreadableFile if it is not media or not complete, OSError if it cannot be read."""
        try:
            with opened(self._path) as file:
                content = sniff(file)
        except ReadLimitExceeded:
            content = None
        if content is None:
            raise UnreadableFile(problems.NOT_LIKE_MEDIA)
        if not content.complete:
            raise UnreadableFile(problems.INCOMPLETE)
        return content

    def probed(self) -> Probed | None:
        """Return None if ffprobe is not installed. Raises UnreadableFile if it cannot read the file."""
        if isinstance(self._outcome, UnreadableFile):
            raise self._outcome
        return self._outcome

    @property
    def facts(self) -> MediaFacts | None:
        """Return None if they are not known: without ffprobe, or if it cannot read the file."""
        content = self.content
        # Most of a music library: a call of ffprobe takes longer than reading the tags.
        if content.codec:
            stream = Stream(index=0, type="audio", codec=content.codec)
            return MediaFacts(container=content.family, streams=[stream])
        return self._outcome.facts if isinstance(self._outcome, Probed) else None

    @property
    def playability(self) -> Playability:
        if self.facts is not None:
            return decide(self.facts)
        problem = self._outcome
        if problem is None or isinstance(problem, ProbeTimeout):
            return UNKNOWN
        return Playability(NO, problems.DAMAGED.format(problem=problem), False)

    @cached_property
    def _outcome(self) -> Probed | UnreadableFile | None:
        try:
            return ffprobe.probe(self._path, self.content.family)
        except UnreadableFile as damaged:
            return damaged
