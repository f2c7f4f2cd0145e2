"""Generate the input of make_samples.sh: raw frames or raw sound on standard output.

`frames` writes 8-bit grey frames: the white of the picture, to be laid over a moving gradient. It is a film
leader, because that shows time: the hand turns once a second, the dot once in twelve seconds. The row of 24
squares at the top left is the frame number in binary, most significant bit first, for tests to read.
Needs only the standard library.
"""

import math
import sys
from array import array
from collections.abc import Iterator

WIDTH, HEIGHT, FPS, SECONDS = 640, 360, 25, 96
BIT_PX, BITS = 8, 24
CENTRE = (WIDTH // 2, HEIGHT // 2)
RING, INNER, ORBIT, DOT = 128.0, 112.0, 146.0, 5.5
SAMPLE_RATE, BEAT_S = 48_000, 0.3


def _line(distance: float, thickness: float) -> float:
    """The share of a pixel that a line covers whose centre is `distance` pixels away."""
    return max(0.0, min(1.0, thickness / 2 + 0.5 - abs(distance)))


def _backdrop() -> bytearray:
    """The constant part of every frame: two rings, a faint cross, twelve marks."""
    picture = bytearray(WIDTH * HEIGHT)
    for y in range(HEIGHT):
        for x in range(WIDTH):
            dx, dy = x - CENTRE[0] + 0.5, y - CENTRE[1] + 0.5
            r = math.hypot(dx, dy)
            light = max(0.85 * _line(r - RING, 2.5), 0.45 * _line(r - INNER, 1.2))
            if RING < r < 300:
                fade = 1 - (r - RING) / 172
                light = max(light, 0.22 * fade * max(_line(dx, 1.0), _line(dy, 1.0)))
            for hour in range(12):
                mark = math.hypot(
                    dx - ORBIT * math.sin(hour * math.pi / 6), dy + ORBIT * math.cos(hour * math.pi / 6)
                )
                light = max(light, 0.35 * _line(mark, 3.0))
            picture[y * WIDTH + x] = round(255 * light)
    return picture


def _sectors() -> list[list[int]]:
    """The pixels that the hand passes in each frame of a second."""
    sectors: list[list[int]] = [[] for _ in range(FPS)]
    for y in range(HEIGHT):
        for x in range(WIDTH):
            dx, dy = x - CENTRE[0] + 0.5, y - CENTRE[1] + 0.5
            if math.hypot(dx, dy) < INNER - 3:
                turn = (math.atan2(dx, -dy) / (2 * math.pi)) % 1
                sectors[min(FPS - 1, int(turn * FPS))].append(y * WIDTH + x)
    return sectors


def _dot(frame: int) -> Iterator[tuple[int, float]]:
    turn = 2 * math.pi * frame / (12 * FPS)
    cx, cy = CENTRE[0] + ORBIT * math.sin(turn), CENTRE[1] - ORBIT * math.cos(turn)
    for y in range(int(cy - DOT - 2), int(cy + DOT + 3)):
        for x in range(int(cx - DOT - 2), int(cx + DOT + 3)):
            cover = max(0.0, min(1.0, DOT + 0.5 - math.hypot(x + 0.5 - cx, y + 0.5 - cy)))
            yield y * WIDTH + x, cover


def frames() -> None:
    picture, sectors = _backdrop(), _sectors()
    swept = 46
    for frame in range(FPS * SECONDS):
        step = frame % FPS
        if step == 0:
            for sector in sectors:
                for pixel in sector:
                    picture[pixel] = 0
        for pixel in sectors[step]:
            picture[pixel] = swept
        shown = bytearray(picture)
        for pixel, cover in _dot(frame):
            shown[pixel] = max(shown[pixel], round(255 * cover))
        done = WIDTH * (frame + 1) // (FPS * SECONDS)
        for y in range(HEIGHT - 4, HEIGHT):
            shown[y * WIDTH : y * WIDTH + done] = b"\xd8" * done
        row = b"".join((b"\xff" if frame >> bit & 1 else b"\0") * BIT_PX for bit in reversed(range(BITS)))
        for y in range(BIT_PX):
            shown[y * WIDTH : y * WIDTH + len(row)] = row
        sys.stdout.buffer.write(shown)


def _pluck(midi: int, seconds: float) -> list[float]:
    hz = 440 * 2 ** ((midi - 69) / 12)
    partials = [(1, 1.0, 3.0), (2, 0.45, 4.5), (3, 0.22, 6.5), (4, 0.1, 9.0)]
    return [
        min(1.0, n / 200)
        * sum(
            loud * math.exp(-decay * n / SAMPLE_RATE) * math.sin(2 * math.pi * hz * k * n / SAMPLE_RATE)
            for k, loud, decay in partials
        )
        for n in range(int(seconds * SAMPLE_RATE))
    ]


def _pad(chord: tuple[int, ...], seconds: float) -> list[float]:
    count = int(seconds * SAMPLE_RATE)
    steps = [2 * math.pi * 440 * 2 ** ((midi - 69) / 12) / SAMPLE_RATE for midi in chord]
    return [
        math.sin(math.pi * n / count) ** 0.7
        * sum(math.sin(step * n) + 0.3 * math.sin(2.005 * step * n) for step in steps)
        for n in range(count)
    ]


def music() -> None:
    """Four chords, arpeggiated up and down, left and right in turn, for at least 64 seconds."""
    chords = [(57, 60, 64, 69, 72), (53, 57, 60, 65, 72), (48, 55, 60, 64, 67), (55, 59, 62, 67, 74)]
    pattern = (0, 2, 1, 3, 4, 3, 2, 1)
    bar_s = BEAT_S * len(pattern)
    bars = math.ceil(64 / bar_s / len(chords)) * len(chords)
    total = int((bars * bar_s + 2) * SAMPLE_RATE)
    sides = [array("d", bytes(8 * total)), array("d", bytes(8 * total))]
    plucks = {midi: _pluck(midi + 12, 1.6) for chord in chords for midi in chord}
    basses = {chord: _pluck(chord[0] - 12, 2.2) for chord in chords}
    pads = {chord: _pad(chord[1:4], bar_s * 1.15) for chord in chords}

    def add(sound: list[float], at_s: float, left: float, right: float) -> None:
        start = int(at_s * SAMPLE_RATE)
        for side, loud in zip(sides, (left, right), strict=True):
            end = min(total, start + len(sound))
            side[start:end] = array(
                "d", [old + loud * new for old, new in zip(side[start:end], sound, strict=False)]
            )

    for bar in range(bars):
        chord = chords[bar % len(chords)]
        at_s = bar * bar_s
        add(pads[chord], at_s, 0.035, 0.035)
        add(basses[chord], at_s, 0.16, 0.16)
        for beat, note in enumerate(pattern):
            if bar < 2 and beat % 2:
                continue
            louder = 0.1 if beat % 4 else 0.13
            lean = 0.03 if beat % 2 else -0.03
            add(plucks[chord[note]], at_s + beat * BEAT_S, louder + lean, louder - lean)

    loudest = max(max(map(abs, side)) for side in sides)
    samples = array("h", bytes(4 * total))
    for n, pair in enumerate(zip(*sides, strict=True)):
        fade = min(1.0, (total - n) / (3 * SAMPLE_RATE))
        samples[2 * n] = int(26_000 * fade * pair[0] / loudest)
        samples[2 * n + 1] = int(26_000 * fade * pair[1] / loudest)
    if sys.byteorder == "big":
        samples.byteswap()
    sys.stdout.buffer.write(samples.tobytes())


if __name__ == "__main__":
    {"frames": frames, "music": music}[sys.argv[1]]()
