from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.db import OperationalError
from django.test import Client, override_settings
from prometheus_client.parser import text_string_to_metric_families

from tests.cases import Cast
from watchium.telemetry import recorder
from watchium.telemetry.aggregate import Histogram, Metrics
from watchium.telemetry.history import Reading
from watchium.web import health, metrics

METRICS = Metrics(
    counters={"events": {"play": 3, "new_comment": 40}, "refused": {"not_host": 2}, "deliveries": {"": 99}},
    gauges={"sockets": {"room": 12, "lobby": 1}, "loop_lag_ms": {"0": 1.5}},
    histograms={"broadcast_ms": Histogram(bounds=[1.0, 2.0], counts=[5, 3, 2], total=25)},
)


@pytest.fixture(autouse=True)
def fixed_metrics() -> Iterator[None]:
    with patch.object(recorder, "current", lambda: Reading(0, 2, METRICS)):
        yield


def samples(text: str) -> dict[str, float]:
    """Parse with the parser of prometheus-client; return each value by name and labels."""
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


class Scrape(Cast):
    def setUp(self) -> None:
        super().setUp()
        # Runs in the test's own transaction, which a probe's thread would not see.
        self.replace(metrics, "INSTALLATION", InlineProbe(metrics._read_installation))

    def scrape(self) -> dict[str, float]:
        response = self.client.get("/metrics", headers={"Host": "127.0.0.1:8000"})
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain")
        return samples(response.content.decode())

    def test_counters_and_gauges_are_exposed_with_their_labels(self):
        found = self.scrape()
        assert found["watchium_events_total type=play"] == 3
        assert found["watchium_events_total type=new_comment"] == 40
        assert found["watchium_refused_total code=not_host"] == 2
        assert found["watchium_deliveries_total"] == 99
        assert found["watchium_sockets kind=room"] == 12
        assert found["watchium_process_loop_lag_seconds process=0"] == 0.0015
        assert found["watchium_processes"] == 2

    def test_a_latency_is_a_cumulative_histogram_in_seconds(self):
        found = self.scrape()
        assert found["watchium_broadcast_seconds_bucket le=0.001"] == 5
        assert found["watchium_broadcast_seconds_bucket le=0.002"] == 8
        assert found["watchium_broadcast_seconds_bucket le=+Inf"] == 10
        assert found["watchium_broadcast_seconds_count"] == 10
        assert found["watchium_broadcast_seconds_sum"] == 0.025

    def test_a_counter_without_events_is_exposed_as_zero(self):
        assert self.scrape()["watchium_outbox_drops_total"] == 0

    def test_rooms_and_members_are_counted_over_the_whole_installation(self):
        found = self.scrape()
        assert (found["watchium_rooms_live"], found["watchium_members_present"]) == (1, 2)
        assert found["watchium_database_up"] == 1

    def test_without_the_database_all_other_metrics_are_exposed(self):
        with patch.object(metrics, "present_in_all", side_effect=OperationalError("gone")):
            found = self.scrape()
        assert found["watchium_database_up"] == 0
        assert "watchium_rooms_live" not in found
        assert found["watchium_deliveries_total"] == 99


class InlineProbe:
    def __init__(self, check) -> None:
        self.check = check

    def run(self) -> str:
        try:
            self.check()
        except OperationalError:
            return health.UNREACHABLE
        return health.OK


@pytest.fixture
def scrape() -> Iterator:
    """A function that scrapes with these headers from this address and returns the status."""

    def get(host: str = "127.0.0.1:8000", peer: str = "127.0.0.1", **headers: str) -> int:
        return Client().get("/metrics", headers={"Host": host, **headers}, REMOTE_ADDR=peer).status_code

    with patch.object(metrics, "_from_database", list):
        yield get


def test_this_machine_may_scrape(scrape):
    assert scrape() == 200
    assert scrape("localhost:9000") == 200
    assert scrape("[::1]:8000", "::1") == 200


def test_other_addresses_get_404(scrape):
    assert scrape(peer="192.0.2.7") == 404
    assert scrape(peer="") == 404


def test_a_request_through_a_local_proxy_gets_404(scrape):
    assert scrape(**{"X-Forwarded-For": "192.0.2.7"}) == 404
    assert scrape(**{"X-Forwarded-For": "127.0.0.1"}) == 404
    assert scrape(Forwarded="for=127.0.0.1") == 404


def test_a_host_name_rebound_to_this_machine_gets_404(scrape):
    assert scrape("evil.example") == 404
    assert scrape("evil.example:8000") == 404
    assert scrape("") == 404


@override_settings(METRICS_TOKEN="a secret of some length")
def test_with_a_token_only_its_bearer_may_scrape_from_any_address(scrape):
    assert scrape("metrics.example", "192.0.2.7", Authorization="Bearer a secret of some length") == 200
    assert scrape("metrics.example", "192.0.2.7", Authorization="Bearer another") == 404
    assert scrape("metrics.example", "192.0.2.7", Authorization="Basic a secret of some length") == 404
    assert scrape() == 404


@override_settings(METRICS_TOKEN="häßlich")
def test_a_token_with_non_ascii_letters_compares_without_an_error(scrape):
    assert scrape(Authorization="Bearer nonsense") == 404
