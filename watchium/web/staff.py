"""`/staff/`: live metrics and rooms of this installation, for staff accounts. The page polls once a second."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from threading import Lock

import msgspec
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from playback.domain.drift import spread_ms
from playback.models import Playback
from playback.room.status_reports import LAST_REPORTS
from rooms.api_view import json_response
from rooms.models import Member
from rooms.models.occupancy import Occupancy, fullest_rooms, present_in_all
from watchium import server_clock
from watchium.process_state import process_state
from watchium.telemetry import process, recorder
from watchium.telemetry.history import SECONDS, Sample

MAX_ROOMS = 100
CACHE_MS = 1000.0
View = Callable[[HttpRequest], HttpResponse]


class LiveRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room with members present.

    `in_step`: per cent of the members whose players report their status. `spread_ms`: between the most advanced and
    the most delayed player of the `reports` that could be compared.
    """

    room_id: str
    title: str
    visibility: str
    host: str | None
    viewers: int
    phase: str
    media: str | None = msgspec.field(name="medium")
    revision: int
    in_step: float | None
    spread_ms: float | None
    reports: int = msgspec.field(name="heard")
    admin: str | None


class InstanceStatus(msgspec.Struct, frozen=True, kw_only=True):
    """`rooms` are the fullest ones; None for staff without the permission to view rooms."""

    rooms: list[LiveRoom] | None
    rooms_live: int
    people: int


class StaffMetrics(msgspec.Struct, frozen=True, kw_only=True):
    """`samples` are sums over all processes of this host, recorded by the responding process since `since_ms`."""

    at_ms: float
    since_ms: float | None
    span_s: int
    pid: int
    processes: int
    samples: list[Sample]
    instance: InstanceStatus = msgspec.field(name="house")


def staff_only(view: View) -> View:
    """Respond with 404 to accounts that are not staff."""

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if request.user.is_active and request.user.is_staff:
            return view(request)
        raise Http404

    return guarded


@never_cache
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect(f"{reverse('login')}?{urlencode({'next': request.path})}")
    return _page(request)


@staff_only
def _page(request: HttpRequest) -> HttpResponse:
    return render(request, "staff/staff.html", {"may_see_rooms": _may_see_rooms(request)})


@never_cache
@require_GET
@staff_only
def metrics(request: HttpRequest) -> HttpResponse:
    samples = recorder.after(_since(request))
    status = STATUS.at(server_clock.now_ms())
    return json_response(
        StaffMetrics(
            at_ms=server_clock.now_ms(),
            since_ms=recorder.since_ms(),
            span_s=SECONDS,
            pid=process.pid(),
            processes=samples[-1].processes if samples else recorder.current().processes,
            samples=samples,
            instance=status if _may_see_rooms(request) else msgspec.structs.replace(status, rooms=None),
        )
    )


def _may_see_rooms(request: HttpRequest) -> bool:
    return request.user.has_perm("rooms.view_room")


def _since(request: HttpRequest) -> float:
    """Time of the last sample that the page has; 0, which selects all samples, if it is not a number."""
    try:
        return float(request.GET.get("since", "0"))
    except ValueError:
        return 0.0


class Cached:
    """The status, read from the database at most once a second for all staff pages together."""

    def __init__(self) -> None:
        self._status: InstanceStatus | None = None
        self._read_ms = 0.0
        self._lock = Lock()

    def at(self, now_ms: float) -> InstanceStatus:
        with self._lock:
            if self._status is None or not 0 <= now_ms - self._read_ms < CACHE_MS:
                self._status, self._read_ms = read_status(now_ms), now_ms
            return self._status


STATUS = process_state(Cached)


def read_status(now_ms: float) -> InstanceStatus:
    """Read the status in four queries, independent of the number of rooms."""
    rooms_live, people = present_in_all()
    fullest = fullest_rooms(MAX_ROOMS)
    pks = [occupancy.room for occupancy in fullest]
    playbacks = Playback.objects.select_related("room").in_bulk(pks, field_name="room_id")
    hosts = Member.objects.host_names(pks)
    rooms = [
        _live_room(occupancy, playbacks[occupancy.room], hosts.get(occupancy.room), now_ms)
        for occupancy in fullest
        if occupancy.room in playbacks
    ]
    return InstanceStatus(rooms=rooms, rooms_live=rooms_live, people=people)


def _live_room(occupancy: Occupancy, playback: Playback, host: str | None, now_ms: float) -> LiveRoom:
    room, media = playback.room, playback.current_media
    spread, reports = spread_ms(list(LAST_REPORTS.for_room(room.room_id).values()), playback.timeline, now_ms)
    return LiveRoom(
        room_id=room.room_id,
        title=room.title,
        visibility=room.visibility,
        host=host,
        viewers=occupancy.viewers,
        phase=playback.phase,
        media=media.title if media else None,
        revision=room.revision,
        in_step=100 * occupancy.in_sync / occupancy.evaluated if occupancy.evaluated else None,
        spread_ms=spread,
        reports=reports,
        admin=reverse("admin:rooms_room_change", args=[room.pk]),
    )
