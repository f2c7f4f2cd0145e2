from __future__ import annotations

from django.apps import AppConfig

from watchium.config.optional_packages import load_rest_framework


class WatchiumConfig(AppConfig):
    name = "watchium"

    def import_models(self) -> None:
        load_rest_framework()  # before any module of it
        super().import_models()

    def ready(self) -> None:
        from watchium.services import system_comments  # noqa: F401  # connects its signal handlers
