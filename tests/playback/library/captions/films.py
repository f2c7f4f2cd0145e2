"""Small films with text tracks, made by ffmpeg."""

from __future__ import annotations

import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

SRT = "1\n00:00:00,500 --> 00:00:01,500\n<i>Hello</i> caf\u00e9\n\n2\n00:00:02,000 --> 00:00:03,000\nSecond\n"
VTT = "WEBVTT\n\n00:00.500 --> 00:01.500 line:0\nAbove\n"
ASS = """[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, Alignment
Style: Default,Arial,20,2

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,{\\an8}Sign
"""
WITHOUT_FFMPEG = "ffmpeg is not installed"


def has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None


@cache
def film(extension: str = "mkv", *, tracks: int = 1) -> bytes:
    """Four seconds of a test picture. mkv: SubRip in English, ASS in Japanese, WebVTT; mp4: its own text."""
    with TemporaryDirectory() as name:
        place = Path(name)
        for kind, text in (("srt", SRT), ("ass", ASS), ("vtt", VTT)):
            (place / f"in.{kind}").write_text(text)
        kinds = ["srt", "ass", "vtt"] if extension == "mkv" and tracks == 1 else ["srt"] * tracks
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=160x90:rate=10:duration=4"]
        for kind in kinds:
            command += ["-i", str(place / f"in.{kind}")]
        command += ["-map", "0:v", *(word for n in range(len(kinds)) for word in ("-map", str(n + 1)))]
        command += [
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-c:s",
            "copy" if extension == "mkv" else "mov_text",
        ]
        for n, language in enumerate(("eng", "jpn")[: len(kinds)]):
            command += [f"-metadata:s:s:{n}", f"language={language}"]
        target = place / f"out.{extension}"
        subprocess.run([*command, str(target)], check=True, timeout=60)
        return target.read_bytes()
