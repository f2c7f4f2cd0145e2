"""Disk space of results: room for a new one is made by removing others, never one in use."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from playback.conversion import storage
from playback.conversion.ffmpeg_command import light_rate
from playback.conversion.plan import MUSIC, Plan
from playback.domain.playability import TRANSCODE
from playback.models import Conversion, Playback

GB = 1000**3
# Results that were played within this time are in use: a paused room requests nothing for a while.
IN_USE = timedelta(hours=3)
# Bits a second of a transcode by the height of its picture; 720p measured .9 Mbit/s on films, more on noise.
_VIDEO_RATES = ((480, 2_500_000), (720, 4_500_000), (1080, 9_000_000))
_LARGEST_VIDEO_RATE = 20_000_000
_AUDIO_RATE = 160_000
MOST_TIMES, SPARE_BYTES = 2, 64 * 1000**2  # of what was expected, for the result of an upload
_UNKNOWN_DURATION_S = 2 * 3600.0
_OVERHEAD = 1.05


def budget_bytes() -> int:
    return int(settings.CONVERTED_GB * GB)


def expected_bytes(plan: Plan, file_bytes: int) -> int:
    """Return about how much a result may need: a bound rather than a mean."""
    duration_s = plan.duration_s or _UNKNOWN_DURATION_S
    encoded = sum(not track.copied for track in plan.audio) * duration_s * _AUDIO_RATE / 8
    if plan.kind == MUSIC:
        return int(file_bytes * 2) if plan.music_codec == "flac" else int(encoded * _OVERHEAD)
    encoded += light_rate(plan.light.height) / 8 * duration_s if plan.light else 0.0
    if plan.kind != TRANSCODE or plan.video is None:
        return int((file_bytes + encoded) * _OVERHEAD)
    height = plan.video.height
    rate = next((rate for limit, rate in _VIDEO_RATES if 0 < height <= limit), _LARGEST_VIDEO_RATE)
    return int((rate / 8 * duration_s + encoded) * _OVERHEAD)


def most_bytes(expected: int) -> int:
    """Return what a stranger's file may become: it may claim to last a second, or be noise that takes little space."""
    return MOST_TIMES * expected + SPARE_BYTES


def make_room(needed: int, now: datetime) -> bool:
    """Remove unused results until so many bytes fit into the budget; return whether they do."""
    over = Conversion.objects.used_bytes() + needed - budget_bytes()
    if over <= 0:
        return True
    removable = unused(now)
    if sum(result.size for result in removable) < over:
        return False
    for result in removable:
        if over <= 0:
            break
        if remove_result(result):
            over -= result.size
    return over <= 0


def unused(now: datetime) -> list[Conversion]:
    """Return the results that may be removed, in the order of removal."""
    playing = Playback.objects.converted_in_use()
    return [result for result in Conversion.objects.removable(now - IN_USE) if result.pk not in playing]


def remove_result(result: Conversion) -> bool:
    """Remove a result with its row; return False if another process was faster."""
    with transaction.atomic():
        Conversion.objects.hide_result(result)
        removed, _ = Conversion.objects.done().filter(pk=result.pk).delete()
    if removed:
        storage.remove(storage.whole(result.owner, result.pk))
    return bool(removed)
