"""A person's visit to a room from mpv: passes on what happens on either side."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from watchium.client.client import Client
from watchium.client.connection import ProblemError
from watchium.client.mpv import messages, report
from watchium.client.mpv.arguments import Options
from watchium.client.mpv.follower import Follower
from watchium.client.mpv.ipc import MpvError, MpvIpc
from watchium.client.mpv.media import MediaOpener
from watchium.client.mpv.osd import Osd, clean
from watchium.client.mpv.player import MpvPlayer
from watchium.client.room import RoomClient
from watchium.client.room_state import AnyEvent
from watchium.client.sync.effects import Stall
from watchium.client.sync.timeline import Seen, shifted, until_switch_ms
from watchium.client.visit import RoomVisit
from watchium.protocol.events import Loaded, NewComment
from watchium.protocol.types import TimelineState

KNOCK_AGAIN_S = 3.0
LEAVES_WITHIN_S = 3.0
DEFAULT_TOLERANCE_MS = 500.0
NOT_CONNECTED = "Not connected: the room did not get this."


class MpvSession:
    """`note` prints a line for the person's terminal."""

    def __init__(self, options: Options, ipc: MpvIpc, note: Callable[[str], None]) -> None:
        self._options, self._note = options, note
        self.client = Client(options.room.base_url, options.token)
        self.visit = RoomVisit(self.client, options.room.room_id, self._heartbeat)
        self.player = MpvPlayer(ipc)
        self.osd = Osd(ipc)
        self.follower = Follower(self.player, self.visit.clock, self.osd)
        self.media = MediaOpener(self.client, self.player, self.follower.controller, self.osd)
        self._user_id = ""
        self._url: str | None = None
        self._opened_revision = 0
        self._opening: asyncio.Task[None] | None = None
        self._switching: asyncio.TimerHandle | None = None
        self._urgent = ""
        self._ready_line: str | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._wire()

    def _wire(self) -> None:
        self.visit.on_event = self._on_event
        self.visit.on_room = self._on_room
        self.visit.on_clock = self.follower.wake
        self.visit.on_lost = lambda: self.osd.show("Connection lost. Playing on meanwhile.")
        self.follower.ask = self.visit.ask
        self.follower.on_stall = self._on_stall
        self.follower.on_step = self._on_step
        self.follower.wants_ready = lambda: self._ready_line is not None
        self.player.on_file = self._on_file
        self.player.on_message = self._on_message

    # ------------------------------------------------------------ the visit

    async def run(self) -> None:
        """Stay until mpv ends, or as long as the room has this person.

        Raises:
            ProblemError: the server does not let this person in.
            VisitEnded: it did, and then ended the visit.
            OSError: the server cannot be reached, or the file cannot be read.
        """
        await self.player.start()
        if self._options.file:
            await self.media.bring(self._options.file)
        await self._join()
        work = [asyncio.create_task(each) for each in (self.follower.run(), self.visit.run())]
        closing = asyncio.create_task(self.player.ipc.gone())
        try:
            await asyncio.wait([*work, closing], return_when=asyncio.FIRST_COMPLETED)
            for task in work:
                if task.done() and not isinstance(task.exception(), MpvError):
                    task.result()
        finally:
            everything = (*work, closing, *self._tasks)
            for task in everything:
                task.cancel()
            await asyncio.gather(*everything, return_exceptions=True)
            await self._leave()

    async def _join(self) -> None:
        """Join, and wait for the host if the room asks it."""
        options, waits = self._options, False
        while True:
            try:
                joined = await asyncio.to_thread(
                    self.client.join, options.room.room_id, options.name, options.passphrase
                )
            except ProblemError as problem:
                if problem.code != "waiting":
                    raise
                if not waits:
                    self.say(problem.problem.message)
                waits = True
                await asyncio.sleep(KNOCK_AGAIN_S)
            else:
                self._user_id = joined.user_id
                self.say(f"You are {joined.username} in this room.")
                return

    async def _leave(self) -> None:
        """The room should not wait until the connection lapses."""
        with contextlib.suppress(MpvError, OSError):
            await self.player.release()
        self.client.timeout_s = LEAVES_WITHIN_S
        with contextlib.suppress(ProblemError, OSError):
            await asyncio.to_thread(self.client.leave, self._options.room.room_id)

    def _heartbeat(self) -> dict[str, Any]:
        state = self.visit.room.room if self.visit.room else None
        return report.heartbeat(
            self.follower.controller,
            self.follower.seen,
            self.visit.clock,
            tolerance_ms=state.sync_tolerance_ms if state else DEFAULT_TOLERANCE_MS,
            shift_s=self.follower.shift_s,
            copy=self.media.copy,
        )

    # ------------------------------------------------------------ from the room

    def _on_event(self, event: AnyEvent) -> None:
        if isinstance(event, NewComment) and event.payload.user_id != self._user_id:
            line = messages.comment_line(event.payload)
            if line:
                self.say(line)
        if isinstance(event, Loaded) and (event.revision or 0) > self._opened_revision:
            self._url = None  # perhaps the same again: another attempt

    def _on_room(self, room: RoomClient) -> None:
        """The room's state may be another."""
        state = room.room
        self.follower.controller.leave_alone(not (state is None or state.sync_enabled))
        line = messages.ready_line(state, self._user_id)
        if line and line != self._ready_line:
            self.say(line)
        self._ready_line = line
        self._follow(room.timeline)

    def _follow(self, timeline: TimelineState | None) -> None:
        if self._switching:
            self._switching.cancel()
        url = timeline.media.url if timeline and timeline.media else ""
        if url != self._url:
            own, server_ms = self.follower.controller.timeline, self.visit.server_now()
            if (wait_ms := until_switch_ms(own, timeline, server_ms)) > 0:
                loop = asyncio.get_running_loop()
                self._switching = loop.call_later(wait_ms / 1000, self._follow, timeline)
                return
            self._url = url
            self._opened_revision = timeline.revision if timeline else 0
            if self._opening:
                self._opening.cancel()
            self._opening = self._later(self._open(timeline))
        self.follower.shift_s = self._options.shift_s if self.media.plays_own else 0.0
        self.follower.follow(timeline and shifted(timeline, self.follower.shift_s))

    async def _open(self, timeline: TimelineState | None) -> None:
        await self.media.show(timeline)
        if timeline and timeline.media is None and self.media.own:
            await self._bring_to_room()
        if self.visit.room:
            self._follow(self.visit.room.timeline)
        self.visit.report_soon()

    async def _bring_to_room(self) -> None:
        """The room plays nothing: let everyone bring this file, if this person may decide that."""
        own, room = self.media.own, self.visit.room
        if own is None or room is None:
            return
        copy: dict[str, Any] = {"size": own.size, "sha256": own.sha256, "kind": own.kind}
        if own.duration_s:
            copy["duration"] = own.duration_s
        try:
            await room.request("load", own=copy | {"title": clean(own.path.stem)})
        except ProblemError:
            self.osd.show("The room plays nothing yet. Your file is ready.")

    # ------------------------------------------------------------ from mpv

    def _on_stall(self, stall: Stall, seen: Seen) -> None:
        kind, payload = report.stall_report(stall, seen, self.visit.clock, self.follower.shift_s)
        if self.visit.room:
            self._later(self.visit.room.send(kind, **payload))

    def _on_step(self) -> None:
        urgent = report.urgent(self.follower.controller)
        if urgent and urgent != self._urgent:
            self.visit.report_soon()
        self._urgent = urgent

    def _on_file(self) -> None:
        self._later(self._take_file())

    async def _take_file(self) -> None:
        """The person opened a file in mpv: their copy of what the room plays."""
        path = await self.player.opened_path()
        if path:
            await self.media.bring(path)
        else:
            self.osd.show("Only a file of your own can take the place of what the room plays.")
            self.media.forget_open()
        self._url = None
        self._follow(self.visit.timeline)

    def _on_message(self, words: list[str]) -> None:
        """`script-message say TEXT` writes into the chat, `script-message ready` marks this person."""
        match words:
            case ["say", *text] if text:
                self._later(self.comment(" ".join(text)))
            case ["ready"]:
                self._later(self._request("ready", on=True))

    async def comment(self, text: str) -> None:
        """Write into the chat."""
        await self._request("comment", text=text)

    async def _request(self, kind: str, **payload: Any) -> None:
        try:
            await self.visit.ask(kind, **payload)
        except ProblemError as problem:
            self.say(problem.problem.message)
        except OSError:
            self.say(NOT_CONNECTED)

    # ------------------------------------------------------------ helpers

    def say(self, text: str) -> None:
        """Show a line on the picture and in the terminal."""
        self._note(clean(text))
        self.osd.show(text)

    def _later(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, OSError | MpvError | ProblemError):
            self.osd.show(str(error))
        elif error is not None:
            raise error
