"""One client in its room: turns the room's events into its lines, and its lines into commands. Pure.

It changes nothing by itself. A pressed button becomes a command of the member, which the room accepts or refuses like
one from a page; then the client is confirmed, or put back.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

from playback.domain.duration import EXACT
from playback.domain.timeline import Timeline
from watchium.client.room_state import AnyEvent, Resume, RoomReplica
from watchium.protocol import events, replies
from watchium.protocol.errors import gettext_noop
from watchium.protocol.events import WelcomeState
from watchium.protocol.types import Media, TimelineState
from watchium.syncplay import incoming, outgoing
from watchium.syncplay.chat_text import line_of
from watchium.syncplay.incoming import ClientState, Hello, Message, SetFile
from watchium.syncplay.member import Member, new_event_id, notice
from watchium.syncplay.outgoing import SERVER_NAME
from watchium.syncplay.player.own_file import DIFFERENT, apart_s, likeness
from watchium.syncplay.player.status_report import StatusReport
from watchium.syncplay.playlist.shared_playlist import SharedPlaylist
from watchium.syncplay.presses import GOES_ON_S, Press, Presses
from watchium.syncplay.roster import Roster
from watchium.syncplay.timing import ClientTiming

OTHER_CUT = gettext_noop("Your file is {count} s longer than what the room plays: it may be another cut.")
SHORTER_CUT = gettext_noop("Your file is {count} s shorter than what the room plays: it may be another cut.")
OTHER_MEDIA = gettext_noop("The room plays {title} now.")
OTHER_SPEED = gettext_noop("The room plays at {rate}x, which Syncplay cannot follow.")
SPOILER, IMAGE = gettext_noop("Spoiler"), gettext_noop("Image")
SEEK_LEAD_S = (
    0.5  # others start so much later at the target of a seek: they begin where its player is by then
)


class Session:
    """`translate`: into the language of the server's texts."""

    def __init__(self, hello: Hello, member: Member, translate: Callable[[str], str]) -> None:
        self.hello = hello
        self.member = member
        self.translate = translate
        self.presses = Presses()
        self._replica = RoomReplica(Resume())
        self._asked_since = (-1, -1, -1)
        self._press_id = ""  # of the command that decides about the latest press
        self._changed_by: str | None = None
        self._opened_for = ""  # the address of what the room played when the client opened its file

    # ------------------------------------------------------------ joining

    def begin(self, welcome: WelcomeState, now_s: float) -> None:
        """Greet the client. Only after the order of the playlist it opens the file that it was started with."""
        self._replica.apply_snapshot(welcome)
        self.roster = Roster(welcome, self.hello.room)
        self.timing = ClientTiming(now_s, slows_down=self.hello.looks_original)
        self._report = StatusReport(self.timing)
        name = outgoing.shown_name(welcome.you.username)
        self.playlist = SharedPlaylist(self.hello, self.member, self.translate, now_s)
        self._follow_queue()
        self.playlist.begin()
        self.member.send(
            outgoing.hello(
                name,
                self.hello.room,
                welcome.room.title,
                has_ready_check=True,
                mirrors_queue=self.playlist.shown,
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
        return min(self.timing.next_s, self.roster.next_s, self.playlist.next_s)

    def proceed(self, now_s: float) -> None:
        """Send what is due."""
        self._follow_queue()
        self.playlist.proceed(now_s)
        if (listed := self.roster.due_list(now_s)) is not None:
            self.member.send(listed)
        while (state := self.timing.next_state(self.timeline, now_s)) is not None:
            if state.server_counter:
                self.presses.sent_to(state.position_s, now_s)
            by = (state.under_own_name and self.roster.own_name) or self._changer()
            self.member.send(outgoing.state(state, by))

    def _follow_queue(self) -> None:
        self.playlist.follow(self._replica.queue, self.media, self._own_name())

    def _own_name(self) -> str:
        """The name of the client's file, if it was opened for what plays, and may be a copy of it."""
        file, media = self.presses.file, self.media
        if file is None or media is None or self._opened_for != media.url:
            return ""
        return "" if likeness(file, media, self.timeline) == DIFFERENT else file.name

    def _file(self) -> SetFile | None:
        """The client's file, unless it is that of another entry: a client goes on a moment before the room."""
        file = self.presses.file
        return None if file is None or self.playlist.is_of_another_entry(file) else file

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
        since = (replica.revision, replica.comment_seq, replica.queue.revision)
        more = isinstance(event, replies.Events) and event.payload.more
        if more or (replica.has_gap and since != self._asked_since):
            self._asked_since = since
            names = ("since", "last_comment_id", "queue_revision")
            self.member.command("sync_request", dict(zip(names, since, strict=True)))

    def _apply(self, event: AnyEvent, now_s: float) -> None:
        for line in self.roster.apply(event):
            self.member.send(line)
        match event:
            case replies.Ack(payload=accepted):
                self.playlist.accepted(accepted.event_id, accepted.revision, self._replica.queue)
                if accepted.event_id == self._press_id and accepted.revision is None:
                    self._decided()
                    self.timing.answer(now_s)
            case replies.Error(payload=problem):
                self._refused(problem, now_s)
            case events.NewComment(payload=comment):
                text = line_of(comment, self.translate(SPOILER), self.translate(IMAGE))
                if text:
                    name = SERVER_NAME if comment.is_system_message else outgoing.shown_name(comment.username)
                    self.member.send(outgoing.chat(name, text))
            case events.Event(revision=int()):
                self._changed(event, now_s)

    def _changed(self, event: Any, now_s: float) -> None:
        """The timeline changed."""
        change = event.payload
        if not isinstance(event, events.HostChanged | events.RoomChanged):
            self._changed_by = change.user_id
        if isinstance(event, events.RateSet) and change.rate != 1:
            notice(self.member, self.translate(OTHER_SPEED).format(rate=f"{change.rate:g}"))
        if isinstance(event, events.Loaded):
            if self.media is not None:
                notice(self.member, self.translate(OTHER_MEDIA).format(title=self.media.title))
            self._warn_of_another_cut()
        if change.event_id and change.event_id == self._press_id:
            self._decided()
            self.timing.accept(self.timeline, now_s)

    def _warn_of_another_cut(self) -> None:
        file = self._file()
        if file is not None and likeness(file, self.media, self.timeline) == DIFFERENT:
            longer_s = round(apart_s(file, self.media, self.timeline))
            text = self.translate(OTHER_CUT if longer_s > 0 else SHORTER_CUT)
            notice(self.member, text.format(count=abs(longer_s)))

    def _refused(self, problem: replies.Problem, now_s: float) -> None:
        self.playlist.refused(problem.event_id or "")
        if problem.event_id and problem.event_id == self._press_id:
            self._decided()
            self.timing.put_back(now_s)
        if problem.event_id:
            notice(self.member, problem.message)

    def _decided(self) -> None:
        self._press_id = ""

    # ------------------------------------------------------------ from the client

    def on_message(self, message: Message, now_s: float) -> None:
        match message:
            case ClientState():
                self._on_state(message, now_s)
            case incoming.SetFile():
                self.playlist.opened(now_s)
                if self.presses.opened(message, now_s):
                    other = self.playlist.is_of_another_entry(message)
                    self._opened_for = self.media.url if self.media and not other else ""
                    self.timing.opened(message.duration_s, now_s)
                    self._warn_of_another_cut()
            case incoming.SetPlaylist():
                self.presses.changes_file(now_s)
                self.playlist.on_list(message, self.presses.file, now_s, 2 * self.timing.one_way_s)
            case incoming.SetPlaylistIndex():
                self._on_index(message, now_s)
            case incoming.SetReady():
                self._mark_ready(message.is_ready)
            case incoming.ListRequest():
                self.roster.ask_for_list()
            case incoming.Chat():
                self.member.command("comment", {"text": message.text}, new_event_id())
            case incoming.SetRoom():
                self.member.send(outgoing.room(self.roster.room_name))
            case incoming.ControllerAuth():
                self._answer_controller()
        self.proceed(now_s)

    def _on_index(self, message: incoming.SetPlaylistIndex, now_s: float) -> None:
        end_ms = self.timeline.reaches_end_ms
        ends_s = inf if end_ms is None else end_ms / 1000
        at_end = self.presses.goes_on(now_s) or ends_s <= now_s + GOES_ON_S
        self.presses.changes_file(now_s)
        self.playlist.on_index(message, now_s, at_end=at_end, ends_s=ends_s)

    def _answer_controller(self) -> None:
        own, name = self.roster.own, self.roster.own_name
        if own is not None and name is not None:
            allowed = self.roster.may_control(own)
            self.member.send(outgoing.may_control(name, self.roster.room_name, allowed))

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
            report = self._report.due(state, self._file(), self.media, timeline, now_s)
            if report is not None:
                self.member.command("heartbeat", report)

    def _on_press(self, state: ClientState, timeline: Timeline, now_s: float) -> None:
        press = self.presses.press_in(state, timeline, now_s, was_moved=self.timing.was_moved(now_s))
        if press is None:
            self.timing.answer(now_s)
            ended_at_s = self.presses.take_end()
            if ended_at_s is not None and likeness(self.presses.file, self.media, timeline) != DIFFERENT:
                self.member.command("heartbeat", self._report.of_end(ended_at_s, timeline, now_s))
            return
        self._press_id = new_event_id()
        self.member.command(press.kind, self._payload(press, state, now_s), self._press_id)

    def _payload(self, press: Press, state: ClientState, now_s: float) -> dict[str, Any]:
        sent_s = now_s - self.timing.one_way_s
        position_s = press.position_s
        if press.kind == "seek" and not state.paused:
            position_s += now_s - sent_s + SEEK_LEAD_S
        return {"current_time": position_s, "at": sent_s * 1000}


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
