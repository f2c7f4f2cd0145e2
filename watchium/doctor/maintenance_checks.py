"""Whether the daily maintenance runs."""

from __future__ import annotations

import time

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from watchium.doctor.check import Finding, ok, warn
from watchium.models import MaintenanceRun

MAINTAINED_H = 48.0


def last_run() -> Finding:
    try:
        last, installed_s = MaintenanceRun.objects.last() or MaintenanceRun(), _installed_s()
    finally:
        connection.close()
    who = "by a serving process, once a day" if settings.MAINTENANCE else "off here (WATCHIUM_MAINTENANCE)"
    if last.problem:
        says = f"{who}: the last run failed: {last.problem}"
        return warn(says, "See the server's log; try: manage.py maintain")
    age_h = (time.time() - (last.succeeded_ms / 1000 or installed_s)) / 3600
    says = f"{who}: not run yet"
    if last.succeeded_ms:
        says = f"{who}: {age_h:.0f} h ago, {last.took_s:.1f} s, {last.rows} rows"
    if age_h > MAINTAINED_H:
        return warn(says, "Run: manage.py maintain, and have it run once a day: by a server, or by a timer.")
    return ok(says)


def _installed_s() -> float:
    """Since when there could have been a run, Unix time."""
    applied = MigrationRecorder.Migration.objects.filter(app="watchium").order_by("applied").first()
    return applied.applied.timestamp() if applied else time.time()
