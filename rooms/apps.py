from __future__ import annotations

from typing import Any

from django.apps import AppConfig


def _claim_name(instance: Any, update_fields: frozenset[str] | None, **_kwargs: Any) -> None:
    """Claim the name of a saved account, however it was created or renamed, commands and admin included."""
    if update_fields is None or "username" in update_fields:
        from rooms.models import AccountName

        AccountName.objects.claim(instance)


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        from django.contrib.auth import get_user_model
        from django.db.models.signals import post_save

        from rooms.models import ClockAnchor
        from watchium import server_clock

        post_save.connect(_claim_name, sender=get_user_model())
        server_clock.set_anchor_store(ClockAnchor.objects.get_or_store)
