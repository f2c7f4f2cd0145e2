"""One client in its room: turns the room's events into its lines, and its lines into commands. Pure.

It changes nothing by itself. A pressed button becomes a command of the member, which the room accepts or refuses like
one from a page; then the client is confirmed, or put back.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any, Protocol

from playback.domain.duration import EXACT
from playback.domain.timeline import Timeline
from watchium.client.room_state import AnyEvent, Resume, RoomReplica
from watchium.protocol import events, replies
from watchium.protocol.errors import gettext_noop
from watchium.protocol.events import WelcomeState
from watchium.protocol.types import Media, TimelineState
from watchium.syncplay import incoming, outgoing
from watchium.syncplay.chat_text import line_of
from watchium.syncplay.incoming import ClientState, Hello, Message
from watchium.syncplay.outgoing import SERVER_NAME, Line
from watchium.syncplay.own_file import DIFFERENT, apart_s, likeness
from watchium.syncplay.presses import Press, Presses
from watchium.syncplay.roster import Roster
from watchium.syncplay.timing import ClientTiming

OTHER_CUT = gettext_noop("Your file is {count} s longer than what the room plays: it may be another cut.")
SHORTER_CUT = gettext_noop("Your file is {count} s shorter than what the room plays: it may be another cut.")
OTHER_MEDIA = gettext_noop("The room plays {title} now.")
OTHER_SPEED = gettext_noop("The room plays at {rate}x, which Syncplay cannot follow.")
SPOILER, IMAGE = gettext_noop("Spoiler"), gettext_noop("Image")
PLAYER = "Syncplay"  # as members see it; whether it steers mpv or VLC, it does not send
REPORT_S = 3.0
SYNCED_S = 0.25
SEEK_LEAD_S = (
    0.5  # others start so much later at the target of a seek: they begin where its player is by then
)


class Member(Protocol):
    """What a session does: it sends lines to the client, and commands as the member."""

    def send(self, line: Line) -> None: ...

    def command(self, kind: str, payload: dict[str, Any], event_id: str | None = None) -> None: ...


class Session:
    """`translate`: into the language of the server's texts."""

    def __init__(self, hello: Hello, member: Member, translate: Callable[[str], str]) -> None:
        self.hello = hello
        self.member = member
        self.translate = translate
        self.presses = Presses()
        self._replica = RoomReplica(Resume())
        self._asked_since = (-1, -1)
        self._press_id = ""  # of the command that decides about the latest press
        self._changed_by: str | None = None
        self._report_s = 0.0

    # ------------------------------------------------------------ joining

    def begin(self, welcome: WelcomeState, now_s: float) -> None:
        """Greet the client. Only after the order of the playlist it opens the file that it was started with."""
        self._replica.apply_snapshot(welcome)
        self.roster = Roster(welcome, self.hello.room)
        self.timing = ClientTiming(now_s, slows_down=self.hello.looks_original)
        name = welcome.you.username
        self.member.send(outgoing.playlist([]))
        self.member.send(outgoing.playlist_index(None))
        self.member.send(
            outgoing.hello(
                name, self.hello.room, welcome.room.title, has_ready_check=True, mirrors_queue=False
            )
        )
        self.proceed(now_s)

    @property
    def timeline(self) -> Timeline:
        return timeline_of(self._replica.timeline)

    @property
    def media(self) -> Media | None:
        return self._replica.timeline.media if self._replica.timeline else None

    @property
    def next_s(self) -> float:
        """When `proceed` has something to do."""
        return min(self.timing.next_s, self.roster.next_s)

    def proceed(self, now_s: float) -> None:
        """Send what is due."""
        if (listed := self.roster.due_list(now_s)) is not None:
            self.member.send(listed)
        while (state := self.timing.next_state(self.timeline, now_s)) is not None:
            own = self.roster.own
            by = own.username if own and state.under_own_name else self._changer()
            self.member.send(outgoing.state(state, by))

    def _changer(self) -> str:
        """Who changed the playback; never the member itself, under whose name the client would correct nothing."""
        if self._changed_by in (None, self.roster.own_id):
            return SERVER_NAME
        return self.roster.name_of(self._changed_by) or SERVER_NAME

    # ------------------------------------------------------------ from the room

    def on_event(self, event: AnyEvent, now_s: float) -> None:
        for applied in self._replica.apply(event):
            self._apply(applied, now_s)
        self._ask_for_missing(event)
        self.proceed(now_s)

    def _ask_for_missing(self, event: AnyEvent) -> None:
        replica = self._replica
        since = (replica.revision, replica.comment_seq)
        more = isinstance(event, replies.Events) and event.payload.more
        if more or (replica.has_gap and since != self._asked_since):
            self._asked_since = since
            self.member.command("sync_request", {"since": since[0], "last_comment_id": since[1]})

    def _apply(self, event: AnyEvent, now_s: float) -> None:
        for line in self.roster.apply(event):
            self.member.send(line)
        match event:
            case replies.Ack(payload=accepted):
                if accepted.event_id == self._press_id and accepted.revision is None:
                    self._decided()
                    self.timing.answer(now_s)
            case replies.Error(payload=problem):
                self._refused(problem, now_s)
            case events.NewComment(payload=comment):
                text = line_of(comment, self.translate(SPOILER), self.translate(IMAGE))
                if text:
                    name = SERVER_NAME if comment.is_system_message else comment.username
                    self.member.send(outgoing.chat(name, text))
            case events.Event(revision=int()):
                self._changed(event, now_s)

    def _changed(self, event: Any, now_s: float) -> None:
        """The timeline changed."""
        change = event.payload
        if not isinstance(event, events.HostChanged | events.RoomChanged):
            self._changed_by = change.user_id
        if isinstance(event, events.RateSet) and change.rate != 1:
            self.notice(self.translate(OTHER_SPEED).format(rate=f"{change.rate:g}"))
        if isinstance(event, events.Loaded):
            if self.media is not None:
                self.notice(self.translate(OTHER_MEDIA).format(title=self.media.title))
            self._warn_of_another_cut()
        if change.event_id and change.event_id == self._press_id:
            self._decided()
            self.timing.accept(self.timeline, now_s)

    def _warn_of_another_cut(self) -> None:
        """Its person only: others see the likeness in the list of members."""
        file = self.presses.file
        if file is not None and likeness(file, self.media, self.timeline) == DIFFERENT:
            longer_s = round(apart_s(file, self.media, self.timeline))
            self.notice(
                self.translate(OTHER_CUT if longer_s > 0 else SHORTER_CUT).format(count=abs(longer_s))
            )

    def _refused(self, problem: replies.Problem, now_s: float) -> None:
        if problem.event_id and problem.event_id == self._press_id:
            self._decided()
            self.timing.put_back(now_s)
        if problem.event_id:
            self.notice(problem.message)

    def _decided(self) -> None:
        self._press_id = ""

    def notice(self, text: str) -> None:
        """Show a line in the client's chat, to its person only."""
        self.member.send(outgoing.chat(SERVER_NAME, text))

    # ------------------------------------------------------------ from the client

    def on_message(self, message: Message, now_s: float) -> None:
        match message:
            case ClientState():
                self._on_state(message, now_s)
            case incoming.SetFile():
                if self.presses.opened(message, now_s):
                    self.timing.opened(message.duration_s, now_s)
                    self._warn_of_another_cut()
            case incoming.SetPlaylistIndex() | incoming.SetPlaylist():
                self.presses.changes_file(now_s)
            case incoming.SetReady():
                self._mark_ready(message.is_ready)
            case incoming.ListRequest():
                self.roster.ask_for_list()
            case incoming.Chat():
                self.member.command("comment", {"text": message.text}, new_event_id())
            case incoming.SetRoom():
                self.member.send(outgoing.room(self.roster.room_name))
            case incoming.ControllerAuth():
                if own := self.roster.own:
                    allowed = self.roster.may_control(own)
                    self.member.send(outgoing.may_control(own.username, self.roster.room_name, allowed))
        self.proceed(now_s)

    def _mark_ready(self, is_ready: bool) -> None:
        if self.roster.room.ready_check is not None:
            self.member.command("ready", {"on": is_ready}, new_event_id())

    def _on_state(self, state: ClientState, now_s: float) -> None:
        timeline = self.timeline
        self.timing.received(state, now_s)
        if state.client_counter and state.stamp is None:
            self._on_press(state, timeline, now_s)
        elif state.position_s is not None and not self.timing.awaits_confirmation:
            self.presses.observe(state, timeline, now_s)
            self._report(state, timeline, now_s)

    def _on_press(self, state: ClientState, timeline: Timeline, now_s: float) -> None:
        press = self.presses.press_in(state, timeline, now_s, was_moved=self.timing.was_moved(now_s))
        if press is None:
            self.timing.answer(now_s)
            return
        self._press_id = new_event_id()
        self.member.command(press.kind, self._payload(press, state, now_s), self._press_id)

    def _payload(self, press: Press, state: ClientState, now_s: float) -> dict[str, Any]:
        sent_s = now_s - self.timing.one_way_s
        position_s = press.position_s
        if press.kind == "seek" and not state.paused:
            position_s += now_s - sent_s + SEEK_LEAD_S
        return {"current_time": position_s, "at": sent_s * 1000}

    def _report(self, state: ClientState, timeline: Timeline, now_s: float) -> None:
        """Report the player to the room, as a page does."""
        if now_s < self._report_s or state.position_s is None:
            return
        self._report_s = now_s + REPORT_S
        one_way_s = self.timing.one_way_s
        sampled_s = now_s - one_way_s
        drift_s = state.position_s - timeline.position_at(sampled_s * 1000)
        has_file = self.presses.file is not None
        payload: dict[str, Any] = {
            "current_time": state.position_s,
            "is_playing": has_file and not state.paused,
            "is_synced": has_file and abs(drift_s) <= SYNCED_S,
            "at": sampled_s * 1000,
            "revision": timeline.revision,
            **self.timing.costs_ms(),
            "player": PLAYER,
            "copy": likeness(self.presses.file, self.media, timeline),
            "state": ("paused" if state.paused else "tracking") if has_file else "empty",
        }
        if has_file:
            payload["drift_ms"] = drift_s * 1000
        self.member.command("heartbeat", payload)


def new_event_id() -> str:
    return secrets.token_hex(12)


def timeline_of(state: TimelineState | None) -> Timeline:
    if state is None:
        return Timeline()
    return Timeline(
        position_s=state.current_time,
        rate=state.rate,
        phase=state.phase,
        at_ms=state.timestamp,
        revision=state.revision,
        duration_s=state.duration,
        duration_source=state.duration_source or EXACT,
    )
