from __future__ import annotations

from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from rooms.models import ClockAnchor
        from watchium.wire import server_clock

        server_clock.keep_anchor_with(ClockAnchor.objects.keep)
