"""How a room plays, apart from its timeline: the settings, and what members added to its media."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import models

from playback.domain.stall_policy import CARRY_ON, WAIT, WAIT_S
from playback.domain.start.state import StartState
from watchium.protocol.types import SharedCaptions, TypedChapter

SYNC_TOLERANCE_MS = 500
NO_START = StartState()


class PlaybackSettings(models.Model):
    """The columns that say how a room plays, and their values as the protocol shows them."""

    loops = models.BooleanField(default=False)
    sync_enabled = models.BooleanField(default=True)
    sync_tolerance_ms = models.PositiveIntegerField(default=SYNC_TOLERANCE_MS)
    stall_policy = models.CharField(max_length=8, default=CARRY_ON)
    stall_wait_s = models.PositiveSmallIntegerField(default=WAIT_S)
    notices_in_chat = models.BooleanField(default=False)
    caption_shift_ms = models.IntegerField(default=0)
    # What members gave to everyone, as `SharedCaptions`.
    captions: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # What a member typed, as `TypedChapter`.
    chapters: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    # `StartState`, null in a room that uses nothing of it; and when something of it is due.
    start: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    start_due_ms = models.FloatField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def settings(self) -> dict[str, Any]:
        """The playback settings, as the protocol shows them with the room's."""
        return {
            "sync_enabled": self.sync_enabled,
            "sync_tolerance_ms": self.sync_tolerance_ms,
            "stall_policy": self.stall_policy,
            "stall_wait_s": self.stall_wait_s,
            "notices_in_chat": self.notices_in_chat,
            "caption_shift_ms": self.caption_shift_ms,
            "captions": self.shared_captions,
            "chapters": self.typed_chapters,
            **self.start_state.settings,
        }

    @property
    def waits_for_members(self) -> bool:
        return self.stall_policy == WAIT and self.sync_enabled

    @property
    def shared_captions(self) -> list[SharedCaptions]:
        return msgspec.convert(self.captions, list[SharedCaptions])

    def share_captions(self, captions: list[SharedCaptions]) -> None:
        self.captions = msgspec.to_builtins(captions)
        self.save(update_fields=["captions"])

    @property
    def typed_chapters(self) -> list[TypedChapter]:
        return msgspec.convert(self.chapters, list[TypedChapter])

    def set_chapters(self, chapters: list[TypedChapter]) -> None:
        """Store the chapters, if they are other ones."""
        if (stored := msgspec.to_builtins(chapters)) != self.chapters:
            self.chapters = stored
            self.save(update_fields=["chapters"])

    def shift_captions(self, ms: int) -> None:
        """Store the shift, if it is another one."""
        if ms != self.caption_shift_ms:
            self.caption_shift_ms = ms
            self.save(update_fields=["caption_shift_ms"])

    @property
    def start_state(self) -> StartState:
        return NO_START if self.start is None else msgspec.convert(self.start, StartState)

    def save_start(self, state: StartState) -> None:
        self.start = msgspec.to_builtins(state) or None
        self.start_due_ms = state.due_ms
        self.save(update_fields=["start", "start_due_ms"])
