"""Say what works here, what does not, and what to do about it."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand

from watchium.doctor import backend_checks, endpoint_checks, host_checks, maintenance_checks, settings_checks
from watchium.doctor.check import Finding, Question, run_all

QUESTIONS = [
    Question("database", backend_checks.database),
    Question("migrations", backend_checks.migrations, 10, needs="database"),
    Question("maintenance", maintenance_checks.last_run, needs="migrations"),
    Question("channel layer", backend_checks.channel_layer),
    Question("processes", backend_checks.several_processes),
    Question("clock", host_checks.clock, needs="migrations"),
    Question("database's clock", host_checks.clock_of_database, needs="database"),
    Question("data folder", host_checks.data_folder),
    Question("library", host_checks.library, needs="migrations"),
    Question("static files", host_checks.static_files, 20),
    Question("DEBUG", settings_checks.debug),
    Question("SECRET_KEY", settings_checks.secret_key),
    Question("address", settings_checks.address),
    Question("server", endpoint_checks.server, 8),
    Question("page", endpoint_checks.page, 8, needs="server"),
    Question("static file", endpoint_checks.static_file, 12, needs="page"),
    Question("API", endpoint_checks.api, 8, needs="page"),
    Question("form", endpoint_checks.form, 12, needs="page"),
    Question("socket", endpoint_checks.socket, 12, needs="server"),
    Question("ffprobe", host_checks.ffprobe),
]


class Command(BaseCommand):
    help = "Check database, channel layer, clock, disk, settings, pages and a socket as browsers come; a line each."
    requires_system_checks = ()  # what they would say is said here, in its place

    def handle(self, *args: Any, **options: Any) -> None:
        # What fails is said in a line of its own, with its fix; libraries need not say it again between the lines.
        logging.disable(logging.WARNING)
        failed = 0
        for about, finding in run_all(QUESTIONS):
            failed += finding.level == "fail"
            self.stdout.write(self._line(about, finding))
        if failed:
            sys.exit(1)

    def _line(self, about: str, finding: Finding) -> str:
        style = {"ok": self.style.SUCCESS, "warn": self.style.WARNING, "fail": self.style.ERROR}[
            finding.level
        ]
        fix = f" -> {finding.fix}" if finding.fix else ""
        return f"{style(f'{finding.level:<4}')}  {about + ':':<17} {finding.says}{fix}"
