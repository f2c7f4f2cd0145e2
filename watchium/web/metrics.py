"""`/metrics`: the metrics of all server processes on this host in Prometheus format.

prometheus-client's own counters are not used: they take a lock and a lookup for each of a hundred thousand deliveries a
second, and cover one process. The layers below count in plain numbers; a collector names them when scraped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
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

from playback.models import Conversion
from rooms.auth.identity import bearer
from rooms.auth.origin import parse
from rooms.models.occupancy import present_in_all
from watchium.config.host_names import is_loopback
from watchium.models import MaintenanceRun
from watchium.process_state import process_state
from watchium.telemetry import recorder
from watchium.telemetry.aggregate import Histogram
from watchium.telemetry.history import Reading
from watchium.web import health

# Internal name: Prometheus name, label name, help text.
COUNTERS = {
    "events": ("events", "type", "Events published to rooms, members and the lobby"),
    "deliveries": ("deliveries", "", "Frames handed to sockets"),
    "commands": ("commands", "type", "Commands received from sockets, without heartbeats and pings"),
    "heartbeats": ("heartbeats", "", "Heartbeats of players"),
    "refused": ("refused", "code", "Commands and API requests refused, by error code"),
    "too_slow": ("outbox_drops", "", "Readers closed with 4008 because they did not keep up"),
    "coalesced": (
        "outbox_coalesced",
        "",
        "Frames dropped for a slow reader because newer ones replaced them",
    ),
    "syncplay_connections": (
        "syncplay_connections",
        "result",
        "Connections of Syncplay's clients: encrypted and clear_text are those that said hello",
    ),
    "syncplay_messages": ("syncplay_messages", "type", "Messages received from Syncplay's clients in rooms"),
    "reports": ("reports", "verdict", "Player reports compared with the room's timeline: in_step or off"),
    "database_errors": ("database_errors", "where", "Calls to the database that failed"),
    "layer_errors": ("layer_errors", "", "Calls to the channel layer that failed"),
    "log_records": ("log_records", "level", "Warnings and errors logged"),
    "client_reports": ("client_reports", "", "Client measurements: requests to /api/metrics/"),
    "client_observed_s": ("client_observed_seconds", "", "Time covered by client measurements"),
    "client_stalls": ("client_stalls", "", "Stalls: a player ran out of data"),
    "client_stalled_s": ("client_stalled_seconds", "", "Time that players were stalled"),
    "client_excursions": (
        "client_excursions",
        "",
        "Rate corrections: a player changed its speed to get back in sync",
    ),
    "client_seeks": ("client_seeks", "", "Corrections by seeking"),
}
GAUGES = {
    "sockets": ("sockets", "kind", "Open WebSockets", 1),
    "syncplay_sockets": ("syncplay_sockets", "", "Open connections of Syncplay's clients", 1),
    "cpu_seconds": ("process_cpu_seconds", "process", "CPU time used so far", 1),
    "resident_bytes": ("process_resident_bytes", "process", "Memory in use", 1),
    "open_fds": ("process_open_fds", "process", "Open file descriptors", 1),
    "threads": ("process_threads", "process", "Threads", 1),
    "started_seconds": ("process_start_time_seconds", "process", "When the process started, Unix time", 1),
    "degraded": (
        "process_degraded",
        "process",
        "1 if events of other processes may arrive late in this one",
        1,
    ),
    "loop_lag_ms": (
        "process_loop_lag_seconds",
        "process",
        "How long the event loop delays a scheduled call",
        1000,
    ),
}
HISTOGRAMS = {
    "broadcast_ms": (
        "broadcast_seconds",
        "Time from a command's arrival until its event was handed to local sockets",
    ),
    "client_delay_ms": ("client_delay_seconds", "Round trip to the server, measured by clients"),
    "client_uncertainty_ms": (
        "client_clock_movement_seconds",
        "How far a client's clock estimate moved in 10 s",
    ),
    "client_drift_ms": ("client_drift_seconds", "How far players were from the room's position, absolute"),
}
PREFIX = "watchium_"
FORWARDING_HEADERS = (
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_FORWARDED",
    "HTTP_X_REAL_IP",
    "HTTP_VIA",
)


@never_cache
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    if not may_scrape(request):
        raise Http404
    registry = CollectorRegistry(auto_describe=False)
    registry.register(PrometheusCollector(recorder.current()))
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def may_scrape(request: HttpRequest) -> bool:
    """Require WATCHIUM_METRICS_TOKEN as a bearer token; without one, allow only direct requests from this machine."""
    if token := settings.METRICS_TOKEN:
        given = bearer(request.META.get("HTTP_AUTHORIZATION", "")) or ""
        return constant_time_compare(given.encode(), token.encode())
    if any(name in request.META for name in FORWARDING_HEADERS):
        return False
    # DNS rebinding: a page whose host name resolves to this machine sends that name in Host.
    origin = parse("http://" + request.META.get("HTTP_HOST", ""))
    if origin is None or not is_loopback(origin[1]):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


class PrometheusCollector(Collector):
    """The metrics of one scrape."""

    def __init__(self, reading: Reading) -> None:
        self.reading = reading

    def collect(self) -> Iterator[Metric]:
        metrics = self.reading.metrics
        yield _gauge("processes", "Server processes on this host", {"": self.reading.processes})
        for key, (name, label, text) in COUNTERS.items():
            yield _counter(name, text, metrics.counters.get(key, {} if label else {"": 0}), label)
        for key, (name, label, text, divisor) in GAUGES.items():
            values = {
                value_label: value / divisor for value_label, value in metrics.gauges.get(key, {}).items()
            }
            yield _gauge(name, text, values, label)
        for key, (name, text) in HISTOGRAMS.items():
            if histogram := metrics.histograms.get(key):
                yield _histogram(name, text, histogram)
        yield from _in_step()
        yield from _from_database()


def _in_step() -> Iterator[Metric]:
    latest = recorder.latest()
    if latest is not None and latest.in_step is not None:
        yield _gauge("in_step_percent", "Reports of the last 10 s that were in step", {"": latest.in_step})


def _from_database() -> Iterable[Metric]:
    """Metrics of the whole installation, and whether the database answered in time."""
    state = INSTALLATION.run()
    yield _gauge("database_up", "1 if the database answered in time", {"": float(state == health.OK)})
    if state == health.OK:
        rooms, members = _state.present
        yield _gauge("rooms_live", "Rooms with members present, in the whole installation", {"": rooms})
        yield from _maintenance()
        yield _gauge("conversions", "Conversions of films, by state", _state.conversions, "state")
        yield _gauge("members_present", "Members present in rooms, in the whole installation", {"": members})


def _maintenance() -> Iterable[Metric]:
    """The last maintenance run of the whole installation; no metrics before the first one."""
    if (last := _state.last_run) is None:
        return
    yield _gauge(
        "maintenance_last_success_timestamp_seconds",
        "When the last successful run ended, Unix time",
        {"": last.succeeded_ms / 1000},
    )
    yield _gauge("maintenance_last_run_seconds", "How long the last run took", {"": last.took_s})
    yield _gauge("maintenance_last_run_rows", "Rows deleted or reset by the last run", {"": float(last.rows)})
    yield _gauge("maintenance_last_run_failed", "1 if the last run failed", {"": float(bool(last.problem))})


@dataclass
class _State:
    present: tuple[float, float] = (0.0, 0.0)  # rooms, members
    last_run: MaintenanceRun | None = None
    conversions: dict[str, float] = field(default_factory=dict)


_state = process_state(_State)


def _read_installation() -> None:
    _state.present = present_in_all()
    _state.last_run = MaintenanceRun.objects.last()
    _state.conversions = {state: float(jobs) for state, jobs in Conversion.objects.by_state().items()}


INSTALLATION = health.Probe(health.closing_connection(_read_installation), health.DATABASE_TIMEOUT_S)


def _counter(name: str, text: str, values: dict[str, float], label: str = "") -> Metric:
    family = CounterMetricFamily(PREFIX + name, text, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def _gauge(name: str, text: str, values: dict[str, float], label: str = "") -> Metric:
    family = GaugeMetricFamily(PREFIX + name, text, labels=[label] if label else [])
    for key, value in values.items():
        family.add_metric([key] if label else [], value)
    return family


def _histogram(name: str, text: str, histogram: Histogram) -> Metric:
    """Convert milliseconds to seconds, and counts per bucket to the cumulative counts of Prometheus."""
    buckets, cumulative = [], 0.0
    for bound, count in zip([*histogram.bounds, None], histogram.counts, strict=True):
        cumulative += count
        buckets.append(("+Inf" if bound is None else str(bound / 1000), cumulative))
    family = HistogramMetricFamily(PREFIX + name, text)
    family.add_metric([], buckets=buckets, sum_value=histogram.total / 1000)
    return family
