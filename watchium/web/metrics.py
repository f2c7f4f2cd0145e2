"""`/metrics`: what all processes of this host counted, as Prometheus reads it.

Not prometheus-client's own counters: they take a lock and a lookup for each of a hundred thousand deliveries a second,
and know one process. Everybody below counts in plain numbers, and one collector names them when somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from rooms.auth.identity import bearer
from rooms.auth.origin import parse
from rooms.models.occupancy import present_in_all
from watchium.config.host_names import is_loopback
from watchium.models import MaintenanceRun
from watchium.telemetry import recorder
from watchium.telemetry.aggregate import Spread
from watchium.telemetry.history import Look
from watchium.web import health

# What we call it: Prometheus's name, the name of its label, what it is.
COUNTERS = {
    "events": ("events", "type", "Events told to rooms, members and the lobby"),
    "deliveries": ("deliveries", "", "Frames handed to sockets"),
    "commands": ("commands", "type", "Commands that sockets said, heartbeats and pings apart"),
    "heartbeats": ("heartbeats", "", "Heartbeats of players"),
    "refused": ("refused", "code", "Commands and calls refused, by code of the answer"),
    "too_slow": ("outbox_drops", "", "Readers closed with 4008 because they did not keep up"),
    "coalesced": ("outbox_coalesced", "", "Frames left out for a slow reader because newer ones followed"),
    "reports": ("reports", "verdict", "Players' reports judged against their room: in_step or off"),
    "database_errors": ("database_errors", "where", "Calls to the database that failed"),
    "layer_errors": ("layer_errors", "", "Calls to the channel layer that failed"),
    "log_records": ("log_records", "level", "Warnings and errors logged"),
    "client_reports": ("client_reports", "", "What clients measured: calls of /api/metrics/"),
    "client_observed_s": ("client_observed_seconds", "", "Time that clients measured for"),
    "client_stalls": ("client_stalls", "", "Stalls: a player ran out of data"),
    "client_stalled_s": ("client_stalled_seconds", "", "Time that players stood because of stalls"),
    "client_excursions": (
        "client_excursions",
        "",
        "Excursions: a player changed its speed to get back in step",
    ),
    "client_seeks": ("client_seeks", "", "Corrections by a jump"),
}
GAUGES = {
    "sockets": ("sockets", "kind", "Sockets open", 1),
    "cpu_seconds": ("process_cpu_seconds", "process", "CPU time used so far", 1),
    "resident_bytes": ("process_resident_bytes", "process", "Memory in use", 1),
    "open_fds": ("process_open_fds", "process", "Files and sockets open", 1),
    "threads": ("process_threads", "process", "Threads", 1),
    "started_seconds": ("process_start_time_seconds", "process", "When the process started, Unix time", 1),
    "degraded": ("process_degraded", "process", "Whether what other processes tell arrives late here", 1),
    "loop_lag_ms": ("process_loop_lag_seconds", "process", "How long the event loop lets a call wait", 1000),
}
HISTOGRAMS = {
    "broadcast_ms": (
        "broadcast_seconds",
        "From a command's arrival until its event was handed to local sockets",
    ),
    "client_delay_ms": ("client_delay_seconds", "Round trip to the server, as clients measured it"),
    "client_uncertainty_ms": (
        "client_clock_movement_seconds",
        "How far a client's clock estimate moved in 10 s",
    ),
    "client_drift_ms": ("client_drift_seconds", "How far players were off their room, either way"),
}
PREFIX = "watchium_"
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED", "HTTP_X_REAL_IP", "HTTP_VIA")


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(recorder.now()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_scrape(request: HttpRequest) -> bool:
    """With WATCHIUM_METRICS_TOKEN whoever has it; without, this machine itself, and nobody whom a proxy let through."""
    if token := settings.METRICS_TOKEN:
        said = bearer(request.META.get("HTTP_AUTHORIZATION", "")) or ""
        return constant_time_compare(said.encode(), token.encode())
    if any(name in request.META for name in FORWARDED):
        return False
    # A page whose name was made to resolve to this machine would come with that name.
    here = parse("http://" + request.META.get("HTTP_HOST", ""))
    if here is None or not is_loopback(here[1]):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class Figures(Collector):
    """One scrape."""

    def __init__(self, look: Look) -> None:
        self.look = look

    def collect(self) -> Iterator[Metric]:
        figures = self.look.figures
        yield _gauge("processes", "Processes of this host that serve", {"": self.look.processes})
        for name, (called, label, what) in COUNTERS.items():
            yield _counter(called, what, figures.counters.get(name, {} if label else {"": 0}), label)
        for name, (called, label, what, divisor) in GAUGES.items():
            values = {key: value / divisor for key, value in figures.gauges.get(name, {}).items()}
            yield _gauge(called, what, values, label)
        for name, (called, what) in HISTOGRAMS.items():
            if spread := figures.histograms.get(name):
                yield _histogram(called, what, spread)
        yield from self._in_step()
        yield from _of_the_database()

    def _in_step(self) -> Iterator[Metric]:
        latest = recorder.latest()
        if latest is not None and latest.in_step is not None:
            yield _gauge(
                "in_step_percent", "Reports of the last 10 s that were in step", {"": latest.in_step}
            )


def _of_the_database() -> Iterable[Metric]:
    """What is true of the whole house, and whether the database says it in time."""
    answer = HOUSE.ask()
    yield _gauge("database_up", "Whether the database answered in time", {"": float(answer == health.OK)})
    if answer == health.OK:
        rooms, members = _house
        yield _gauge("rooms_live", "Rooms with somebody in them, in the whole house", {"": rooms})
        yield from _maintenance()
        yield _gauge("members_present", "People in rooms, in the whole house", {"": members})


def _maintenance() -> Iterable[Metric]:
    """The last run of the whole installation; nothing before the first."""
    if (last := _last_run) is None:
        return
    yield _gauge(
        "maintenance_last_success_timestamp_seconds",
        "Last run that ended well",
        {"": last.succeeded_ms / 1000},
    )
    yield _gauge("maintenance_last_run_seconds", "How long the last run took", {"": last.took_s})
    yield _gauge(
        "maintenance_last_run_rows", "Rows that the last run deleted or reset", {"": float(last.rows)}
    )
    yield _gauge("maintenance_last_run_failed", "1 when the last run failed", {"": float(bool(last.problem))})


_house = (0.0, 0.0)
_last_run: MaintenanceRun | None = None


def _count_house() -> None:
    global _house, _last_run
    _house = present_in_all()
    _last_run = MaintenanceRun.objects.last()


HOUSE = health.Probe(health.in_own_connection(_count_house), health.DATABASE_BOUND_S)


def _counter(name: str, what: str, values: dict[str, float], label: str = "") -> Metric:
    family = CounterMetricFamily(PREFIX + name, what, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def _gauge(name: str, what: str, values: dict[str, float], label: str = "") -> Metric:
    family = GaugeMetricFamily(PREFIX + name, what, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def _histogram(name: str, what: str, spread: Spread) -> Metric:
    """Milliseconds inside, seconds outside; Prometheus wants the counts cumulative."""
    buckets, so_far = [], 0.0
    for bound, count in zip([*spread.bounds, None], spread.counts, strict=True):
        so_far += count
        buckets.append(("+Inf" if bound is None else str(bound / 1000), so_far))
    family = HistogramMetricFamily(PREFIX + name, what)
    family.add_metric([], buckets=buckets, sum_value=spread.total / 1000)
    return family
