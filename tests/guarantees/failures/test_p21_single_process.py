from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent.parent
BOTH = range(1, 14)
MENDED = {9, 13}  # these start their own servers, with one process and with two


def test_p21_guarantees_1_to_13_are_tested_with_one_process_and_with_two():
    for number in BOTH:
        (scenes,) = HERE.glob(f"*/test_p{number:02}_*.py")
        text = scenes.read_text()
        assert re.search(r"def test_\w+\([^)]*\bdeployment: Deployment", text) or number in MENDED, (
            scenes.name
        )
        if number in MENDED:
            assert "killable_server: Server" in text, scenes.name
