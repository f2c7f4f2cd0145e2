"""ASS scripts of two kinds: what translators of films typeset, and far more than any of them does."""

from __future__ import annotations

from collections.abc import Iterator

SECONDS = 40
HEAVY_SIGNS = 60
HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: 1280
PlayResY: 720

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Outline, Shadow, Alignment, MarginV
Style: Default,Nowhere,52,&H00FFFFFF,&H00101010,&H80000000,3,1,2,40
Style: Sign,Nowhere,40,&H00F0E0D0,&H00402010,&H80000000,2,0,5,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


def plain() -> str:
    """A line of dialogue every two seconds."""
    return HEAD + "\n".join(_dialogue())


def typeset() -> str:
    """Dialogue, karaoke above it, and nine signs at a time: blurred, fading, five of them moving in every picture."""
    return HEAD + "\n".join((*_dialogue(), *_karaoke(), *_signs()))


def heavy() -> str:
    """Sixty blurred signs that move and turn in every picture."""
    return HEAD + "\n".join(_heavy())


def _time(seconds: float) -> str:
    return f"0:{int(seconds) // 60:02}:{seconds % 60:05.2f}"


def _event(layer: int, start: float, end: float, style: str, text: str) -> str:
    return f"Dialogue: {layer},{_time(start)},{_time(end)},{style},,0,0,0,,{text}"


def _dialogue() -> Iterator[str]:
    for start in range(0, SECONDS, 2):
        yield _event(
            0, start, start + 1.9, "Default", r"{\blur0.6}The boat leaves at dawn,\Nand nobody waits for it."
        )


def _karaoke() -> Iterator[str]:
    for start in range(0, SECONDS, 4):
        words = "".join(rf"{{\kf{50}}}na{n} " for n in range(8))
        yield _event(
            1, start, start + 4, "Sign", rf"{{\an8\pos(640,30)\blur1\fad(200,200)\1c&H60C0FF&}}{words}"
        )


def _signs() -> Iterator[str]:
    """Each lasts four seconds, and there are nine at any time."""
    for start in range(0, SECONDS, 4):
        for n in range(9):
            x, y = 150 + 120 * n, 150 + 90 * (n % 5)
            place = rf"\move({x},{y},{x + 60},{y - 40})" if n % 2 == 0 else rf"\pos({x},{y})"
            turn = rf"\frz{5 * n - 20}\fax0.1" if n % 3 == 0 else ""
            yield _event(
                2 + n, start, start + 4, "Sign", rf"{{{place}\blur{1 + n % 3}\fad(300,300){turn}}}Harbour {n}"
            )


def _heavy() -> Iterator[str]:
    for sign in range(HEAVY_SIGNS):
        x, y = 40 + 120 * (sign % 10), 60 + 100 * (sign // 10)
        move = rf"{{\move({x},{y},{x + 80},{y + 40})\blur3\t(\frz720)}}"
        yield _event(1, 0, SECONDS, "Sign", f"{move}Sign {sign}")
