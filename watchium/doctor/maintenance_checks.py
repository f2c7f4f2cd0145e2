"""Check that the daily maintenance runs."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from watchium.doctor.check import Result, ok, warn
from watchium.models import MaintenanceRun

MAX_AGE_H = 48.0


def last_run() -> Result:
    try:
        last, installed_s = MaintenanceRun.objects.last() or MaintenanceRun(), _installed_s()
    finally:
        connection.close()
    mode = "once a day by a server process" if settings.MAINTENANCE else "off here (WATCHIUM_MAINTENANCE)"
    if last.problem:
        message = f"{mode}: the last run failed: {last.problem}"
        return warn(message, "See the server's log; try: manage.py maintain")
    age_h = (time.time() - (last.succeeded_ms / 1000 or installed_s)) / 3600
    message = f"{mode}: not run yet"
    if last.succeeded_ms:
        message = f"{mode}: last run {age_h:.0f} h ago, {last.took_s:.1f} s, {last.rows} rows"
    if age_h > MAX_AGE_H:
        return warn(message, "Run: manage.py maintain. Have a server process or a timer run it once a day.")
    return ok(message)


def _installed_s() -> float:
    """Unix time of the first migration, before which no run was possible."""
    applied = MigrationRecorder.Migration.objects.filter(app="watchium").order_by("applied").first()
    return applied.applied.timestamp() if applied else time.time()
