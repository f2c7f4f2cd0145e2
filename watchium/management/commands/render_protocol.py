"""Render the protocol's documentation, schema and JavaScript constants, or check that they are up to date."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from watchium.protocol import render


class Command(BaseCommand):
    help = "Render protocol.js, the protocol page and the JSON Schema from watchium/protocol/."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if a file is stale")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        stale = render.stale()
        if check and stale:
            names = ", ".join(str(path.relative_to(render.ROOT)) for path in stale)
            raise CommandError(f"Stale: {names}. Run `manage.py render_protocol`.")
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render.rendered()[path], "utf-8")
            self.stdout.write(f"wrote {path.relative_to(render.ROOT)}")
