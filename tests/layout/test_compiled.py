from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.parts.compiled import mostly_compiled


def test_a_collection_by_pytest_is_recognised_until_the_tests_change(tmp_path: Path, monkeypatch):
    kept, tests = tmp_path / "kept", tmp_path / "tests"
    tests.mkdir()
    (tests / "pytest.ini").write_text("[pytest]")
    test = tests / "test_one.py"
    test.write_text("def test_one(): assert 1")
    monkeypatch.setattr(sys, "pycache_prefix", str(kept))
    assert not mostly_compiled([test])
    env = {"PYTHONPYCACHEPREFIX": str(kept), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    collect = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", tests]
    subprocess.run(collect, env=env, cwd=tests, check=True, capture_output=True)
    assert mostly_compiled([test])
    changed_s = test.stat().st_mtime + 3600
    os.utime(test, (changed_s, changed_s))
    assert not mostly_compiled([test])
