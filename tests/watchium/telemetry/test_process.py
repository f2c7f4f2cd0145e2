from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

from watchium.telemetry import process as process_module


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux only")
def test_open_files_are_counted_without_listing_them():
    listed = len(os.listdir("/proc/self/fd")) - 1  # one of them is the listing itself
    assert process_module._open_fds() == listed
    with patch.object(os, "stat", return_value=SimpleNamespace(st_size=0)):  # an older kernel
        assert process_module._open_fds() == listed + 1
