"""Check this installation and print each problem with its fix."""

from __future__ import annotations

import logging
import sys
from typing import Any

from django.core.management.base import BaseCommand

from watchium.doctor import (
    backend_checks,
    conversion_checks,
    endpoint_checks,
    host_checks,
    mail_checks,
    maintenance_checks,
    settings_checks,
    sign_in_checks,
    syncplay_checks,
)
from watchium.doctor.check import Check, Result, run_all

CHECKS = [
    Check("database", backend_checks.database),
    Check("migrations", backend_checks.migrations, 10, needs="database"),
    Check("maintenance", maintenance_checks.last_run, needs="migrations"),
    Check("channel layer", backend_checks.channel_layer),
    Check("processes", backend_checks.several_processes),
    Check("clock", host_checks.clock, needs="migrations"),
    Check("database's clock", host_checks.clock_of_database, needs="database"),
    Check("data folder", host_checks.data_folder),
    Check("library", host_checks.library, needs="migrations"),
    Check("conversions", conversion_checks.conversions, needs="migrations"),
    Check("static files", host_checks.static_files, 20),
    Check("DEBUG", settings_checks.debug),
    Check("SECRET_KEY", settings_checks.secret_key),
    Check("address", settings_checks.address),
    Check("mail", mail_checks.mail, 12),
    Check("passkeys", sign_in_checks.passkeys),
    Check("OpenID Connect", sign_in_checks.openid_provider, 12),
    Check("server", endpoint_checks.server, 8),
    Check("page", endpoint_checks.page, 8, needs="server"),
    Check("static file", endpoint_checks.static_file, 12, needs="page"),
    Check("API", endpoint_checks.api, 8, needs="page"),
    Check("form", endpoint_checks.form, 12, needs="page"),
    Check("socket", endpoint_checks.socket, 12, needs="server"),
    Check("Syncplay", syncplay_checks.syncplay, 8),
    Check("ffmpeg", host_checks.ffmpeg),
]


class Command(BaseCommand):
    help = (
        "Check the database, channel layer, clock, disk, settings, pages and a socket as a browser uses them. "
        "Prints one line per check; exits with 1 if one fails."
    )
    requires_system_checks = ()  # a failing one would end the command before its own checks run

    def handle(self, *args: Any, **options: Any) -> None:
        # Each failure is printed with its fix; libraries must not log it again between the lines.
        logging.disable(logging.WARNING)
        failed = 0
        for name, result in run_all(CHECKS):
            failed += result.level == "fail"
            self.stdout.write(self._line(name, result))
        if failed:
            sys.exit(1)

    def _line(self, name: str, result: Result) -> str:
        style = {"ok": self.style.SUCCESS, "warn": self.style.WARNING, "fail": self.style.ERROR}[result.level]
        fix = f" -> {result.fix}" if result.fix else ""
        return f"{style(f'{result.level:<4}')}  {name + ':':<17} {result.message}{fix}"
