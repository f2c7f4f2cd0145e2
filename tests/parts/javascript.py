"""The JavaScript tests, in the Node that Playwright carries."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from tests.parts.commands import run
from tests.parts.results import Skipped, results
from tests.servers import ROOT


def js() -> bool:
    import playwright

    found = (ROOT / "tests" / "js").rglob("*.test.js")
    scripts = sorted(path for path in found if "node_modules" not in path.parts)
    if not scripts:
        raise Skipped("there are no JavaScript tests")
    node = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
        options += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
        quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
        passed = run(node, quiet, "--test", *options, *(path.relative_to(ROOT) for path in scripts))
        results.read(report, passed)
        return passed
