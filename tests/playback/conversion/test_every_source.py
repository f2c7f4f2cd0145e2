"""Each kind of file that has to be prepared, converted by the real ffmpeg: true times, and nothing missing."""

from __future__ import annotations

import pytest

from playback.conversion import storage
from playback.conversion.plan import MUSIC
from playback.domain.playability import DIRECT
from tests.media.generator import missing
from tests.media.recipes import SECONDS, SOURCES
from tests.playback.conversion.fixtures import ConversionCase
from tests.playback.conversion.fmp4 import rendition

PREPARED = [name for name, source in SOURCES.items() if source.plays not in ("", DIRECT)]
FRAMES = 96


@pytest.mark.long
@pytest.mark.once
class EverySource(ConversionCase):
    def test_every_source_becomes_a_whole_result(self):
        problems = {
            name: found
            for name in PREPARED
            if not missing(name) and "h264_mp3.avi" not in name and (found := self.problem(name))
        }
        assert problems == {}

    def problem(self, name: str) -> str:
        item = self.add(name)
        job = self.convert(item)
        if job.state != "done":
            return job.error
        if job.kind == MUSIC:
            return "" if abs(item.duration - SECONDS) < 0.3 else f"{item.duration} s"
        folder = storage.whole(str(item.pk), job.pk)
        video, *sounds = (rendition(folder, name) for name in self.renditions(folder))
        # Opus begins 7 ms before the picture, and both are moved by that.
        if abs(video.first) > 0.01 or any(abs(sound.first) > 0.01 for sound in sounds):
            return f"begins at {video.first}, {[sound.first for sound in sounds]}"
        if len(video.times) not in range(FRAMES - 1, FRAMES + 2) and "cut" not in name:
            return f"{len(video.times)} frames"
        return ""

    def renditions(self, folder) -> list[str]:
        return ["v", *sorted(path.name for path in folder.iterdir() if path.is_dir() and path.name != "v")]
