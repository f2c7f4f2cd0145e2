from __future__ import annotations

import hashlib
import re
from pathlib import Path

from django.conf import settings

VENDOR = Path(settings.BASE_DIR, "static/vendor")
ROW = re.compile(r"^\| `([^`]+)` \| .+ \| `([0-9a-f]{64})` \|$", re.MULTILINE)


def test_every_vendored_file_is_listed_and_as_its_package_has_it():
    listed = dict(ROW.findall((VENDOR / "README.md").read_text()))
    files = {path.relative_to(VENDOR).as_posix() for path in VENDOR.rglob("*") if path.is_file()} - {
        "README.md"
    }
    assert set(listed) == files
    for name, digest in listed.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name


def test_every_vendored_package_has_its_licence():
    packages = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert packages
    assert all(list(path.glob("LICENSE*")) for path in packages)
