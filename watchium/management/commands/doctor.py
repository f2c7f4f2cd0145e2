"""Say what works here, what does not, and what to do about it."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand

from watchium.doctor import configuration, door, machine, maintenance, stores
from watchium.doctor.findings import Finding, Question, ask_all

QUESTIONS = [
    Question("database", stores.database),
    Question("migrations", stores.migrations, 10, needs="database"),
    Question("maintenance", maintenance.last_run, needs="migrations"),
    Question("channel layer", stores.channel_layer),
    Question("processes", stores.several_processes),
    Question("clock", machine.clock, needs="migrations"),
    Question("database's clock", machine.clock_of_database, needs="database"),
    Question("data folder", machine.data_folder),
    Question("library", machine.library, needs="migrations"),
    Question("static files", machine.static_files, 20),
    Question("DEBUG", configuration.debug),
    Question("SECRET_KEY", configuration.secret_key),
    Question("address", configuration.address),
    Question("server", door.server, 8),
    Question("page", door.page, 8, needs="server"),
    Question("static file", door.static_file, 12, needs="page"),
    Question("API", door.api, 8, needs="page"),
    Question("form", door.form, 12, needs="page"),
    Question("socket", door.socket, 12, needs="server"),
    Question("ffprobe", machine.ffprobe),
]


class Command(BaseCommand):
    help = "Check database, channel layer, clock, disk, settings, pages and a socket as browsers come; a line each."
    requires_system_checks = ()  # what they would say is said here, in its place

    def handle(self, *args: Any, **options: Any) -> None:
        # What fails is said in a line of its own, with its fix; libraries need not say it again between the lines.
        logging.disable(logging.WARNING)
        failed = 0
        for about, finding in ask_all(QUESTIONS):
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
