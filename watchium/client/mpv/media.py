"""Opens what the room plays: the person's own copy of it, or its address."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from pathlib import Path

import msgspec

from watchium.client.client import Client
from watchium.client.connection import ProblemError
from watchium.client.mpv.messages import copy_line
from watchium.client.mpv.osd import Osd
from watchium.client.mpv.own_copy import Choice, OwnFile, RoomCopy, choose, compare, read_own
from watchium.client.mpv.player import MpvPlayer
from watchium.client.sync.controller import SyncController
from watchium.protocol.types import Media, TimelineState


class MediaOpener:
    """`copy` is what heartbeats say of the person's file; `own` is that file."""

    def __init__(self, client: Client, player: MpvPlayer, controller: SyncController, osd: Osd) -> None:
        self._client, self._player, self._controller, self._osd = client, player, controller, osd
        self.own: OwnFile | None = None
        self.copy: str | None = None
        self.plays_own = False
        self._named_for: str | None = None
        self._open = ""

    async def bring(self, path: Path) -> None:
        """Take a file of the person's, for the media that the room plays now or first. Raises OSError."""
        own = await asyncio.to_thread(read_own, path)
        if self._open != str(own.path):
            self._controller.new_source(exact=True)
            if not await self._player.open(str(own.path)):
                raise OSError(f"mpv cannot play {path}: {self._player.failure}")
            self._open = str(own.path)
        self.own = dataclasses.replace(own, duration_s=self._player.duration_s)
        self._named_for = None

    def forget_open(self) -> None:
        """The person opened something else in mpv: open the room's media again."""
        self._open = ""

    async def show(self, timeline: TimelineState | None) -> None:
        """Open the room's media, if something else is open."""
        media = timeline.media if timeline else None
        if media is None or timeline is None:
            self.copy, self.plays_own = None, False
            if self.own is None and self._open:
                self._open = ""
                await self._player.close_file()
            return
        choice = await self._choice(media, timeline)
        self.copy, self.plays_own = choice.copy, choice.is_own
        if choice.opens is None:
            self._osd.show(f"“{media.title}” is played from a file that everyone brings. Open yours in mpv.")
            if self._open:
                self._open = ""
                await self._player.close_file()
        elif choice.opens != self._open:
            await self._open_choice(choice, media)
        else:
            self._controller.new_source(exact=self._player.has_sound)

    async def _choice(self, media: Media, timeline: TimelineState) -> Choice:
        room = await self._room_copy(media, timeline)
        likeness = compare(self.own or OwnFile(Path(), 0, ""), room)
        insists = self.own is not None and self._named_for in (None, media.url)
        choice = choose(media, self.own, likeness, insists=insists, base_url=self._client.base_url)
        if choice.is_own and self._named_for is None and (line := copy_line(likeness, media.title)):
            self._osd.show(line)
        if choice.is_own:
            self._named_for = media.url
        return choice

    async def _room_copy(self, media: Media, timeline: TimelineState) -> RoomCopy:
        """Of an item of the library the server knows more than the room."""
        duration_s = media.duration or timeline.duration
        if self.own and media.sha256 is None and media.item_id is not None:
            with contextlib.suppress(ProblemError, OSError, msgspec.MsgspecError):
                found = await asyncio.to_thread(self._client.fingerprint, media.item_id)
                return RoomCopy(found.size, found.sha256, duration_s)
        return RoomCopy(media.size, media.sha256, duration_s)

    async def _open_choice(self, choice: Choice, media: Media) -> None:
        assert choice.opens is not None
        self._open = ""  # until it is: other media may come before that
        self._controller.new_source(exact=True)
        opens = await self._player.open(choice.opens, token=self._client.token if choice.with_token else None)
        if opens:
            self._open = choice.opens
            self._controller.new_source(exact=self._player.has_sound)
        else:
            self._controller.failed = True
            self._osd.show(f"mpv cannot play “{media.title}”: {self._player.failure}")
