from __future__ import annotations

from django.apps import AppConfig


class WatchiumConfig(AppConfig):
    name = "watchium"

    def ready(self) -> None:
        from watchium.services import system_comments  # noqa: F401  # connects its signal handlers
