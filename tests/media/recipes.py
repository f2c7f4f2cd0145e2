"""How each file is made with ffmpeg, and how it is expected to play.

Pictures and sounds are encoded once each, in Matroska, and copied together from there. Each picture shows its number in
digits and, machine-readable, as eight boxes along its lower edge: from left to right the bits of the number, lowest
first, white for one (see `tests.media.frame_number`).
"""

from __future__ import annotations

from dataclasses import dataclass

SECONDS = 4
WIDTH, HEIGHT = 160, 90
FRAME_RATE = "24000/1001"
BITS, BOX = 8, 20

_BAND = f"drawbox=x=0:y={HEIGHT - BOX}:w={WIDTH}:h={BOX}:color=black:t=fill"
_BOXES = ",".join(
    f"drawbox=x={bit * BOX}:y={HEIGHT - BOX}:w={BOX}:h={BOX}:color=white:t=fill"
    f":enable='gte(mod(n\\,{2 ** (bit + 1)})\\,{2**bit})'"
    for bit in range(BITS)
)
DIGITS = "drawtext=text='%{n}':x=4:y=4:fontsize=28:fontcolor=white:box=1:boxcolor=black"
PICTURE = f"testsrc2=s={WIDTH}x{HEIGHT}:r={FRAME_RATE}:d={SECONDS},{_BAND},{_BOXES}"
SURROUND = "pan=5.1|FL=c0|FR=c0|FC=c0|LFE=c0|BL=c0|BR=c0"  # ffmpeg alone would leave all but one silent
TONE = f"sine=f={{hertz}}:r=48000:d={SECONDS}"


@dataclass(frozen=True)
class Source:
    """`options`: after the inputs; `inputs`: names of other sources; `needs`: encoders and muxers."""

    options: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    plays: str = ""
    starts: bool = False
    # what ffmpeg reads before its input
    before: tuple[str, ...] = ()
    begins_s: float = 0.0  # where a cut file begins


def _video(options: str, encoder: str) -> Source:
    return Source(("-c:v", encoder, *options.split()), ("picture",), (encoder,))


def _audio(options: str, encoder: str, channels: int = 2, tone: str = "tone") -> Source:
    spread = ("-af", SURROUND) if channels == 6 else ("-ac", str(channels))
    return Source(("-c:a", encoder, *spread, *options.split()), (tone,), (encoder,))


def _both(video: str, audio: str, plays: str, starts: bool = False, options: str = "") -> Source:
    copied = f"-map 0:v -map 1:a -c copy -strict -2 {options}".split()
    return Source(tuple(copied), (f"v_{video}.mkv", f"a_{audio}.mka"), (), plays, starts)


def _song(audio: str, plays: str, starts: bool = False, options: str = "") -> Source:
    return Source(("-c", "copy", *options.split()), (f"a_{audio}.mka",), (), plays, starts)


STREAMS = {
    "v_h264.mkv": _video("-preset veryfast -pix_fmt yuv420p -bf 3 -g 240", "libx264"),
    "v_h264_10.mkv": _video("-preset veryfast -pix_fmt yuv420p10le -bf 3 -g 240", "libx264"),
    "v_h264_444.mkv": _video("-preset veryfast -pix_fmt yuv444p -bf 3 -g 240", "libx264"),
    "v_hevc.mkv": _video("-preset ultrafast -x265-params log-level=error -pix_fmt yuv420p", "libx265"),
    "v_hevc10.mkv": _video("-preset ultrafast -x265-params log-level=error -pix_fmt yuv420p10le", "libx265"),
    "v_av1.mkv": _video("-preset 12 -crf 40", "libsvtav1"),
    "v_av1_10.mkv": _video("-preset 12 -crf 40 -pix_fmt yuv420p10le", "libsvtav1"),
    "v_vp9.mkv": _video("-deadline realtime -cpu-used 8 -b:v 300k -pix_fmt yuv420p", "libvpx-vp9"),
    "v_vp8.mkv": _video("-deadline realtime -cpu-used 8 -b:v 300k -pix_fmt yuv420p", "libvpx"),
    "v_mpeg4.mkv": _video("-vtag XVID -q:v 5", "mpeg4"),
    "v_mpeg2.mkv": _video("-q:v 5", "mpeg2video"),
    "v_wmv2.mkv": _video("-q:v 5", "wmv2"),
    "a_aac.mka": _audio("-b:a 128k", "aac"),
    "a_aac_b.mka": _audio("-b:a 128k", "aac", tone="other tone"),
    "a_aac51.mka": _audio("-b:a 320k", "aac", 6),
    "a_ac3.mka": _audio("", "ac3", 6),
    "a_eac3.mka": _audio("", "eac3", 6),
    "a_dts.mka": _audio("-strict -2", "dca", 6),
    "a_truehd.mka": _audio("-strict -2", "truehd", 6),
    "a_flac.mka": _audio("", "flac"),
    "a_opus.mka": _audio("", "libopus"),
    "a_vorbis.mka": _audio("", "libvorbis"),
    "a_mp3.mka": _audio("", "libmp3lame"),
    "a_mp2.mka": _audio("", "mp2"),
    "a_pcm.mka": _audio("", "pcm_s16le"),
    "a_alac.mka": _audio("", "alac"),
    "a_wma.mka": _audio("", "wmav2"),
}

_EPISODE = (
    "-map 0:v -map 1:a -map 2:a -map 3 -map 4 -map_metadata 5 -map_chapters 5 -c copy -c:s:0 copy -c:s:1 srt"
    " -metadata:s:a:0 language=jpn -metadata:s:a:1 language=eng -metadata:s:a:1 title=Dub"
    " -metadata:s:s:0 language=eng -metadata:s:s:0 title=Full -metadata:s:s:1 language=ger"
    " -disposition:a:0 default -disposition:s:0 default"
)

SOURCES: dict[str, Source] = {
    # Matroska: each codec of a picture beside AAC, each of sound beside H.264
    "m_h264_aac.mkv": _both("h264", "aac", "remux", True),
    "m_h264_10_aac.mkv": _both("h264_10", "aac", "transcode"),
    "m_h264_444_aac.mkv": _both("h264_444", "aac", "transcode"),
    "m_hevc_aac.mkv": _both("hevc", "aac", "transcode"),
    "m_hevc10_aac.mkv": _both("hevc10", "aac", "transcode"),
    "m_av1_aac.mkv": _both("av1", "aac", "remux", True),
    "m_av1_10_aac.mkv": _both("av1_10", "aac", "remux", True),
    "m_vp9_aac.mkv": _both("vp9", "aac", "remux", True),
    "m_vp8_aac.mkv": _both("vp8", "aac", "transcode", True),
    "m_mpeg4_aac.mkv": _both("mpeg4", "aac", "transcode"),
    "m_mpeg2_aac.mkv": _both("mpeg2", "aac", "transcode"),
    "m_wmv2_aac.mkv": _both("wmv2", "aac", "transcode"),
    "m_h264_aac51.mkv": _both("h264", "aac51", "remux", True),
    "m_h264_ac3.mkv": _both("h264", "ac3", "audio"),
    "m_h264_eac3.mkv": _both("h264", "eac3", "audio"),
    "m_h264_dts.mkv": _both("h264", "dts", "audio"),
    "m_h264_flac.mkv": _both("h264", "flac", "remux"),
    "m_h264_opus.mkv": _both("h264", "opus", "remux", True),
    "m_h264_vorbis.mkv": _both("h264", "vorbis", "audio", True),
    "m_h264_mp3.mkv": _both("h264", "mp3", "audio"),
    "m_h264_truehd.mkv": _both("h264", "truehd", "audio"),
    "m_h264_pcm.mkv": _both("h264", "pcm", "audio"),
    "m_h264_alac.mkv": _both("h264", "alac", "audio"),
    # an episode with two languages, styled captions with their font, plain captions and chapters
    "episode.mkv": Source(
        tuple(_EPISODE.split()),
        ("v_h264.mkv", "a_aac.mka", "a_aac_b.mka", "captions.ass", "captions.srt", "chapters.txt"),
        (),
        "remux",
        True,
    ),
    # other containers of films
    "o_h264_aac.mp4": _both("h264", "aac", "direct", True, "-movflags +faststart"),
    "o_h264_aac_slow.mp4": _both("h264", "aac", "direct", True),
    "o_hevc_aac.mp4": _both("hevc", "aac", "transcode", options="-tag:v hvc1"),
    "o_h264_ac3.mp4": _both("h264", "ac3", "audio"),
    "o_h264_flac.mp4": _both("h264", "flac", "direct", True),
    "o_h264_opus.mp4": _both("h264", "opus", "direct", True),
    "o_h264_mp3.mp4": _both("h264", "mp3", "audio"),
    "o_cut.mp4": Source(
        ("-c", "copy"), ("o_h264_aac.mp4",), (), "transcode", before=("-ss", "1.5"), begins_s=1.5
    ),
    "o_h264_alac.mov": _both("h264", "alac", "audio"),
    "o_h264_pcm.mov": _both("h264", "pcm", "audio"),
    "o_h264_aac.ts": _both("h264", "aac", "remux"),
    "o_mpeg2_mp2.mpg": _both("mpeg2", "mp2", "transcode"),
    "o_mpeg4_mp3.avi": _both("mpeg4", "mp3", "transcode"),
    "o_h264_mp3.avi": _both("h264", "mp3", "transcode", options="-bsf:v h264_mp4toannexb"),
    "o_wmv2_wma.wmv": _both("wmv2", "wma", "transcode"),
    "o_h264_aac.flv": _both("h264", "aac", "remux"),
    "o_vp9_opus.webm": _both("vp9", "opus", "direct", True),
    "o_av1_opus.webm": _both("av1", "opus", "direct", True),
    "o_vp8_vorbis.webm": _both("vp8", "vorbis", "direct", True),
    # music
    "o_aac.m4a": _song("aac", "direct", True),
    "o_alac.m4a": _song("alac", "audio"),
    "o_mp3.mp3": _song("mp3", "direct", True),
    "o_flac.flac": _song("flac", "direct", True),
    "o_vorbis.ogg": _song("vorbis", "direct", True),
    "o_opus.opus": _song("opus", "direct", True),
    "o_pcm.wav": _song("pcm", "direct", True),
    "o_aac.aac": _song("aac", "direct", True),
    "o_wma.wma": _song("wma", "audio"),
    "o_ac3.ac3": _song("ac3", "audio"),
    "o_mp2.mp2": _song("mp2", "audio"),
    "o_alac.caf": _song("alac", "audio"),
    "o_wavpack.wv": Source(("-c:a", "wavpack"), ("tone",), ("wavpack",), "audio"),
    "o_tta.tta": Source(("-c:a", "tta"), ("tone",), ("tta",), "audio"),
    "o_pcm.aiff": Source(("-c:a", "pcm_s16be"), ("tone",), ("pcm_s16be",), "audio"),
}
