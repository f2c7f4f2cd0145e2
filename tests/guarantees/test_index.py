from __future__ import annotations

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent
PROMISES = set(range(1, 23))


def test_each_promise_has_a_test_that_bears_its_number():
    scenes = [path.read_text() for path in TESTS.rglob("test_*.py")]
    named = {int(number) for text in scenes for number in re.findall(r"def test_p(\d\d)_", text)}
    marked = {
        int(number) for text in scenes for number in re.findall(r"pytest\.mark\.promise\((\d+)\)", text)
    }
    assert named | marked == PROMISES


def test_a_file_of_a_promise_holds_scenes_of_that_promise():
    for path in Path(__file__).parent.glob("*/test_p*.py"):
        number = path.name[6:8]
        names = re.findall(r"def (test_\w+)", path.read_text())
        assert names, path.name
        assert [name for name in names if not name.startswith(f"test_p{number}_")] == [], path.name
