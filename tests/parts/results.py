"""What the parts of a run have found: numbers of tests, and the tests that were run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree


class Skipped(Exception):
    """A requirement of this part is not installed."""


@dataclass
class Results:
    """`again`: what failed beside other work and was run once more, each with what came of it."""

    count: Counter[str] = field(default_factory=Counter)
    again: list[str] = field(default_factory=list)

    def read(self, report: Path, passed: bool) -> list[str]:
        """Add a JUnit report and return its failed tests; a failed run without one counts as one failure."""
        failed = []
        for name, outcome in outcomes(report):
            self.count[outcome] += 1
            if outcome == "failed":
                failed.append(name)
        if not passed and not failed:
            self.count["failed"] += 1
        return failed

    def repeated(self, before: list[str], after: list[str]) -> None:
        """Note that the tests that failed before were run again, after which some still fail."""
        self.count["failed"] -= len(before)
        self.again += [f"{name} {'failed again' if name in after else 'passed alone'}" for name in before]


results = Results()


def outcomes(report: Path) -> Iterator[tuple[str, str]]:
    """Yield each test of a JUnit report with `passed`, `failed` or `skipped`."""
    if not report.exists() or not report.stat().st_size:
        return
    for case in ElementTree.parse(report).iter("testcase"):
        tags = {child.tag for child in case}
        outcome = "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
        yield f"{case.get('classname')}::{case.get('name')}", outcome
