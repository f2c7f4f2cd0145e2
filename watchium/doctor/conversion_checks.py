"""Check that queued conversions are worked on, and how much room their results take."""

from __future__ import annotations

from django.conf import settings
from django.db import connection

from playback import sandbox
from playback.conversion import budget, storage
from playback.models import Conversion
from watchium import server_clock
from watchium.doctor.check import Result, ok, warn

WAITING_S = 60.0


def conversions() -> Result:
    try:
        states, used = Conversion.objects.by_state(), Conversion.objects.used_bytes()
        waiting = Conversion.objects.has_waited(server_clock.now_ms(), WAITING_S)
    finally:
        connection.close()
    free_gb = storage.free_bytes() / budget.GB
    message = (
        f"{states['done']} files prepared, {used / budget.GB:.1f} of {settings.CONVERTED_GB:g} GB used, "
        f"{states['running']} running, {states['queued']} waiting"
    )
    if waiting and sandbox.ffmpeg() is None:
        return warn(message, "Install ffmpeg (Debian: package ffmpeg), or run manage.py convert where it is.")
    if waiting and not settings.CONVERSIONS:
        return warn(message, "Set WATCHIUM_CONVERSIONS, or run manage.py convert on another machine.")
    if waiting and not states["running"]:
        return warn(message, "See the server's log; try: manage.py convert --once")
    if used / budget.GB + free_gb < settings.CONVERTED_GB:
        return warn(f"{message}; the disk has {free_gb:.1f} GB free", "Lower WATCHIUM_CONVERTED_GB.")
    return ok(message)
