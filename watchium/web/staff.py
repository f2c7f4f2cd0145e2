"""`/staff/`: the house as it runs, for staff accounts. The page asks for its figures once a second."""

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
from playback.room.status_reports import LAST
from rooms.api_view import answer
from rooms.models import Member
from rooms.models.occupancy import Occupancy, occupancy_of, present_in_all
from watchium import server_clock
from watchium.telemetry import process, recorder
from watchium.telemetry.history import SECONDS, Sample

ROOMS = 100
KEPT_MS = 1000.0
View = Callable[[HttpRequest], HttpResponse]


class LiveRoom(msgspec.Struct, frozen=True, kw_only=True):
    """A room with somebody in it. `in_step`: per cent of those whose players said how they do; `spread_ms`: between the
    foremost and the hindmost of the `heard` ones."""

    room_id: str
    title: str
    visibility: str
    host: str | None
    viewers: int
    phase: str
    medium: str | None
    revision: int
    in_step: float | None
    spread_ms: float | None
    heard: int
    admin: str | None


class House(msgspec.Struct, frozen=True, kw_only=True):
    """`rooms` are the fullest ones; None for staff who may not look at rooms."""

    rooms: list[LiveRoom] | None
    rooms_live: int
    people: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """`samples` are sums over all processes of this host, as the one that answers remembers them since `since_ms`."""

    at_ms: float
    since_ms: float | None
    span_s: int
    pid: int
    processes: int
    samples: list[Sample]
    house: House


def staff_only(view: View) -> View:
    """Somebody signed out may sign in; for everybody else the page does not exist."""

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
def figures(request: HttpRequest) -> HttpResponse:
    samples = recorder.after(_since(request))
    house = HOUSE.now(server_clock.now_ms())
    told = Figures(
        at_ms=server_clock.now_ms(),
        since_ms=recorder.since_ms(),
        span_s=SECONDS,
        pid=process.pid(),
        processes=samples[-1].processes if samples else recorder.now().processes,
        samples=samples,
        house=house if _may_see_rooms(request) else msgspec.structs.replace(house, rooms=None),
    )
    return answer(told)


def _may_see_rooms(request: HttpRequest) -> bool:
    return request.user.has_perm("rooms.view_room")


def _since(request: HttpRequest) -> float:
    """The last second that the page has; all of them for what is no number."""
    try:
        return float(request.GET.get("since", "0"))
    except ValueError:
        return 0.0


class Kept:
    """The house, read from the database at most once a second however many staff look at it."""

    def __init__(self) -> None:
        self._house: House | None = None
        self._read_ms = 0.0
        self._lock = Lock()

    def now(self, now_ms: float) -> House:
        with self._lock:
            if self._house is None or not 0 <= now_ms - self._read_ms < KEPT_MS:
                self._house, self._read_ms = read_status(now_ms), now_ms
            return self._house


def read_status(now_ms: float) -> House:
    """Four queries, however many rooms there are."""
    rooms_live, people = present_in_all()
    fullest = occupancy_of(ROOMS)
    pks = [crowd.room for crowd in fullest]
    playbacks = Playback.objects.select_related("room").in_bulk(pks, field_name="room_id")
    hosts = Member.objects.host_names(pks)
    rooms = [
        _live(crowd, playbacks[crowd.room], hosts.get(crowd.room), now_ms)
        for crowd in fullest
        if crowd.room in playbacks
    ]
    return House(rooms=rooms, rooms_live=rooms_live, people=people)


def _live(crowd: Occupancy, playback: Playback, host: str | None, now_ms: float) -> LiveRoom:
    room, medium = playback.room, playback.medium
    reports = list(LAST.for_room(room.room_id).values())
    spread, heard = spread_ms(reports, playback.timeline, now_ms)
    return LiveRoom(
        room_id=room.room_id,
        title=room.title,
        visibility=room.visibility,
        host=host,
        viewers=crowd.viewers,
        phase=playback.phase,
        medium=medium.title if medium else None,
        revision=room.revision,
        in_step=100 * crowd.in_step / crowd.judged if crowd.judged else None,
        spread_ms=spread,
        heard=heard,
        admin=reverse("admin:rooms_room_change", args=[room.pk]),
    )


HOUSE = Kept()
