"""Playback for the operator's staff, to be read: what plays changes by its room's commands and nothing else."""

from __future__ import annotations

from django.contrib import admin

from playback.models import Playback, PlaybackEvent, SyncState
from rooms.admin import ReadOnly


@admin.register(Playback)
class PlaybackAdmin(ReadOnly):
    list_display = ["room", "phase", "position", "rate", "duration", "loops", "sync_enabled"]
    list_filter = ["phase", "loops"]
    list_select_related = ["room"]
    search_fields = ["room__room_id", "room__title"]


@admin.register(PlaybackEvent)
class PlaybackEventAdmin(ReadOnly):
    """The log: complete as it is, so that every client can rely on it."""

    list_display = ["room", "revision", "type", "username", "position", "phase", "cause", "created_at"]
    list_filter = ["type", "phase"]
    list_select_related = ["room"]
    search_fields = ["room__room_id", "event_id", "username"]
    date_hierarchy = "created_at"
    exclude = ["content_hash"]


@admin.register(SyncState)
class SyncStateAdmin(ReadOnly):
    list_display = ["room", "member", "sync_event_type", "time_difference", "is_synced", "created_at"]
    list_filter = ["is_synced", "sync_event_type"]
    list_select_related = ["room", "member"]
    search_fields = ["room__room_id", "member__username"]
