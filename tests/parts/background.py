"""Parts of the suite that run in a process of their own at the lowest priority, beside one that waits much."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from tests.servers import ROOT


@dataclass(frozen=True)
class Ended:
    well: bool
    output: str
    passed: int
    failed: int
    again: list[str]


class Background:
    def __init__(self, parts: list[str]) -> None:
        self.parts = parts
        self.output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - read when the process has ended
        command = ["nice", "-n", "19", sys.executable, "-m", "tests", *parts]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=self.output, stderr=subprocess.STDOUT)

    def result(self) -> Ended:
        """Wait for its end."""
        self.process.wait()
        self.output.seek(0)
        text = self.output.read()
        totals = re.findall(r"^(\d+) passed, (\d+) failed$", text, re.MULTILINE)
        passed, failed = totals[-1] if totals else (0, 1)
        again = re.findall(r"^RUN AGAIN (.*)$", text, re.MULTILINE)
        return Ended(self.process.returncode == 0, text, int(passed), int(failed), again)


running: list[Background] = []


def wait_for_background() -> None:
    for parts in running:
        parts.process.wait()
