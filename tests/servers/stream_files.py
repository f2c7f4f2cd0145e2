"""A short film whose pictures carry their number, as an MP4 and as HLS with two audio languages and two qualities.

The HLS options are those without which ffmpeg's segments are out of step with themselves in MSE (edit lists).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

FPS = 24
WIDTH, HEIGHT = 160, 90
BITS = 12
SEGMENT_S = 2
LANGUAGES = ("jpn", "eng")
QUALITIES = (90, 54)

_FFMPEG = ("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y")
_SEGMENTS = (
    *("-f", "hls", "-hls_time", str(SEGMENT_S), "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"),
    *("-hls_flags", "independent_segments", "-hls_fmp4_init_filename", "init.mp4"),
    *("-hls_segment_options", "movflags=+cmaf+frag_discont:use_editlist=0"),
)


def make_film(folder: Path, seconds: float) -> Path:
    """Write `film.mp4`, and `master.m3u8` with its renditions beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    film = folder / "film.mp4"
    _encode_film(film, seconds)
    _make_renditions(film, folder)
    (folder / "master.m3u8").write_text(_master())
    return film


def _encode_film(film: Path, seconds: float) -> None:
    tones = [
        argument
        for hertz in (440, 880)
        for argument in ("-f", "lavfi", "-i", f"sine=f={hertz}:r=48000:d={seconds}")
    ]
    command = [
        *(*_FFMPEG, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{WIDTH}x{HEIGHT}"),
        *("-r", str(FPS), "-i", "pipe:0", *tones, "-map", "0:v", "-map", "1:a", "-map", "2:a"),
        *(
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-bf",
            "2",
            "-g",
            str(FPS * SEGMENT_S),
            "-sc_threshold",
            "0",
        ),
        *("-c:a", "aac", "-ac", "2", "-ar", "48000", "-af", "aresample=async=1:first_pts=1024"),
        *("-movflags", "+faststart", str(film)),
    ]
    subprocess.run(command, input=b"".join(pictures(round(seconds * FPS))), check=True)


def _make_renditions(film: Path, folder: Path) -> None:
    _rendition(film, folder / "v90", "-map", "0:v", "-c", "copy")
    scaled = ("-vf", f"scale=96:{QUALITIES[1]}", "-c:v", "libx264", "-preset", "veryfast", "-bf", "2")
    key_frames = ("-g", str(FPS * SEGMENT_S), "-sc_threshold", "0")
    _rendition(film, folder / "v54", "-map", "0:v", *scaled, *key_frames)
    for index, language in enumerate(LANGUAGES):
        _rendition(film, folder / language, "-map", f"0:a:{index}", "-c", "copy")


def make_dash(film: Path, folder: Path) -> None:
    """Write `dash.mpd` beside a film of `make_film`, with both languages and both qualities."""
    scaled = ("-map", "0:v", "-filter:v:1", f"scale=96:{QUALITIES[1]}", "-c:v:0", "copy", "-c:v:1", "libx264")
    key_frames = ("-g:v:1", str(FPS * SEGMENT_S), "-sc_threshold:v:1", "0", "-preset", "veryfast")
    audio = [
        argument
        for index, language in enumerate(LANGUAGES)
        for argument in ("-map", f"0:a:{index}", f"-metadata:s:a:{index}", f"language={language}")
    ]
    sets = "id=0,streams=v " + " ".join(
        f"id={index + 1},streams={index + 2}" for index in range(len(LANGUAGES))
    )
    command = [
        *(*_FFMPEG, "-i", str(film), "-map", "0:v", *scaled, *key_frames, *audio, "-c:a", "copy"),
        *("-f", "dash", "-seg_duration", str(SEGMENT_S), "-adaptation_sets", sets),
        *(
            "-init_seg_name",
            "dash_$RepresentationID$.mp4",
            "-media_seg_name",
            "dash_$RepresentationID$_$Number$.m4s",
        ),
        str(folder / "dash.mpd"),
    ]
    subprocess.run(command, check=True)


def _rendition(film: Path, folder: Path, *mapped: str) -> None:
    folder.mkdir(exist_ok=True)
    segments = ("-hls_segment_filename", str(folder / "s%05d.m4s"), str(folder / "index.m3u8"))
    subprocess.run(
        [*_FFMPEG, "-i", str(film), *mapped, "-avoid_negative_ts", "disabled", *_SEGMENTS, *segments],
        check=True,
    )


def _master() -> str:
    audio = [
        f'#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="{language}",LANGUAGE="{language}",'
        f'DEFAULT={"NO" if index else "YES"},AUTOSELECT=YES,CHANNELS="2",URI="{language}/index.m3u8"'
        for index, language in enumerate(LANGUAGES)
    ]
    video = [
        f"#EXT-X-STREAM-INF:BANDWIDTH={height * 4000},RESOLUTION={round(height / 9 * 16)}x{height},"
        f'CODECS="avc1.64000a,mp4a.40.2",AUDIO="a"\nv{height}/index.m3u8'
        for height in QUALITIES
    ]
    return "\n".join(("#EXTM3U", "#EXT-X-VERSION:7", *audio, *video, ""))


def pictures(count: int) -> Iterator[bytes]:
    """Yield raw pictures: the bits of the number are white and black columns, the highest first."""
    width = WIDTH // BITS
    chroma = bytes([128]) * (WIDTH * HEIGHT // 2)
    for number in range(count):
        columns = [bytes([235 if number >> (BITS - 1 - bit) & 1 else 16]) * width for bit in range(BITS)]
        row = b"".join(columns).ljust(WIDTH, bytes([16]))
        yield row * HEIGHT + chroma
