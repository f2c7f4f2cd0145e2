"""`POST /api/metrics/`: a client's measurements of the last minute, added to the sums over all clients.

Nothing is stored about a person: the numbers go into histograms and counters without the sender.
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
from watchium.protocol.replies import Problem
from watchium.shared_state import rate_limits
from watchium.telemetry import counters

MS = Annotated[float, Meta(ge=0, le=60_000)]
Drift = Annotated[float, Meta(ge=-3_600_000, le=3_600_000)]
Count = Annotated[int, Meta(ge=0, le=10_000)]

DELAY_BOUNDS_MS = (1, 2, 5, 10, 20, 35, 50, 75, 100, 150, 250, 500, 1000, 2500)
DRIFT_BOUNDS_MS = (1, 2, 4, 6, 8, 10, 15, 20, 30, 40, 60, 100, 250, 500, 1000, 2500)
BOUNDS = {
    "client_delay_ms": DELAY_BOUNDS_MS,
    "client_uncertainty_ms": DELAY_BOUNDS_MS,
    "client_drift_ms": DRIFT_BOUNDS_MS,
}
counters.COUNTERS.histograms |= {name: counters.HistogramCounter(bounds) for name, bounds in BOUNDS.items()}


class ClientMetrics(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Measurements since the last request; values that were not measured are left out."""

    span_ms: Annotated[float, Meta(ge=1, le=600_000, description="length of the measured period")]
    delay_ms: MS | msgspec.UnsetType = msgspec.UNSET
    # How far the estimate of the server's clock moved within ten seconds
    offset_uncertainty_ms: MS | msgspec.UnsetType = msgspec.UNSET
    drift_ms: Annotated[
        list[Drift],
        Meta(max_length=60, description="player position minus room position, at most one a second"),
    ] = []
    stalls: Count = 0
    stalled_ms: Annotated[float, Meta(ge=0, le=600_000)] = 0
    excursions: Annotated[
        Count, Meta(description="temporary changes of the playback rate to get back in sync")
    ] = 0
    seeks: Annotated[Count, Meta(description="corrections by seeking")] = 0


class Measurements(RoomAPIView):
    @extend_schema(
        operation_id="metrics",
        request=ClientMetrics,
        responses={204: None, "4XX": Problem},
        description="Your player's measurements of the last minute, for the operator's metrics. Only sums are stored.",
    )
    def post(self, request: Request) -> HttpResponse:
        person = self.identity.person
        if person is None:
            raise NotMember("Only members and player users can send measurements.")
        rate_limits.spend("measured", person.user_id, server_clock.now_ms())
        record(self.body(ClientMetrics))
        return HttpResponse(status=204)


def record(metrics: ClientMetrics) -> None:
    span_ms = metrics.span_ms
    counters.count("client_reports")
    counters.count("client_observed_s", by=span_ms / 1000)
    counters.count("client_stalls", by=metrics.stalls)
    counters.count("client_stalled_s", by=min(metrics.stalled_ms, span_ms) / 1000)
    counters.count("client_excursions", by=metrics.excursions)
    counters.count("client_seeks", by=metrics.seeks)
    counters.observe("client_drift_ms", *map(abs, metrics.drift_ms))
    if metrics.delay_ms is not msgspec.UNSET:
        counters.observe("client_delay_ms", metrics.delay_ms)
    if metrics.offset_uncertainty_ms is not msgspec.UNSET:
        counters.observe("client_uncertainty_ms", metrics.offset_uncertainty_ms)
