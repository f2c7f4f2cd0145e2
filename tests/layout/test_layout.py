"""The layout of the repository: short folders, searchable file names, a layer for each package, plain English.

tests/js/layers.test.js checks the layers of the JavaScript.
"""

from __future__ import annotations

import re
import subprocess
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from tests.layout import marker_words

ROOT = Path(__file__).resolve().parents[2]
MOST_FILES = 15
VENDORED = ("static/vendor/", "tests/browser/vendor/")
# Names this project once used for things that have a common term; docs/glossary.md maps them to it.
DENIED = set(
    "adoption asking belongings bodies crowds deed deeds doorman doorway dawdling ear ears ends eyes farewell folding"
    " gone goodbye guessing halt hands happenings heard hearing helm house houses kept letters machines measured"
    " metronome mine neighbours parts patience pieces rounds seat seats sounding standing statics strip sweeping"
    " tally tell telling told trips turnstile verdict walking wishes".split()
)
MOST_MARKER_WORDS = 2  # per thousand words of prose


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("needs the Git repository: an archive does not list tracked files")
    return [name for name in listed.stdout.splitlines() if not name.startswith(VENDORED)]


def test_no_folder_holds_more_than_fifteen_files():
    # Without dot files, which tools look for in the root, and migrations, which databases record by name for good.
    names = [Path(name) for name in tracked() if not Path(name).name.startswith(".")]
    sizes = Counter(name.parent.as_posix() for name in names if name.parent.name != "migrations")
    assert {folder: size for folder, size in sizes.items() if size > MOST_FILES} == {}


def test_file_names_use_no_denied_word():
    names = [name for name in tracked() if "/migrations/" not in name]  # databases record their names
    denied = {name: set(re.split(r"[^a-z]+", Path(name).stem.lower())) & DENIED for name in names}
    assert {name: words for name, words in denied.items() if words} == {}


def test_each_python_package_is_in_a_layer():
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    exhaustive = {
        container
        for contract in linter["contracts"]
        if contract.get("exhaustive")
        for container in contract["containers"]
    }
    packages = {name.split("/")[0] for name in tracked() if name.endswith(".py") and "/" in name}
    assert packages - {"tests", "deploy", "static"} == set(linter["root_packages"])
    assert set(linter["root_packages"]) <= exhaustive


def test_prose_has_few_marker_words():
    counts = [marker_words.count(path) for path in marker_words.tracked()]
    words, found = sum(words for words, _ in counts), sum(len(found) for _, found in counts)
    assert found <= words * MOST_MARKER_WORDS / 1000, (
        f"{found}: see python -m tests.layout.marker_words --list"
    )
