"""The anchor of the server clock, one per boot and shared by all processes."""

from __future__ import annotations

from django.db import models


class ClockAnchorQuerySet(models.QuerySet["ClockAnchor"]):
    def get_or_store(self, boot_id: str, proposed_ms: float) -> float:
        """Return the anchor of this boot in Unix ms; the first process that asks stores its proposal."""
        anchor, _ = self.get_or_create(boot_id=boot_id, defaults={"anchor_ms": proposed_ms})
        return anchor.anchor_ms


class ClockAnchor(models.Model):
    """The offset that turns the time since boot into server time."""

    boot_id = models.CharField(max_length=64, unique=True)
    anchor_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClockAnchorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.boot_id
