"""How a media file reaches every browser: as it is, repackaged, with other sound, re-encoded, or not at all. Pure.

Browsers fail silently: an MKV with AC-3 plays as a silent film, one with MPEG-4 as sound under a black picture, and
neither raises an error. So the file's content decides here, before a browser loads it. Of 57 generated files Chromium
played 16 and Firefox 15 without sound or picture.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from playback.domain.library import problems
from playback.domain.media_facts import MediaFacts, Stream
from watchium.protocol.player_types import Plays

DIRECT: Final = "direct"  # every browser plays the file itself
REMUX: Final = "remux"  # streams are copied into another container
AUDIO: Final = "audio"  # video is copied, audio is re-encoded
TRANSCODE: Final = "transcode"  # video is re-encoded
NO: Final = "no"
CONVERTIBLE = frozenset((REMUX, AUDIO, TRANSCODE))
PLAYS = (DIRECT, REMUX, AUDIO, TRANSCODE, NO)

# A film cut between key frames begins this early: Chromium and Firefox show different pictures at the same position.
CUT_BEFORE_S = -0.1

_8_BIT = frozenset(("", "yuv420p", "yuvj420p"))
_10_BIT = _8_BIT | {"yuv420p10le"}
# Pixel formats of the video codecs that browsers play; HEVC depends on the device.
_PICTURES = {"h264": _8_BIT, "vp8": _8_BIT, "vp9": _10_BIT, "av1": _10_BIT}
_COPIED_VIDEO = frozenset(("h264", "vp9", "av1"))  # in fragmented MP4
_COPIED_AUDIO = frozenset(("aac", "opus", "flac"))  # in fragmented MP4; MP3 in it is silent in Firefox
_NOT_DECODED = frozenset(("", "none", "unknown", "ac4", "mpegh_3d_audio"))
_PCM = frozenset(("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_alaw", "pcm_mulaw"))


class _Container(NamedTuple):
    """What browsers play of a container. `direct`: every browser does, otherwise Chromium and Firefox."""

    video: frozenset[str] = frozenset()
    audio: frozenset[str] = frozenset()
    direct: bool = True


_CONTAINERS = {
    "mp4": _Container(_COPIED_VIDEO, _COPIED_AUDIO),
    "webm": _Container(frozenset(("vp8", "vp9", "av1")), frozenset(("opus", "vorbis"))),
    "matroska": _Container(frozenset(_PICTURES), frozenset(("aac", "opus", "vorbis")), direct=False),
    "ogg": _Container(audio=frozenset(("vorbis", "opus", "flac"))),
    "wav": _Container(audio=_PCM),
    "mp3": _Container(audio=frozenset(("mp3",))),
    "flac": _Container(audio=frozenset(("flac",))),
    "aac": _Container(audio=frozenset(("aac",))),
}
BROWSER_CONTAINERS = frozenset(_CONTAINERS)
_CONTAINER_NAMES = {
    "matroska": "Matroska",
    "webm": "WebM",
    "asf": "Windows Media",
    "mpegts": "MPEG transport stream",
    "mpeg": "MPEG",
    "rm": "RealMedia",
}
_CODEC_NAMES = {
    "h264": "H.264",
    "hevc": "HEVC",
    "mpeg4": "MPEG-4",
    "mpeg2video": "MPEG-2",
    "mpeg1video": "MPEG-1",
    "msmpeg4v3": "DivX",
    "vc1": "VC-1",
    "wmv1": "WMV",
    "wmv2": "WMV",
    "wmv3": "WMV",
    "theora": "Theora",
    "ac3": "AC-3",
    "eac3": "E-AC-3",
    "dts": "DTS",
    "truehd": "TrueHD",
    "alac": "ALAC",
    "ape": "APE",
    "wmav1": "WMA",
    "wmav2": "WMA",
    "wmapro": "WMA Pro",
    "wmalossless": "WMA Lossless",
    "tta": "TTA",
    "mp3": "MP3",
    "mp2": "MP2",
    "vorbis": "Vorbis",
    "wavpack": "WavPack",
    "aac": "AAC",
    "cook": "RealAudio",
}


class Playability(NamedTuple):
    """`why`: a sentence, empty if `plays` is direct.

    `starts`: Chromium and Firefox play the file itself, with the first of its audio tracks, so that it need not wait.
    """

    plays: Plays
    why: str
    starts: bool


# Without ffprobe nothing is known, and browsers try.
UNKNOWN = Playability("", "", True)


def decide(facts: MediaFacts) -> Playability:
    video = facts.video
    audio = [stream for stream in facts.audio if stream.codec not in _NOT_DECODED]
    if reason := _unreadable(facts, video, audio):
        return Playability(NO, reason, False)
    starts = _starts(facts.container, video, audio) and not _is_cut(video)
    if reason := _picture_problem(facts, video, audio):
        return Playability(TRANSCODE, reason, starts)
    foreign = [stream for stream in audio if stream.codec not in _COPIED_AUDIO or _is_extended_he(stream)]
    container = _CONTAINERS.get(facts.container)
    if starts and len(audio) <= 1 and container is not None and container.direct:
        return Playability(DIRECT, "", True)
    if foreign:
        return Playability(AUDIO, _sound_problem(foreign, starts), starts)
    return Playability(REMUX, _container_problem(facts, audio, starts), starts)


def _unreadable(facts: MediaFacts, video: Stream | None, audio: list[Stream]) -> str:
    if any(stream.encrypted for stream in ([video] if video else []) + facts.audio):
        return problems.ENCRYPTED
    if video is not None and video.codec in _NOT_DECODED:
        return problems.UNKNOWN_PICTURE
    if facts.audio and not audio:
        return problems.UNKNOWN_SOUND
    if video is None and not audio:
        return problems.EMPTY
    return ""


def _starts(container: str, video: Stream | None, audio: list[Stream]) -> bool:
    """Whether Chromium and Firefox play the picture and the first audio track of the file itself."""
    played = _CONTAINERS.get(container)
    if played is None or (video is not None and video.codec not in played.video):
        return False
    if video is not None and video.pix_fmt not in _PICTURES[video.codec]:
        return False
    return not audio or (audio[0].codec in played.audio and not _is_extended_he(audio[0]))


def _picture_problem(facts: MediaFacts, video: Stream | None, audio: list[Stream]) -> str:
    """Return why the picture has to be re-encoded, or an empty string."""
    if video is None:
        return ""
    if video.codec not in _PICTURES:
        return problems.PICTURE.format(codec=_name(video))
    if video.pix_fmt not in _PICTURES[video.codec]:
        return problems.PIXELS.format(codec=_name(video), pixels=_pixels(video.pix_fmt))
    if facts.container == "avi":
        return problems.AVI
    if _is_cut(video):
        return problems.CUT
    as_webm = len(audio) <= 1 and all(stream.codec in ("opus", "vorbis") for stream in audio)
    if video.codec not in _COPIED_VIDEO and not as_webm:
        return problems.PICTURE_WITH_SOUND.format(codec=_name(video))
    return ""


def _is_cut(video: Stream | None) -> bool:
    return video is not None and video.first_pts_s is not None and video.first_pts_s < CUT_BEFORE_S


def _is_extended_he(stream: Stream) -> bool:
    """Firefox does not play this profile of AAC."""
    return stream.codec == "aac" and stream.profile.startswith("xHE")


def _sound_problem(foreign: list[Stream], starts: bool) -> str:
    names = ", ".join(sorted({_name(stream) for stream in foreign}))
    if starts:
        return problems.SOUND_ELSEWHERE.format(codecs=names)
    return problems.SOUND.format(codecs=names)


def _container_problem(facts: MediaFacts, audio: list[Stream], starts: bool) -> str:
    if not starts:
        name = _CONTAINER_NAMES.get(facts.container, facts.container.upper())
        if facts.container in _CONTAINERS and audio:
            return problems.SOUND_IN_CONTAINER.format(codec=_name(audio[0]), container=name)
        return problems.CONTAINER.format(container=name)
    if len(audio) > 1:
        return problems.FIRST_TRACK.format(count=len(audio))
    return problems.MATROSKA_ELSEWHERE


def _name(stream: Stream) -> str:
    if stream.codec.startswith("pcm_"):
        return "PCM"
    return _CODEC_NAMES.get(stream.codec, stream.codec[:20].upper())


def _pixels(pix_fmt: str) -> str:
    for bits in ("10", "12", "14", "16"):
        if pix_fmt.endswith((f"p{bits}le", f"p{bits}be")):
            return f"{bits} bit"
    return pix_fmt[:20]
