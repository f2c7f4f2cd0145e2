"""Read-only admin pages: playback changes only through its room's commands."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from playback.conversion.admin import ConversionAdmin, PreparableItemAdmin
from playback.models import Playback, PlaybackEvent, SyncState
from rooms.admin import ReadOnlyAdmin, RoomAdmin
from rooms.models import Room


class RoomInStepAdmin(RoomAdmin):
    """The admin page of rooms, with how well their members were in sync."""

    fields = [*(RoomAdmin.fields or []), "in_step"]
    readonly_fields = [*RoomAdmin.readonly_fields, "in_step"]

    @admin.display(description="in step, last hour")
    def in_step(self, room: Room) -> SafeString | str:
        """The share of members within two seconds of the room, for each kind of change."""
        shares = SyncState.objects.by_type(timezone.now() - timedelta(hours=1), room)
        lines = [
            (
                share.kind,
                f"{share.percentage:.0f}",
                share.synced,
                share.evaluated,
                f"{share.difference_s:.2f}",
            )
            for share in shares
        ]
        return format_html_join("\n", "<div>{}: {} % ({} of {}), {} s off on average</div>", lines) or "-"


__all__ = ["ConversionAdmin", "PreparableItemAdmin", "RoomInStepAdmin"]

admin.site.unregister(Room)
admin.site.register(Room, RoomInStepAdmin)


@admin.register(Playback)
class PlaybackAdmin(ReadOnlyAdmin):
    list_display = ["room", "phase", "position", "rate", "duration", "loops", "sync_enabled"]
    list_filter = ["phase", "loops"]
    list_select_related = ["room"]
    search_fields = ["room__room_id", "room__title"]


@admin.register(PlaybackEvent)
class PlaybackEventAdmin(ReadOnlyAdmin):
    """The event log, read-only: clients rely on it being complete."""

    list_display = ["room", "revision", "type", "username", "position", "phase", "cause", "created_at"]
    list_filter = ["type", "phase"]
    list_select_related = ["room"]
    search_fields = ["room__room_id", "event_id", "username"]
    date_hierarchy = "created_at"
    exclude = ["content_hash"]


@admin.register(SyncState)
class SyncStateAdmin(ReadOnlyAdmin):
    list_display = ["room", "member", "sync_event_type", "time_difference", "is_synced", "created_at"]
    list_filter = ["is_synced", "sync_event_type"]
    list_select_related = ["room", "member"]
    search_fields = ["room__room_id", "member__username"]
