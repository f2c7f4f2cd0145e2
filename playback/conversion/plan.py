"""What a conversion makes of each stream of a file: copied or re-encoded, into which rendition. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from playback.conversion.languages import language_name, language_tag
from playback.domain.conversions import FLAC, MASTER, OPUS
from playback.domain.library import problems
from playback.domain.media_facts import MediaFacts, Stream
from playback.domain.playability import DIRECT, NO, TRANSCODE, decide

LIGHT = "light"  # the folder of a second, smaller picture
REMUX, AUDIO, MUSIC = "remux", "audio", "music"
KINDS = (REMUX, AUDIO, TRANSCODE, MUSIC)

# Each audio track is a folder of segments and a request of the player; discs have rarely more.
MAX_AUDIO = 12
COPIED_VIDEO = frozenset(("h264", "vp9", "av1"))
COPIED_AUDIO = frozenset(("aac", "opus", "flac"))
ENCODED_AAC = frozenset(("Main", "SSR", "LTP"))  # profiles that browsers do not play
LOSSLESS = frozenset(
    "flac alac ape tta wavpack truehd mlp tak wmalossless shorten dsd_lsbf dsd_msbf".split()
)  # and PCM
# hls.js waited for ever for audio that began 1.5 s after the picture: encoding fills the gap with silence.
MAX_AUDIO_GAP_S = 0.1
# Below the earliest time stamp that a muxer takes as 0: rounding of containers.
NEGATIVE_S = -0.0005


class CannotConvert(Exception):
    """The message is a sentence for the person who wanted to play the file."""


@dataclass(frozen=True)
class VideoTrack:
    """`height` limits the smaller side of an encoded picture; 0 keeps it. `name`: its folder's.

    `fps`: pictures a second, 0 if the file does not say.
    """

    stream: int
    copied: bool
    height: int = 0
    name: str = "v"
    fps: float = 0.0


@dataclass(frozen=True)
class AudioTrack:
    """An audio stream as a rendition: its folder's `name`, and how a player lists it. `codec`: in the file."""

    stream: int
    copied: bool
    name: str
    label: str
    language: str = ""
    default: bool = False
    codec: str = ""
    channels: int = 0


@dataclass(frozen=True)
class Plan:
    """`duration_s` is None if the file does not say. `negative`: the file has time stamps before 0.

    `light`: the same picture again, smaller, for slow lines. `music_codec`: of a file without video, which becomes a
    single file.
    """

    kind: str
    duration_s: float | None
    video: VideoTrack | None = None
    light: VideoTrack | None = None
    audio: tuple[AudioTrack, ...] = ()
    negative: bool = False
    music_codec: str = ""

    @property
    def videos(self) -> tuple[VideoTrack, ...]:
        """The best first."""
        return tuple(track for track in (self.video, self.light) if track is not None)

    @property
    def renditions(self) -> tuple[str, ...]:
        """The folders of an HLS result, videos first; none for music."""
        if self.kind == MUSIC:
            return ()
        return (*(track.name for track in self.videos), *(track.name for track in self.audio))

    @property
    def entry(self) -> str:
        """The file of the result that a player opens."""
        return MUSIC_FILES[self.music_codec] if self.kind == MUSIC else MASTER

    @property
    def resumes(self) -> bool:
        """Whether work can go on at a segment: a copied stream can only be cut at its own key frames."""
        return self.kind == TRANSCODE and all(not track.copied for track in self.audio)


MUSIC_FILES = {"flac": FLAC, "opus": OPUS}


def plan_of(facts: MediaFacts, height: int, light: int = 0) -> Plan:
    """Return how to convert a file. `height` limits a picture that has to be encoded; 0 keeps its size.

    `light`: the height of a second picture for slow lines; 0 for none.

    Raises CannotConvert.
    """
    decided = decide(facts)
    if decided.plays == DIRECT:
        raise CannotConvert(problems.PLAYS_ALREADY)
    if decided.plays == NO:
        raise CannotConvert(decided.why)
    sound = [stream for stream in facts.audio if stream.codec]
    if facts.video is None:
        return _music(facts, sound)
    video = _video(facts.video, height, encoded=decided.plays == TRANSCODE)
    encodes_all = not video.copied
    audio = _audio(facts, sound[:MAX_AUDIO], encodes_all)
    kind = TRANSCODE if encodes_all else REMUX if all(track.copied for track in audio) else AUDIO
    second = _light(facts.video, video, light)
    return Plan(kind, facts.duration_s, video, second, audio, negative=_is_negative(facts))


def _music(facts: MediaFacts, sound: list[Stream]) -> Plan:
    if not sound:
        raise CannotConvert(problems.EMPTY)
    chosen = next((stream for stream in sound if stream.default), sound[0])
    lossless = chosen.codec in LOSSLESS or chosen.codec.startswith("pcm_")
    track = AudioTrack(chosen.index, False, "music", "", codec=chosen.codec, channels=chosen.channels)
    return Plan(MUSIC, facts.duration_s, audio=(track,), music_codec="flac" if lossless else "opus")


def _video(stream: Stream, height: int, *, encoded: bool) -> VideoTrack:
    copied = not encoded and stream.codec in COPIED_VIDEO
    return VideoTrack(stream.index, copied, 0 if copied else height, fps=stream.fps or 0.0)


def _light(stream: Stream, video: VideoTrack, height: int) -> VideoTrack | None:
    """Return None if the first picture is not larger."""
    side = min(stream.width, stream.height)
    shown = min(video.height, side) if video.height else side
    if not 0 < height < shown:
        return None
    return VideoTrack(stream.index, False, height, LIGHT, video.fps)


def _audio(facts: MediaFacts, sound: list[Stream], encodes_all: bool) -> tuple[AudioTrack, ...]:
    first = next((at for at, stream in enumerate(sound) if stream.default), 0)
    tracks: list[AudioTrack] = []
    for at, stream in enumerate(sound):
        label = _unused_label(stream, at, [track.label for track in tracks])
        copied = not encodes_all and _is_copied(stream, facts)
        language = language_tag(stream.language)
        tracks.append(
            AudioTrack(
                stream.index,
                copied,
                f"a{at}",
                label,
                language,
                default=at == first,
                codec=stream.codec,
                channels=stream.channels,
            )
        )
    return tuple(tracks)


def _is_copied(stream: Stream, facts: MediaFacts) -> bool:
    if stream.codec not in COPIED_AUDIO or stream.profile in ENCODED_AAC or stream.profile.startswith("xHE"):
        return False
    return _start_s(stream) - _beginning_s(facts) <= MAX_AUDIO_GAP_S


def _start_s(stream: Stream) -> float:
    known = (stream.start_time, stream.first_pts_s)
    return max((seconds for seconds in known if seconds is not None), default=0.0)


def _beginning_s(facts: MediaFacts) -> float:
    return facts.start_time or 0.0


def _is_negative(facts: MediaFacts) -> bool:
    """Whether a time stamp is negative once ffmpeg has moved the file's start to 0."""
    first = facts.first_pts_s
    return first is not None and first - _beginning_s(facts) < NEGATIVE_S


def _unused_label(stream: Stream, at: int, used: list[str]) -> str:
    """Return the track's title or language; players show it, and HLS wants a different one for each track."""
    name = "".join(letter for letter in stream.title if letter not in '"\r\n').strip()
    name = name or language_name(stream.language) or language_tag(stream.language) or f"Audio {at + 1}"
    label, count = name, 1
    while label in used:
        count += 1
        label = f"{name} ({count})"
    return label
