from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from tests.services import ROOT
from watchium import memory

MINUTE_MS = 60_000.0


def collections(sockets: int, minutes: int) -> int:
    """How many full ones there are in so many minutes with so many sockets."""
    with patch.object(memory.gc, "collect") as collect, patch.object(memory, "_collected_ms", 0.0):
        for minute in range(minutes):
            memory.tidy(sockets, minute * MINUTE_MS)
        return collect.call_count


def test_a_quiet_process_is_tidied_now_and_then():
    assert collections(sockets=8, minutes=60) == 5


def test_a_full_one_seldom_but_not_never():
    assert collections(sockets=8000, minutes=60) == 0
    assert collections(sockets=8000, minutes=130) == 2


@pytest.mark.parametrize(("command", "loaded"), [("serve", False), ("runserver", True)])
def test_twisted_is_loaded_for_the_development_server_alone(command: str, loaded: bool, tmp_path: Path):
    code = f"import sys; sys.argv = ['manage.py', '{command}']; import django; django.setup()"
    code += "; import watchium.asgi; print('twisted' in sys.modules)"
    settings = {"DJANGO_SETTINGS_MODULE": "watchium.settings", "WATCHIUM_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={**os.environ, **settings},
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.strip() == str(loaded)
