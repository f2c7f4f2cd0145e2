from __future__ import annotations

import pytest

from tests.watchium.api.callers import ApiCase
from watchium.shared_state import shared_store
from watchium.telemetry import counters
from watchium.telemetry.counters import Counters
from watchium.web.client_metrics import BOUNDS

GOOD = {
    "span_ms": 60_000,
    "delay_ms": 24.5,
    "offset_uncertainty_ms": 0.4,
    "drift_ms": [1.5, -3.0, 200],
    "stalls": 1,
    "stalled_ms": 900,
    "excursions": 2,
    "seeks": 0,
}


class ClientMetricsApi(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.counters = Counters()
        self.counters.histograms |= {
            name: counters.HistogramCounter(bounds) for name, bounds in BOUNDS.items()
        }
        self.replace(counters, "count", self.counters.count)
        self.replace(counters, "observe", self.counters.observe)

    def sums(self) -> dict[str, float]:
        return {
            name: by_label[""]
            for name, by_label in self.counters.values().items()
            if name.startswith("client_")
        }

    def test_measurements_are_added_to_the_sums(self):
        response = self.as_bob.post("/api/metrics/", GOOD)
        assert (response.status_code, response.content) == (204, b"")
        assert self.sums() == {
            "client_reports": 1,
            "client_observed_s": 60,
            "client_stalls": 1,
            "client_stalled_s": 0.9,
            "client_excursions": 2,
            "client_seeks": 0,
        }
        drift = self.counters.histograms["client_drift_ms"]
        assert (sum(drift.counts), drift.total) == (3, 204.5)
        assert self.counters.histograms["client_delay_ms"].total == 24.5

    def test_missing_measurements_are_not_counted_as_zero(self):
        assert self.as_bob.post("/api/metrics/", {"span_ms": 5000}).status_code == 204
        for name in ("client_delay_ms", "client_uncertainty_ms", "client_drift_ms"):
            assert sum(self.counters.histograms[name].counts) == 0

    def test_anonymous_clients_are_rejected(self):
        self.refused(self.anonymous.post("/api/metrics/", GOOD), 404, "not_member")
        assert self.sums() == {}

    def test_another_origin_is_rejected(self):
        browser = self.browser_of(self.carol, enforce_csrf_checks=True)
        response = browser.post("/api/metrics/", GOOD, "application/json")
        self.refused(response, 403, "bad_message")

    def test_invalid_measurements_are_rejected_and_not_added(self):
        for wrong in (
            {},
            {"span_ms": 0},
            {"span_ms": 1e9},
            {**GOOD, "delay_ms": -1},
            {**GOOD, "delay_ms": 1e9},
            {**GOOD, "drift_ms": [0] * 61},
            {**GOOD, "drift_ms": ["x"]},
            {**GOOD, "drift_ms": [1e12]},
            {**GOOD, "stalls": 1.5},
            {**GOOD, "stalls": 10**30},
            {**GOOD, "who": "me"},
            [GOOD],
        ):
            shared_store.cache_clear()  # type: ignore[attr-defined]
            self.refused(self.as_bob.post("/api/metrics/", wrong), 400, "bad_message")
        for raw in (b"", b"{", b'{"span_ms": NaN}', b'{"span_ms": 1e999}', b"\xff"):
            shared_store.cache_clear()  # type: ignore[attr-defined]
            self.refused(self.as_bob.raw("POST", "/api/metrics/", raw), 400, "bad_message")
        assert self.sums() == {}

    @pytest.mark.usefixtures("frozen_clock")
    def test_too_many_requests_are_rate_limited(self):
        for _ in range(5):
            assert self.as_bob.post("/api/metrics/", GOOD).status_code == 204
        problem = self.refused(self.as_bob.post("/api/metrics/", GOOD), 429, "rate_limited")
        assert 0 < problem["retry_after_ms"] <= 12_000
        assert self.as_alice.post("/api/metrics/", GOOD).status_code == 204

    def test_it_stores_no_row_and_queries_only_the_identity(self):
        self.as_bob.post("/api/metrics/", GOOD)
        with self.assertNumQueries(1):
            self.as_bob.post("/api/metrics/", GOOD)


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_methods_are_not_allowed(client, method: str, db):
    assert getattr(client, method)("/api/metrics/").status_code == 405
