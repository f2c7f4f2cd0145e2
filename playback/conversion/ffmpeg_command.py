"""The arguments of ffmpeg for a plan. Pure.

The output is HLS with fragmented MP4, one folder for the video and one for each audio track. Its time stamps are what
matters: players that use Media Source Extensions read no edit lists, and with ffmpeg's defaults the sound is 83 ms
early beside two B-frames. `movflags=+cmaf+frag_discont:use_editlist=0` writes the true times into the fragments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from playback.conversion.plan import LIGHT, MUSIC, AudioTrack, Plan, VideoTrack
from playback.domain.media_types import ONLY_THE_FILE

SEGMENT_S = 4
KEY_FRAME_S = 2  # a seek costs up to 130 ms with this distance, and up to 815 ms with 10 s
PROGRESS_S = 0.25  # a copy of six seconds is four percent further by then
AAC_PRIMING = 1024  # samples that the encoder puts before the first; `first_pts` moves them to exactly 0
SAMPLE_RATE = 48000
# ffmpeg's own list and initialisation segment of the current run; players get ours. Of several renditions each needs a
# name for the latter, of a single one it must have none.
FFMPEG_LIST, FFMPEG_INIT, ONLY_FFMPEG_INIT = "ffmpeg.m3u8", "ffmpeg_%v.mp4", "ffmpeg.mp4"

SAFE = (
    *("-nostdin", "-hide_banner", "-loglevel", "error", "-y"),
    *ONLY_THE_FILE,
)
_HLS = (
    *("-map_metadata", "-1", "-map_chapters", "-1", "-max_muxing_queue_size", "4096"),
    *("-strict", "experimental"),  # FLAC in MP4, with ffmpeg before 6.0
    *("-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "event", "-hls_segment_type", "fmp4"),
    *("-hls_flags", "independent_segments+temp_file"),
    *("-hls_segment_options", "movflags=+cmaf+frag_discont:use_editlist=0"),
)
_PROGRESS = ("-progress", "pipe:1", "-stats_period", str(PROGRESS_S))
_H264 = {
    "preset": "veryfast",
    "crf": "21",
    "profile": "high",
    "pix_fmt": "yuv420p",
    # All renditions have key frames at the same pictures, so that players can change between them.
    "force_key_frames": f"expr:gte(t,n_forced*{KEY_FRAME_S})",
    "sc_threshold": "0",
    # Keep the times of the file's frames, also if their distances vary.
    "fps_mode": "vfr",
    "enc_time_base": "-1",
}
RATES = (1, 240)  # pictures a second that a film may have
ROUNDED = 0.0006  # rates have three digits
FIELDS = 2  # H.264 counts half pictures
LIGHT_CRF = "24"
LIGHT_480P = 1_200_000  # bits a second, at most
# Earlier than the first frame wanted: playlists round times to microseconds.
SEEK_MARGIN_S = 0.002


@dataclass(frozen=True)
class Resumption:
    """Where to go on: `segments` are whole in every rendition; `video_s` and `audio_s` are where the next begin.

    They have one number for each track.
    """

    segments: int
    video_s: tuple[float, ...]
    audio_s: tuple[float, ...]

    @property
    def seek_s(self) -> float:
        return max(0.0, min(*self.video_s, *self.audio_s) - SEEK_MARGIN_S) if self.segments else 0.0


FROM_START = Resumption(0, (), ())


def arguments(plan: Plan, path: str, resumption: Resumption = FROM_START) -> list[str]:
    """Return the arguments after the program's name. Output goes to the current folder.

    `path` is an absolute path, which is given to ffmpeg as a file and never as an address.
    """
    source = ["-i", f"file:{path}"]
    if plan.kind == MUSIC:
        return [*SAFE, *_PROGRESS, *source, *_music(plan)]
    seek = ["-ss", _seconds(resumption.seek_s)] if resumption.segments else []
    offset = ["-output_ts_offset", _seconds(resumption.seek_s)] if resumption.segments else []
    return [
        *(*SAFE, *_PROGRESS, *seek, *source),
        *_maps(plan),
        *_video_codecs(plan.videos, resumption),
        *_audio_codecs(plan.audio, resumption),
        *_times(plan),
        *offset,
        *_HLS,
        *("-hls_fmp4_init_filename", FFMPEG_INIT if len(plan.renditions) > 1 else ONLY_FFMPEG_INIT),
        *("-start_number", str(resumption.segments)),
        *("-hls_segment_filename", "%v/s%05d.m4s", "-var_stream_map", _streams(plan), f"%v/{FFMPEG_LIST}"),
    ]


def _music(plan: Plan) -> list[str]:
    track = plan.audio[0]
    codec = ["-c:a", "flac"] if plan.music_codec == "flac" else ["-c:a", "libopus", "-b:a", "160k"]
    # Opus has no order of channels for some layouts of cinema sound.
    mix = ["-ac", "2"] if track.channels > 2 and plan.music_codec == "opus" else []
    return ["-map", f"0:{track.stream}", "-map_chapters", "-1", *codec, *mix, plan.entry]


def _maps(plan: Plan) -> list[str]:
    tracks: Sequence[VideoTrack | AudioTrack] = (*plan.videos, *plan.audio)
    return [word for track in tracks for word in ("-map", f"0:{track.stream}")]


def _streams(plan: Plan) -> str:
    """Return the map of streams to folders: each audio track has its own, so that players can choose a language."""
    videos = (f"v:{at},name:{track.name}" for at, track in enumerate(plan.videos))
    return " ".join([*videos, *(f"a:{at},name:{track.name}" for at, track in enumerate(plan.audio))])


def light_rate(height: int) -> int:
    """Return the most bits a second that a light picture of this height may have."""
    return round(LIGHT_480P * (height / 480) ** 2)


def _video_codecs(tracks: tuple[VideoTrack, ...], resumption: Resumption) -> list[str]:
    words: list[str] = []
    for at, track in enumerate(tracks):
        if track.copied:
            words += [f"-c:v:{at}", "copy"]
            continue
        begins_s = resumption.video_s[at] - resumption.seek_s if resumption.segments else None
        words += [f"-c:v:{at}", "libx264", f"-filter:v:{at}", ",".join(_video_filters(track, begins_s))]
        words += [word for name, value in _h264(track).items() for word in (f"-{name}:v:{at}", value)]
        words += [f"-bsf:v:{at}", f"h264_metadata=tick_rate={_ticks(track.fps)}"] if track.fps else []
    return words


def _ticks(fps: float) -> str:
    """Return the rate that the stream itself names, as a fraction.

    The encoder names that of the file's clock, a thousand a second. GStreamer then shows each picture that briefly,
    and the next one in a film that is paused.
    """
    fps = min(max(fps, RATES[0]), RATES[1])
    television = Fraction(round(fps * 1.001) * 1000, 1001)  # 23.976 is 24000/1001
    rate = television if abs(television - fps) < ROUNDED else Fraction(fps).limit_denominator(1000)
    return f"{(rate * FIELDS).numerator}/{(rate * FIELDS).denominator}"


def _h264(track: VideoTrack) -> dict[str, str]:
    if track.name != LIGHT:
        return _H264
    rate = light_rate(track.height)
    return {**_H264, "crf": LIGHT_CRF, "maxrate": str(rate), "bufsize": str(rate)}


def _video_filters(track: VideoTrack, begins_s: float | None) -> list[str]:
    """`begins_s`: where the first frame wanted is, of a resumed run."""
    filters = []
    if begins_s is not None:
        # A frame that belongs to the segment before would be shown twice.
        filters.append(f"trim=start={_seconds(begins_s - SEEK_MARGIN_S)}")
    filters.append("yadif=deint=interlaced")
    if track.height:
        limit = f"2*trunc(min({track.height}\\,%s)/2)"
        upright = "gt(ih\\,iw)"
        width, height = f"if({upright}\\,{limit % 'iw'}\\,-2)", f"if({upright}\\,-2\\,{limit % 'ih'})"
        filters.append(f"scale=w={width}:h={height}")
    else:
        filters.append("scale=w=2*trunc(iw/2):h=2*trunc(ih/2)")
    return filters


def _audio_codecs(tracks: tuple[AudioTrack, ...], resumption: Resumption) -> list[str]:
    words: list[str] = []
    for at, track in enumerate(tracks):
        if track.copied:
            words += [f"-c:a:{at}", "copy"]
            # Transport streams and FLV repeat the description of AAC in each packet. Others pass unchanged.
            words += [f"-bsf:a:{at}", "aac_adtstoasc"] if track.codec == "aac" else []
            continue
        begins_s = resumption.audio_s[at] - resumption.seek_s if resumption.segments else 0.0
        first = AAC_PRIMING + round(begins_s * SAMPLE_RATE)
        words += [
            f"-c:a:{at}",
            "aac",
            f"-b:a:{at}",
            "160k",
            f"-ac:a:{at}",
            "2",
            f"-ar:a:{at}",
            str(SAMPLE_RATE),
        ]
        words += [f"-filter:a:{at}", f"aresample={SAMPLE_RATE}:async=1:first_pts={first}"]
    return words


def _times(plan: Plan) -> list[str]:
    """Keep the time stamps. Negative ones would become huge: then ffmpeg moves all of them by the same amount.

    Encoders write none: what lies before the start of the file is not decoded.
    """
    copied = plan.video is not None and plan.video.copied
    return [] if plan.negative and copied else ["-avoid_negative_ts", "disabled"]


def _seconds(seconds: float) -> str:
    return f"{seconds:.6f}"
