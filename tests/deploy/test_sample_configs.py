from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.servers import ROOT

DEPLOY = ROOT / "deploy"
SYSTEMD = DEPLOY / "systemd"
SETTINGS = (ROOT / "watchium" / "settings.py").read_text()
KNOWN = set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS))


def test_all_settings_are_documented_and_all_documented_settings_exist():
    page = (ROOT / "docs" / "deployment.md").read_text()
    documented = set(re.findall(r"`([A-Z][A-Z_]{2,})`", page))
    assert not KNOWN - documented
    assert not {name for name in documented if name.startswith("WATCHIUM_")} - KNOWN


@pytest.mark.parametrize(
    "sample",
    [
        "docker/compose.yaml",
        "systemd/watchium.service",
        "docker/Dockerfile",
        "systemd/watchium-maintain.service",
    ],
)
def test_samples_set_only_known_settings(sample: str):
    text = (DEPLOY / sample).read_text()
    ours = set(re.findall(r"\b(WATCHIUM_[A-Z_]+|DATABASE_URL|REDIS_URL|SECRET_KEY)\b", text))
    assert not ours - KNOWN - {"WATCHIUM_NAME", "WATCHIUM_UPSTREAM"}


def test_commands_in_samples_exist():
    for sample in filter(Path.is_file, DEPLOY.rglob("*")):
        for command in re.findall(r"manage\.py\"?,? \"?(\w+)", sample.read_text()):
            builtin = ("migrate", "collectstatic")
            found = [*ROOT.glob(f"*/management/commands/{command}.py")]
            assert found or command in builtin, (sample.name, command)


@pytest.mark.parametrize("unit", ["watchium.service", "watchium-maintain.service", "watchium-maintain.timer"])
def test_systemd_units_can_be_parsed(unit: str, tmp_path: Path):
    parser = configparser.RawConfigParser(strict=False)
    parser.read(SYSTEMD / unit)
    assert "Unit" in parser.sections()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
@pytest.mark.parametrize("unit", ["watchium.service", "watchium-maintain.timer"])
def test_systemd_verifies_the_units(unit: str, tmp_path: Path):
    for name in ("watchium.service", "watchium-maintain.service", "watchium-maintain.timer"):
        # Otherwise its only complaint would be that the program does not exist here.
        (tmp_path / name).write_text(
            (SYSTEMD / name).read_text().replace("/opt/watchium/.venv/bin/python", "/bin/true")
        )
    done = subprocess.run(
        ["systemd-analyze", "verify", str(tmp_path / unit)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    ours = [line for line in done.stderr.splitlines() if "watchium" in line]
    assert not ours, done.stderr


def test_pip_is_pinned():
    pinned = (DEPLOY / "pip.txt").read_text()
    assert re.search(r"^pip==\d+\.\d+", pinned, re.MULTILINE)
    assert "--hash=sha256:" in pinned
    assert "--require-hashes -r deploy/pip.txt" in (DEPLOY / "bootstrap.sh").read_text()
