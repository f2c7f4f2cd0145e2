from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from unittest.mock import patch
from urllib.request import urlopen

from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.test import TestCase, override_settings
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.servers import free_port, watchium_server
from tests.watchium.management.test_doctor import doctor
from tests.watchium.server.test_serve import until
from watchium.doctor import maintenance_checks
from watchium.maintenance import runner
from watchium.maintenance.schedule import AFTER_START_MS, DAY_MS, HOUR_MS, MIN_INTERVAL_MS, MINUTE_MS, due_at
from watchium.models import ABANDONED_MS, MaintenanceRun

TODAY_MS = 20_000 * DAY_MS
instants = st.floats(TODAY_MS, TODAY_MS + 400 * DAY_MS)
minutes = st.integers(0, 24 * 60 - 1)


@given(instants, instants, minutes)
def test_a_running_server_is_due_once_a_day_at_its_own_minute(
    succeeded_ms: float, started_ms: float, minute: int
):
    started_ms = min(started_ms, succeeded_ms)
    due_ms = due_at(succeeded_ms, 0, started_ms, minute)
    assert MIN_INTERVAL_MS <= due_ms - succeeded_ms <= MIN_INTERVAL_MS + DAY_MS
    assert due_ms % DAY_MS == minute * MINUTE_MS
    assert due_at(due_ms, 0, started_ms, minute) == due_ms + DAY_MS


@given(instants, instants, minutes)
def test_a_run_missed_while_no_server_ran_is_due_minutes_after_the_start(
    succeeded_ms: float, started_ms: float, minute: int
):
    due_ms = due_at(succeeded_ms, 0, started_ms, minute)
    if started_ms - succeeded_ms >= MIN_INTERVAL_MS + DAY_MS:
        assert due_ms == started_ms + AFTER_START_MS
    assert due_at(0, 0, started_ms, minute) == started_ms + AFTER_START_MS
    assert due_ms - max(started_ms, succeeded_ms) <= MIN_INTERVAL_MS + DAY_MS


@given(instants, minutes)
def test_a_failed_run_is_retried_in_an_hour(failed_ms: float, minute: int):
    assert due_at(failed_ms - 2 * DAY_MS, failed_ms, failed_ms - DAY_MS, minute) == failed_ms + HOUR_MS


class OneProcess(TestCase):
    """`run_if_due` runs the work directly instead of on its thread."""

    def setUp(self) -> None:
        self.runs = 0
        runner._state.started_ms = TODAY_MS
        for patcher in (
            patch.object(runner, "_run_on_thread", self.run_now),
            patch.object(maintenance_checks, "connection"),  # doctor would close the connection of the test
            patch.object(threading.Thread, "start", lambda thread: thread._target(*thread._args)),
        ):
            patcher.start()
            self.addCleanup(patcher.stop)

    def run_now(self, began_ms: float) -> None:
        self.runs += 1
        runner.run(began_ms, lambda: began_ms + 2000)

    def runs_after(self, duration_ms: float) -> int:
        runner.run_if_due(TODAY_MS + duration_ms)
        return self.runs

    def test_a_new_installation_runs_minutes_after_its_start_and_then_once_a_day(self):
        assert self.runs_after(AFTER_START_MS - 1) == 0
        assert self.runs_after(AFTER_START_MS) == 1
        assert self.runs_after(AFTER_START_MS + HOUR_MS) == 1
        for hours in range(1, 24 * 7 + 13):
            self.runs_after(hours * HOUR_MS)
        assert self.runs in (1 + 7, 1 + 8)  # the first run may have been just before the hour
        last = MaintenanceRun.objects.last()
        assert (last.took_s, last.problem) == (2.0, "")

    def test_a_failure_is_stored_and_retried(self):
        with patch.object(runner, "maintain", side_effect=DatabaseError("disk is full")):
            assert self.runs_after(AFTER_START_MS) == 1
        last = MaintenanceRun.objects.last()
        assert (last.succeeded_ms, last.problem) == (0, "DatabaseError: disk is full")
        assert maintenance_checks.last_run().level == "warn"
        assert self.runs_after(AFTER_START_MS + HOUR_MS - 1) == 1
        assert self.runs_after(AFTER_START_MS + HOUR_MS + 2000) == 2
        assert MaintenanceRun.objects.last().problem == ""

    def test_one_of_two_processes_claims_a_run_and_an_abandoned_run_can_be_claimed(self):
        assert MaintenanceRun.objects.claim("first", TODAY_MS)
        assert not MaintenanceRun.objects.claim("second", TODAY_MS + 1)
        assert not MaintenanceRun.objects.claim("second", TODAY_MS + ABANDONED_MS)
        assert MaintenanceRun.objects.claim("second", TODAY_MS + ABANDONED_MS + 1)
        MaintenanceRun.objects.finish("second", TODAY_MS, TODAY_MS + 5, rows=3)
        assert MaintenanceRun.objects.claim("first", TODAY_MS + 6)

    def test_due_runs_are_checked_once_a_minute_and_never_if_disabled(self):
        runner.start(TODAY_MS)
        checks = [runner.should_check(TODAY_MS + second * 1000) for second in range(1, 181)]
        assert sum(checks) == 3
        assert runner.should_check(TODAY_MS - DAY_MS)  # the clock was set back
        with override_settings(MAINTENANCE=False):
            runner.start(TODAY_MS)
        assert not runner.should_check(TODAY_MS + DAY_MS)

    def test_doctor_warns_after_two_days_without_a_run(self):
        for hours, level in ((1, "ok"), (47, "ok"), (49, "warn")):
            now_ms = time.time() * 1000
            MaintenanceRun.objects.finish("p", now_ms, now_ms - hours * HOUR_MS, rows=3)
            assert maintenance_checks.last_run().level == level, hours
        MaintenanceRun.objects.all().delete()
        assert maintenance_checks.last_run().message.endswith("not run yet")
        MigrationRecorder.Migration.objects.filter(app="watchium").update(
            applied=timezone.now() - timedelta(days=3)
        )
        assert maintenance_checks.last_run().level == "warn"


async def test_a_server_process_runs_it_and_reports_it_in_its_metrics(where: dict[str, str]):
    with watchium_server(where, program=("-m", "tests.watchium.maintenance.early_maintenance")) as server:
        await until(lambda: "watchium_maintenance_last_run_rows" in metrics_of(server))
        _, lines = await asyncio.to_thread(doctor, server, PORT=str(free_port()))
        assert lines["maintenance"].startswith("ok once a day by a server process: last run 0 h ago"), lines
        assert "watchium_maintenance_last_run_failed 0.0" in metrics_of(server)


def metrics_of(server) -> str:
    with urlopen(f"{server.url}/metrics", timeout=10) as response:
        return response.read().decode()
