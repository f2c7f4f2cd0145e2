"""The playlists of a result: read those that ffmpeg writes, write those that players get. Pure.

ffmpeg writes one list for each run and no master playlist with the bit rates of copied streams; a conversion may take
several runs. So players get lists of ours, which name every whole segment of all runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from playback.conversion.ffmpeg_command import SEGMENT_S
from playback.conversion.plan import AudioTrack

INDEX, INIT = "index.m3u8", "init.mp4"
AUDIO_GROUP = "audio"
_SEGMENT_NAME = re.compile(r"s\d{5,9}\.m4s")
_INIT_NAME = re.compile(r"[a-z0-9_]{1,20}\.mp4")
_INIT_LINE = re.compile(r'#EXT-X-MAP:URI="([^"]+)"')


class Segment(NamedTuple):
    name: str
    duration_s: float


@dataclass(frozen=True)
class MediaPlaylist:
    """The whole segments of a rendition. `init` names the file that players load before them."""

    init: str = ""
    segments: tuple[Segment, ...] = ()

    @property
    def duration_s(self) -> float:
        return math.fsum(segment.duration_s for segment in self.segments)

    def first(self, count: int) -> MediaPlaylist:
        return MediaPlaylist(self.init, self.segments[:count])

    def continued(self, later: MediaPlaylist) -> MediaPlaylist:
        return MediaPlaylist(self.init or later.init, self.segments + later.segments)

    def to_text(self, *, ended: bool) -> str:
        """`ended`: no segment will follow. Until then players read the list again."""
        longest_s = max((segment.duration_s for segment in self.segments), default=0.0)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{max(SEGMENT_S, round(longest_s))}",
            "#EXT-X-MEDIA-SEQUENCE:0",
            f"#EXT-X-PLAYLIST-TYPE:{'VOD' if ended else 'EVENT'}",
            "#EXT-X-INDEPENDENT-SEGMENTS",
        ]
        if self.init:
            lines.append(f'#EXT-X-MAP:URI="{self.init}"')
        for segment in self.segments:
            lines += [f"#EXTINF:{segment.duration_s:.6f},", segment.name]
        return "\n".join([*lines, *(["#EXT-X-ENDLIST"] if ended else []), ""])


def parse(text: str) -> MediaPlaylist:
    """Read a list of ffmpeg or of ours. Lines that neither writes are skipped."""
    init, duration_s, segments = "", 0.0, []
    for line in text.splitlines():
        if match := _INIT_LINE.match(line):
            init = match[1] if _INIT_NAME.fullmatch(match[1]) else ""
        elif line.startswith("#EXTINF:"):
            duration_s = _seconds(line.removeprefix("#EXTINF:").partition(",")[0])
        elif _SEGMENT_NAME.fullmatch(line) and duration_s > 0:
            segments.append(Segment(line, duration_s))
            duration_s = 0.0
    return MediaPlaylist(init, tuple(segments))


class VideoRendition(NamedTuple):
    """`peak` and `average`: bits a second of this picture with one audio."""

    folder: str
    codec: str
    width: int
    height: int
    peak: int
    average: int


class AudioRendition(NamedTuple):
    track: AudioTrack
    codec: str


def master(videos: Sequence[VideoRendition], audio: Sequence[AudioRendition]) -> str:
    """Return the playlist that a player opens. It begins with the first of the videos."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:7", "#EXT-X-INDEPENDENT-SEGMENTS"]
    lines += [_media_line(rendition) for rendition in audio]
    for video in videos:
        lines += [_stream_line(video, audio), f"{video.folder}/{INDEX}"]
    return "\n".join([*lines, ""])


def _stream_line(video: VideoRendition, audio: Sequence[AudioRendition]) -> str:
    codecs = [video.codec, *sorted({rendition.codec for rendition in audio})]
    attributes = [
        f"BANDWIDTH={max(1, video.peak)}",
        f"AVERAGE-BANDWIDTH={max(1, video.average)}",
        f'CODECS="{",".join(codecs)}"',
        *([f"RESOLUTION={video.width}x{video.height}"] if video.width and video.height else []),
        *([f'AUDIO="{AUDIO_GROUP}"'] if audio else []),
    ]
    return f"#EXT-X-STREAM-INF:{','.join(attributes)}"


def _media_line(rendition: AudioRendition) -> str:
    track = rendition.track
    attributes = [
        "TYPE=AUDIO",
        f'GROUP-ID="{AUDIO_GROUP}"',
        f'NAME="{_quoted(track.label)}"',
        *([f'LANGUAGE="{_quoted(track.language)}"'] if track.language else []),
        f"DEFAULT={'YES' if track.default else 'NO'}",
        "AUTOSELECT=YES",
        *([f'CHANNELS="{2 if not track.copied else track.channels}"'] if track.channels else []),
        f'URI="{track.name}/{INDEX}"',
    ]
    return f"#EXT-X-MEDIA:{','.join(attributes)}"


def _quoted(text: str) -> str:
    return "".join(letter for letter in text if letter not in '"\r\n' and letter.isprintable())


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 < seconds < 86400 else 0.0
