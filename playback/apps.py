from __future__ import annotations

from django.apps import AppConfig


class PlaybackConfig(AppConfig):
    name = "playback"

    def ready(self) -> None:
        from playback.room import signal_handlers  # noqa: F401  # connects its receivers to the signals of rooms
