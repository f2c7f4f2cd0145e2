"""Admin pages: prepare items of the library, watch and cancel their conversions."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from playback.conversion import actions
from playback.library.admin import MediaItemAdmin
from playback.models import Conversion, MediaItem
from playback.models.conversion import DONE, ConversionQuerySet
from rooms.admin import ReadOnlyAdmin, may_change
from watchium.protocol.errors import Refused

MAX_MESSAGES = 10


class PreparableItemAdmin(MediaItemAdmin):
    """Items of the library, with an action that prepares them."""

    list_display = [*MediaItemAdmin.list_display, "preparation"]
    actions = ["prepare"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[MediaItem]:
        rows: QuerySet[MediaItem] = super().get_queryset(request)
        return rows.prefetch_related("conversions")

    @admin.display(description="preparation")
    def preparation(self, item: MediaItem) -> str:
        latest = max(item.conversions.all(), key=lambda conversion: conversion.pk, default=None)
        return "done" if item.prepared else state_text(latest) if latest is not None else "-"

    @admin.action(description="Prepare selected items for all browsers", permissions=["change"])
    def prepare(self, request: HttpRequest, items: QuerySet[MediaItem]) -> None:
        queued, refused = 0, 0
        for item in items:
            try:
                actions.prepare(item)
                queued += 1
            except Refused as reason:
                refused += 1
                if refused <= MAX_MESSAGES:
                    messages.warning(request, f"{item}: {reason}")
        if queued:
            messages.success(request, f"{queued} are being prepared or are ready.")


class ConversionAdmin(ReadOnlyAdmin):
    """Conversions; cancel them with an action."""

    list_display = [
        "source",
        "kind",
        "shown_state",
        "asked_by",
        "used",
        "created_at",
        "finished_at",
        "played_at",
    ]
    list_filter = ["state", "kind"]
    list_select_related = ["item", "upload", "asked_by"]
    search_fields = ["item__title", "item__path", "upload__title"]
    actions = ["cancel"]

    @admin.display(description="state", ordering="state")
    def shown_state(self, conversion: Conversion) -> str:
        return state_text(conversion)

    @admin.display(description="size", ordering="size")
    def used(self, conversion: Conversion) -> str:
        return filesizeformat(conversion.size) if conversion.state == DONE else "-"

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return may_change(self, request)

    @admin.action(description="Cancel selected conversions", permissions=["cancel"])
    def cancel(self, request: HttpRequest, conversions: ConversionQuerySet) -> None:
        messages.success(request, f"{actions.cancel_jobs(conversions)} cancelled.")


def state_text(conversion: Conversion) -> str:
    """Such as `running, 34 %, 2.1 times real time`, or why it failed."""
    if conversion.state == "running":
        speed = f", {conversion.speed:.1f} times real time" if conversion.speed else ""
        return f"running, {conversion.progress:.0%}{speed}"
    return f"failed: {conversion.error}" if conversion.error else conversion.state


admin.site.unregister(MediaItem)
admin.site.register(MediaItem, PreparableItemAdmin)
admin.site.register(Conversion, ConversionAdmin)
