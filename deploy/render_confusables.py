"""Render watchium/confusable_characters.py from Unicode's confusables and the names of Latin letters.

    pip download --no-deps confusable-homoglyphs==3.3.1 && unzip confusable_homoglyphs-*.whl
    .venv/bin/python deploy/render_confusables.py confusable_homoglyphs/confusables.json

That package contains Unicode's confusables.txt as JSON. Only this script needs it: the server reads the rendered table.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections import defaultdict
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "watchium" / "confusable_characters.py"
HEAD = '''"""Confusable characters: each line has a shape, then the characters that look like it, in hexadecimal.

Rendered by deploy/render_confusables.py from Unicode's confusables.txt 15.1 (copyright Unicode, Inc., used under
https://www.unicode.org/license.txt), with Latin letters with strokes, hooks and similar marks, and small capitals
added by their Unicode names. Characters that compatibility decomposition (NFKD) already replaces are omitted.
"""

CONFUSABLES = """
'''
CHARACTERS_PER_LINE = 18
# Names of variants of Latin letters: small capitals, letters in squares and circles, letters with strokes.
LATIN = re.compile(
    r"(?:LATIN (?:CAPITAL LETTER|SMALL LETTER|LETTER SMALL CAPITAL)|REGIONAL INDICATOR SYMBOL LETTER"
    r"|(?:NEGATIVE )?(?:CIRCLED|SQUARED) LATIN CAPITAL LETTER|LATIN SMALL LETTER DOTLESS) ([A-Z])(?: WITH .+)?"
)


def classes(known: dict[str, list[dict[str, str]]]) -> list[set[str]]:
    """Group characters (or short sequences) that are confusable with each other."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            one = parent[one]
        return one

    for shape, others in known.items():
        for other in others:
            first, second = root(shape.replace("\u200e", "")), root(other["c"].replace("\u200e", ""))
            parent[first] = second
    found: dict[str, set[str]] = defaultdict(set)
    for one in list(parent):
        found[root(one)].add(one)
    return list(found.values())


def shape_of(alike: set[str]) -> str:
    """The representative of a group: an ASCII letter, else a Latin letter by its name, else the first."""
    plain = [one for one in alike if one.isascii()]
    plain.sort(key=lambda one: (len(one), not one.isalpha(), one))
    by_name = sorted(filter(None, map(latin, alike)))
    return next(iter([*plain, *by_name]), min(alike, key=lambda one: (len(one), one)))


def latin(character: str) -> str:
    if len(character) != 1 or character.isascii():
        return ""
    found = LATIN.fullmatch(unicodedata.name(character, ""))
    return found[1].lower() if found else ""


def survives_nfkd(character: str) -> bool:
    """Whether the character survives decomposition and can be part of a skeleton."""
    return len(character) == 1 and unicodedata.normalize("NFKD", character) == character


def table(known: dict[str, list[dict[str, str]]]) -> dict[str, str]:
    shapes = {character: latin(character) for character in map(chr, range(0x80, 0x20000)) if latin(character)}
    for alike in classes(known):
        shape = shape_of(alike)
        shapes.update(dict.fromkeys(alike - {shape}, shape))
    return {
        character: shape
        for character, shape in shapes.items()
        if survives_nfkd(character) and len(shape) <= 3
    }


def numbers(shape: str) -> str:
    return "+".join(f"{ord(one):x}" for one in shape)


def main(source: str) -> None:
    lines: dict[str, list[str]] = defaultdict(list)
    for character, shape in sorted(table(json.loads(Path(source).read_text())).items()):
        lines[shape].append(f"{ord(character):x}")
    rows = [
        " ".join([numbers(shape), *alike[start : start + CHARACTERS_PER_LINE]])
        for shape, alike in sorted(lines.items())
        for start in range(0, len(alike), CHARACTERS_PER_LINE)
    ]
    TABLE.write_text(HEAD + "\n".join(rows) + '\n"""\n')


if __name__ == "__main__":
    main(sys.argv[1])
