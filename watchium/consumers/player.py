"""What a tab with the personal player may say to the server."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from playback.player import actions, audio_focus, devices, liveness, queries, session
from playback.player.user_agent import browser_name
from rooms.access import Identity
from rooms.auth.origin import header
from watchium import server_clock
from watchium.consumers.socket import Socket, with_timeout
from watchium.db.thread_pool import in_database
from watchium.protocol.codec import decode_player_command
from watchium.protocol.commands import Command, IdempotentCommand
from watchium.protocol.errors import CloseCode, RateLimited, Refused, Stale, TooManyConnections, Unavailable
from watchium.protocol.events import Ack
from watchium.protocol.player_commands import (
    AudioFocusRequest,
    DeviceRef,
    PlayerSync,
    PositionReport,
    PreviewDevice,
    ReportPosition,
    RequestAudioFocus,
)
from watchium.protocol.player_events import (
    DevicePreviewed,
    PlayerHead,
    PlayerHeadState,
    PlayerSynced,
    PlayerWelcome,
)
from watchium.realtime import hub
from watchium.realtime.frames import frame_of
from watchium.realtime.groups import device_group, devices_group, person_group
from watchium.services.room_snapshot import limits as limits_of
from watchium.shared_state import rate_limits

LONGEST_TAB = 40


class PlayerConsumer(Socket):
    """A tab of a device. `account`: the person's whose account is signed in there, None without one."""

    device_id: str
    account: int | None = None
    tab: str = ""
    sounds = False  # as the server keeps it, for tabs that cannot settle it themselves

    def decode(self, text: str) -> Command:
        return decode_player_command(text)

    async def on_connect(self, identity: Identity) -> None:
        liveness.start_listening(server_clock.now_ms())
        self.device_id = devices.device_of(identity)
        self.account = devices.account_of(identity)
        self.tab = self.query.get("tab", "")[:LONGEST_TAB]
        sounding = self.query.get("sounding") == "1"
        name = browser_name(header(self.scope, b"user-agent"))
        await self._listen_to_its_groups(identity)
        # Whoever signs in or out from here on ends this socket; who did before is seen now.
        if (await self._identity()).person != identity.person:
            raise Unavailable
        greeting = await in_database(
            session.welcome,
            self.device_id,
            self.account,
            name,
            limits_of(len(self.live)),
            is_playing_tab=sounding,
        )
        self.sounds = greeting.sounding is not None and greeting.sounding == self.tab
        revision = greeting.state.revision
        welcome = PlayerWelcome(
            room_id=None, timestamp=server_clock.now_ms(), revision=revision, payload=greeting
        )
        self.send_queue.send_first(frame_of(welcome))

    async def _listen_to_its_groups(self, identity: Identity) -> None:
        """Before the player is read: what happens in between is told after the welcome."""
        group = device_group(self.device_id)
        await self.join_group(group)
        if len(hub.hub().groups[group]) > settings.MAX_SOCKETS_PER_DEVICE:
            raise TooManyConnections
        if identity.person is not None:
            await self.join_group(person_group(identity.person.pk))
        if self.account is not None:
            await self.join_group(devices_group(self.account))

    async def on_disconnect(self) -> None:
        if self.sounds and not self._is_back():
            await in_database(audio_focus.release_audio_focus, self.device_id, self.tab)

    def _is_back(self) -> bool:
        """Over another line; this one was only found dead by now."""
        return any(
            isinstance(other, PlayerConsumer)
            and other is not self
            and (other.device_id, other.tab) == (self.device_id, self.tab)
            for other in hub.hub().groups.get(device_group(self.device_id), ())
        )

    def close_code_for(self, problem: Refused) -> int:
        if isinstance(problem, TooManyConnections):
            return CloseCode.TOO_MANY
        return super().close_code_for(problem)

    async def handle(self, command: Any) -> None:
        rate_limits.spend_locally("command", self.device_id, server_clock.now_ms())
        match command:
            case IdempotentCommand():
                await self._carry_out(command)
            case ReportPosition(payload=heard):
                await self._note(heard)
            case PlayerSync(payload=missed):
                self._spend("player_question")
                await self._tell_what_stands(missed.since)
            case PreviewDevice(payload=which):
                self._spend("player_question")
                await self._show(which)
            case RequestAudioFocus(payload=asked):
                self._spend("player_question")
                await self._give_sound(asked)

    def _spend(self, what: str) -> None:
        if wait_ms := self.buckets.wait_ms(what, rate_limits.limit(what), server_clock.now_ms()):
            raise RateLimited(retry_after_ms=wait_ms)

    async def _carry_out(self, command: IdempotentCommand) -> None:
        try:
            deed = in_database(actions.dispatch, self.device_id, command, account=self.account)
            accepted = await with_timeout(deed)
        except Stale as stale:
            self.send_error(stale, command.event_id)
            await self._tell_all()
            return
        self.send_event(Ack(room_id=None, timestamp=server_clock.now_ms(), payload=accepted))

    async def _note(self, heard: PositionReport) -> None:
        self._spend("position")
        liveness.record_report(self.device_id, server_clock.now_ms())
        if not await with_timeout(in_database(session.report_position, self.device_id, heard)):
            await (
                self._tell_all()
            )  # it plays what is not on, or was placed or paused while this was on its way

    async def _show(self, which: DeviceRef) -> None:
        other = await with_timeout(
            in_database(devices.preview_device, self.account, self.device_id, which.device)
        )
        self.send_event(DevicePreviewed(room_id=None, timestamp=server_clock.now_ms(), payload=other))

    async def _give_sound(self, asked: AudioFocusRequest) -> None:
        holder = await with_timeout(in_database(audio_focus.request_audio_focus, self.device_id, asked))
        self.sounds = holder == self.tab

    async def _tell_what_stands(self, since: int) -> None:
        revision = await with_timeout(in_database(queries.revision_of, self.device_id))
        if revision != since:
            await self._tell_all()
            return
        state = PlayerHeadState(revision=revision)
        self.send_event(PlayerHead(room_id=None, timestamp=server_clock.now_ms(), payload=state))

    async def _tell_all(self) -> None:
        whole = await with_timeout(in_database(queries.snapshot, self.device_id, is_playing_tab=True))
        revision = whole.state.revision
        self.send_event(
            PlayerSynced(room_id=None, timestamp=server_clock.now_ms(), revision=revision, payload=whole)
        )
