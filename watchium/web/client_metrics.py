"""`POST /api/metrics/`: what a client measured of itself in the last minute, added to what all of them did.

Never a row, never anything about a person: numbers go into histograms and counters, and who sent them is forgotten.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from msgspec import Meta, Struct
from rest_framework.request import Request

from rooms.api_view import RoomAPIView
from watchium import server_clock
from watchium.protocol.errors import NotMember
from watchium.protocol.events import Problem
from watchium.shared_state import rate_limits
from watchium.telemetry import counters

MS = Annotated[float, Meta(ge=0, le=60_000)]
Drift = Annotated[float, Meta(ge=-3_600_000, le=3_600_000)]
Count = Annotated[int, Meta(ge=0, le=10_000)]

LINE_MS = (1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 250, 500, 1000, 2500)
STEP_MS = (1, 2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 100, 250, 500, 1000, 2500)
BOUNDS = {"client_delay_ms": LINE_MS, "client_uncertainty_ms": LINE_MS, "client_drift_ms": STEP_MS}
counters.COUNTERS.histograms |= {name: counters.HistogramCounter(bounds) for name, bounds in BOUNDS.items()}


class Measured(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of the time since the last call. What was not measured is left out."""

    span_ms: Annotated[float, Meta(ge=1, le=600_000, description="how long was measured")]
    delay_ms: MS | msgspec.UnsetType = msgspec.UNSET
    # How far the estimate of the server's clock moved within ten seconds.
    offset_uncertainty_ms: MS | msgspec.UnsetType = msgspec.UNSET
    drift_ms: Annotated[
        list[Drift], Meta(max_length=60, description="player minus room, at most one a second")
    ] = []
    stalls: Count = 0
    stalled_ms: Annotated[float, Meta(ge=0, le=600_000)] = 0
    excursions: Annotated[Count, Meta(description="changes of speed to get back in step")] = 0
    seeks: Annotated[Count, Meta(description="corrections by a jump")] = 0


class Measurements(RoomAPIView):
    @extend_schema(
        operation_id="metrics",
        request=Measured,
        responses={204: None, "4XX": Problem},
        description="What your player measured in the last minute, for the operators' figures. Kept in sums only.",
    )
    def post(self, request: Request) -> HttpResponse:
        person = self.identity.person
        if person is None:
            raise NotMember("Only somebody who is here can have measured something.")
        rate_limits.spend("measured", person.user_id, server_clock.now_ms())
        note(self.body(Measured))
        return HttpResponse(status=204)


def note(measured: Measured) -> None:
    """Add it up."""
    span_ms = measured.span_ms
    counters.count("client_reports")
    counters.count("client_observed_s", by=span_ms / 1000)
    counters.count("client_stalls", by=measured.stalls)
    counters.count("client_stalled_s", by=min(measured.stalled_ms, span_ms) / 1000)
    counters.count("client_excursions", by=measured.excursions)
    counters.count("client_seeks", by=measured.seeks)
    counters.observe("client_drift_ms", *map(abs, measured.drift_ms))
    if measured.delay_ms is not msgspec.UNSET:
        counters.observe("client_delay_ms", measured.delay_ms)
    if measured.offset_uncertainty_ms is not msgspec.UNSET:
        counters.observe("client_uncertainty_ms", measured.offset_uncertainty_ms)
