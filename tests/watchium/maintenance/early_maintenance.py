"""`python -m tests.watchium.maintenance.early_maintenance serve`: a server that runs maintenance at once."""

from __future__ import annotations

import os
import sys

import django
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
    django.setup()
    from watchium.maintenance import runner, schedule

    runner.CHECK_MS = 200.0
    schedule.AFTER_START_MS = 0.0
    execute_from_command_line(sys.argv)
