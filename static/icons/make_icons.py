"""Draw the icons of the installed player: the mark of `favicon.svg` in the sizes that browsers require.

`python static/icons/make_icons.py` writes them into its own folder. Needs only the standard library.
"""

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

Colour = tuple[float, float, float]
# distance of a point from the edge, in units of the drawing; negative: inside
Shape = Callable[[float, float], float]

GROUND: Colour = (0x1C, 0x18, 0x15)
CORAL: Colour = (0xFF, 0x8F, 0x70)
SIDE = 28.0  # of the drawing
CORNER = 1.2  # radius of the mark's corners
ECHO = 0.5  # opacity of the mark's second triangle
SAFE = 0.72  # size of the mark in a maskable icon, which may be cut into any shape


def triangle(left: float) -> Shape:
    """One of the mark's two triangles, which point right and have round corners."""
    corners = [(left + CORNER, 8.2), (left + 10.4, 14.0), (left + CORNER, 19.8)]
    edges = list(zip(corners, corners[1:] + corners[:1], strict=True))

    def distance(x: float, y: float) -> float:
        inside = all((bx - ax) * (y - ay) - (by - ay) * (x - ax) >= 0 for (ax, ay), (bx, by) in edges)
        nearest = min(_to_edge(x, y, a, b) for a, b in edges)
        return (-nearest if inside else nearest) - CORNER

    return distance


def _to_edge(x: float, y: float, a: tuple[float, float], b: tuple[float, float]) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    along = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - a[0] - along * dx, y - a[1] - along * dy)


def tile(corner: float) -> Shape:
    """The background: the whole drawing, with round corners."""

    def distance(x: float, y: float) -> float:
        dx, dy = abs(x - SIDE / 2) - SIDE / 2 + corner, abs(y - SIDE / 2) - SIDE / 2 + corner
        return math.hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - corner

    return distance


ECHO_MARK, LEAD_MARK = triangle(13.0), triangle(5.0)


def icon(pixels: int, *, maskable: bool) -> bytes:
    """RGBA, row by row, each with PNG's filter byte."""
    unit = SIDE / pixels
    ground = (lambda x, y: -SIDE) if maskable else tile(8.0)
    scale = 1 / SAFE if maskable else 1.0
    rows = bytearray()
    for row in range(pixels):
        rows.append(0)  # no filter
        for column in range(pixels):
            x, y = (column + 0.5) * unit, (row + 0.5) * unit
            rows += _pixel(ground, x, y, unit, scale)
    return bytes(rows)


def _pixel(ground: Shape, x: float, y: float, unit: float, scale: float) -> bytes:
    # In its drawing the mark is a little left of the centre, which looks centred there.
    mx, my = (x - SIDE / 2) * scale + SIDE / 2 + 0.2, (y - SIDE / 2) * scale + SIDE / 2
    colour = _over(GROUND, CORAL, ECHO * _cover(ECHO_MARK(mx, my), unit * scale))
    colour = _over(colour, CORAL, _cover(LEAD_MARK(mx, my), unit * scale))
    return bytes([*map(round, colour), round(255 * _cover(ground(x, y), unit))])


def _cover(distance: float, unit: float) -> float:
    """The share of a pixel that is inside."""
    return max(0.0, min(1.0, 0.5 - distance / unit))


def _over(below: Colour, above: Colour, opacity: float) -> Colour:
    red, green, blue = (under + (over - under) * opacity for under, over in zip(below, above, strict=True))
    return red, green, blue


def png(pixels: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", pixels, pixels, 8, 6, 0, 0, 0)
    chunks = (b"IHDR", head), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main() -> None:
    here = Path(__file__).parent
    for pixels, maskable in ((192, False), (512, False), (512, True)):
        name = f"icon-{'maskable-' if maskable else ''}{pixels}.png"
        (here / name).write_bytes(png(pixels, icon(pixels, maskable=maskable)))


if __name__ == "__main__":
    main()
