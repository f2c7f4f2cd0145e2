"""Prepare an item, or cancel its preparation."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.db import transaction

from playback import sandbox
from playback.conversion import budget
from playback.conversion.plan import CannotConvert, Plan, plan_of
from playback.domain.library import problems
from playback.models import Conversion, MediaItem, PlayWhenReady, Upload
from playback.models.conversion import DONE, ConversionQuerySet, Source
from rooms import rate_limits
from rooms.models import Person
from watchium import server_clock
from watchium.protocol.errors import RateLimited, Refused, Unavailable, UnknownMedia, gettext_noop
from watchium.shared_state import rate_limits as limits

MAX_ACTIVE = 10_000
MAX_ACTIVE_BY_PERSON = 5
BATCH = 200


class TooManyConversions(RateLimited):
    message = gettext_noop("You have five preparations running or waiting: wait for one, or cancel it.")


class QueueFull(RateLimited):
    message = gettext_noop("Too many preparations are waiting.")


@transaction.atomic
def prepare(
    source: Source, by: Person | None = None, *, limited: bool = False, address: str = "", room_id: str = ""
) -> Conversion:
    """Queue the conversion of an item or an upload; return the present one if it is queued, running or done.

    `limited`: the person is no operator and may have only a few at a time; `address` is theirs, and `room_id` of the
    room whose media they may change. Guests and rooms are free, addresses are not.

    Raises:
        UnknownMedia: it needs none, or there is no way to convert it; the message says why.
        Unavailable: this server cannot convert.
        RateLimited: too many are waiting.
    """
    source = Conversion.objects.lock(source)  # pressed twice at the same time is one job
    if present := Conversion.objects.active_of(source) or Conversion.objects.result_of(source):
        if present.state == DONE:
            Conversion.objects.show_result(present)
        return present
    plan = plan_for(source)
    _check_limits(by if limited else None, address, room_id)
    return Conversion.objects.create(
        item=source if isinstance(source, MediaItem) else None,
        upload=source if isinstance(source, Upload) else None,
        kind=plan.kind,
        height=plan.video.height if plan.video else 0,
        light=plan.light.height if plan.light else 0,
        entry=plan.entry,
        asked_by=by,
        size=budget.expected_bytes(plan, source.size),
        **source.file_identity,
    )


@dataclass
class FolderReport:
    """How many conversions were queued, and the reasons for the other items."""

    queued: int = 0
    refused: Counter[str] = field(default_factory=Counter)


def prepare_folder(below: str) -> FolderReport:
    """Queue the conversion of all items of the library whose paths begin with `below` and that need one."""
    report, after = FolderReport(), 0
    while items := Conversion.objects.convertible_items(below, after, BATCH):
        after = items[-1].pk
        for item in items:
            try:
                prepare(item)
                report.queued += 1
            except QueueFull as full:
                report.refused[str(full)] += 1
                return report
            except Refused as reason:
                report.refused[str(reason)] += 1
    return report


@transaction.atomic
def cancel(source: Source) -> bool:
    """Cancel the queued or running conversion; return whether there was one."""
    if active := Conversion.objects.active_of(source):
        PlayWhenReady.objects.forget(active)
    return bool(Conversion.objects.cancel(source))


@transaction.atomic
def cancel_jobs(jobs: ConversionQuerySet) -> int:
    """Cancel those that are queued or running; return how many were."""
    active = list(jobs.active())
    PlayWhenReady.objects.forget(*active)
    return Conversion.objects.cancel_jobs(active)


def unavailable_reason() -> str:
    """Return why this server cannot prepare anything, or an empty string.

    Without a worker of its own (WATCHIUM_CONVERSIONS=0) another machine may run `manage.py convert`.
    """
    if settings.CONVERSIONS and sandbox.ffmpeg() is None:
        return problems.NOT_INSTALLED
    return ""


def plan_for(source: Source) -> Plan:
    """Raises UnknownMedia and Unavailable as `prepare` does."""
    if reason := unavailable_reason():
        raise Unavailable(reason)
    facts = source.media_facts
    if facts is None:
        raise UnknownMedia(problems.NOT_SCANNED)
    try:
        return plan_of(facts, settings.TRANSCODE_HEIGHT, settings.LIGHT_HEIGHT)
    except CannotConvert as reason:
        raise UnknownMedia(problems.read(str(reason))) from None


def _check_limits(person: Person | None, address: str, room_id: str) -> None:
    """Raise RateLimited, or return with a lock under which nothing else is queued."""
    if person is not None:
        rate_limits.limit_preparations(address)
        now_ms = server_clock.now_ms()
        if room_id:
            limits.spend("room_prepare", room_id, now_ms)
        limits.spend("prepare", person.user_id, now_ms)
    Conversion.objects.lock_queue()
    if person is not None and Conversion.objects.count_active_by(person) >= MAX_ACTIVE_BY_PERSON:
        raise TooManyConversions
    if Conversion.objects.active().count() >= MAX_ACTIVE:
        raise QueueFull
