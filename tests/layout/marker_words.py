"""Count private jargon in comments, docstrings and documents, per thousand words of prose.

`python -m tests.layout.marker_words [--list] [path ...]` prints one line per top-level folder and one for the total;
`--list` prints each match. Without paths it reads all tracked files. The words are those that made engineers from
outside stop: pronouns in place of nouns, and terms that no search finds. docs/glossary.md has their replacements.
"""

from __future__ import annotations

import argparse
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MARKERS = re.compile(
    r"\b(?:who(?:m|so)?ever|somebody|nobody|everybody|anybody|anew|told|tells?|telling|hears?|heard|hearing"
    r"|deeds?|houses?|wish(?:es|ed)?|doorman|turnstile|belongings|loudspeaker|dawdl\w*|farewell|goodbye"
    r"|what is|what was|what has|what are|what it|who is|as above|the same,|goes on|went on|looked for|put on"
    r"|of it all|none where|where no(?:body|thing|ne)|in front ends)\b",
    re.IGNORECASE,
)
STRING_OR_COMMENT = re.compile(
    r""""{3}(?:[^"\\]|\\.|"(?!""))*"{3}|'{3}(?:[^'\\]|\\.|'(?!''))*'{3}"""
    r"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*""",
    re.DOTALL,
)
WORD = re.compile(r"[A-Za-z][A-Za-z'\u2019]*")
CODE = re.compile(r"```.*?```|`[^`\n]*`|\{[%{].*?[%}]\}|https?://\S+", re.DOTALL)
SKIPPED = ("static/vendor/", "tests/browser/vendor/", "tests/bench/load/servers/package-lock.json", "LICENSE")
JS_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
JSDOC_TAG = re.compile(r"@\w+(?:\s+\{[^}]*\})?")
HASH_COMMENT = re.compile(r"(?m)(?:^|\s)#(?!!)[^\n]*")


def python_prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield comments, and strings on lines of their own after a colon or at the beginning, with their lines.

    The same as from `tokenize` and `ast`, which took twenty times as long for all files.
    """
    line, end, code_end = 1, 0, ":"
    for match in STRING_OR_COMMENT.finditer(source):
        before, text = source[end : match.start()], match[0]
        line += before.count("\n")
        code_end = before.strip()[-1:] or code_end
        own_line = not before.rpartition("\n")[2].strip() and ("\n" in before or not end)
        if text.startswith("#"):
            yield line, text.lstrip("#: ")
        else:
            if code_end == ":" and own_line:
                yield line, text.strip("\"'")
            code_end = text[-1]
            line += text.count("\n")
        end = match.end()


def matched_prose(source: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    for match in pattern.finditer(source):
        yield source.count("\n", 0, match.start()) + 1, JSDOC_TAG.sub(" ", match[0])


def prose_of(path: Path) -> Iterator[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return python_prose(source)
    if path.suffix in {".js", ".cjs", ".mjs", ".css"}:
        return matched_prose(source, JS_COMMENT)
    if path.suffix == ".md":
        return iter([(1, source)])
    return matched_prose(source, HASH_COMMENT)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    kinds = {".py", ".js", ".cjs", ".mjs", ".css", ".md", ".sh", ".yaml", ".toml", ".ini"}
    names = [name for name in listed.stdout.splitlines() if not name.startswith(SKIPPED)]
    return [ROOT / name for name in names if Path(name).suffix in kinds or name in {"Makefile", ".ci/run"}]


def count(path: Path) -> tuple[int, list[tuple[int, str]]]:
    """Return the number of words of prose in the file, and each marker word with its line."""
    words, found = 0, []
    for line, text in prose_of(path):
        plain = CODE.sub(lambda code: "\n" * code[0].count("\n"), text)
        words += len(WORD.findall(plain))
        found += [
            (line + plain.count("\n", 0, match.start()), match[0].lower())
            for match in MARKERS.finditer(plain)
        ]
    return words, found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--list", action="store_true", help="print each match")
    parser.add_argument("paths", nargs="*", type=Path)
    options = parser.parse_args()
    files = [
        file
        for path in options.paths
        for file in tracked()
        if file == path.resolve() or path.resolve() in file.parents
    ] or tracked()
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for file in files:
        words, found = count(file)
        name = file.relative_to(ROOT).as_posix()
        for key in (name.split("/")[0] if "/" in name else "(top)", "total"):
            totals[key][0] += words
            totals[key][1] += len(found)
        if options.list:
            for line, word in found:
                print(f"{name}:{line}: {word}")
    for key, (words, marks) in sorted(totals.items(), key=lambda item: (item[0] == "total", item[0])):
        print(f"{key}: {marks} of {words} words, {1000 * marks / max(1, words):.1f} per thousand")


if __name__ == "__main__":
    main()
