"""The sample clips that come with Watchium, in `settings.SAMPLES_DIR`."""

from __future__ import annotations

from dataclasses import dataclass

from playback.domain.media_types import MIMES
from watchium.protocol.types import Media

SAMPLES_AT = "/media/samples/"


@dataclass(frozen=True)
class Sample:
    """A sample clip in `settings.SAMPLES_DIR`. `media_lookup` has its title in other languages."""

    name: str
    title: str
    duration_s: float

    @property
    def media(self) -> Media:
        mime = MIMES[self.name.rsplit(".", 1)[1]]
        return Media(url=SAMPLES_AT + self.name, kind=mime.split("/")[0], title=self.title, mime=mime)


SAMPLES = (
    Sample("clip.webm", "Sample clip", 96.021),
    Sample("music.ogg", "Sample music", 69.2065),
)
_SAMPLES_BY_URL = {sample.media.url: sample for sample in SAMPLES}


def sample_at(address: str) -> Sample | None:
    return _SAMPLES_BY_URL.get(address)
