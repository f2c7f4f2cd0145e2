"""The socket of the personal player."""

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
from watchium.protocol.errors import CloseCode, Refused, Stale, TooManyConnections, Unavailable
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
from watchium.protocol.replies import Ack
from watchium.realtime import hub
from watchium.realtime.frames import frame_of
from watchium.realtime.groups import device_group, devices_group, person_group
from watchium.services.room_snapshot import limits as limits_of
from watchium.shared_state import rate_limits

MAX_TAB_CHARS = 40


class PlayerConsumer(Socket):
    """A tab of a device. `person` and `account` are primary keys; `account` is None for a guest."""

    device_id: str
    account: int | None = None
    person: int | None = None
    tab: str = ""
    has_audio_focus = False  # according to the server, for tabs that cannot agree among themselves

    def decode(self, text: str) -> Command:
        return decode_player_command(text)

    async def on_connect(self, identity: Identity) -> None:
        liveness.start_listening(server_clock.now_ms())
        self.device_id = devices.device_of(identity)
        self.account = devices.account_of(identity)
        self.person = None if identity.person is None else identity.person.pk
        self.tab = self.query.get("tab", "")[:MAX_TAB_CHARS]
        is_playing_tab = self.query.get("sounding") == "1"
        name = browser_name(header(self.scope, b"user-agent"))
        await self._join_groups(identity)
        # A later login or logout closes this socket; an earlier one is detected here.
        if (await self._identity()).person != identity.person:
            raise Unavailable
        greeting = await in_database(
            session.welcome,
            self.device_id,
            self.account,
            name,
            limits_of(len(self.live)),
            is_playing_tab=is_playing_tab,
        )
        self.has_audio_focus = greeting.sounding is not None and greeting.sounding == self.tab
        revision = greeting.state.revision
        welcome = PlayerWelcome(
            room_id=None, timestamp=server_clock.now_ms(), revision=revision, payload=greeting
        )
        self.send_queue.send_first(frame_of(welcome))

    async def _join_groups(self, identity: Identity) -> None:
        """Called before the player is read: events in between are sent after the welcome."""
        group = device_group(self.device_id)
        await self.join_group(group)
        if len(hub.hub().groups[group]) > settings.MAX_SOCKETS_PER_DEVICE:
            raise TooManyConnections
        if identity.person is not None:
            await self.join_group(person_group(identity.person.pk))
        if self.account is not None:
            await self.join_group(devices_group(self.account))

    async def on_disconnect(self) -> None:
        if self.has_audio_focus and not self._has_reconnected():
            await in_database(audio_focus.release_audio_focus, self.device_id, self.tab)

    def _has_reconnected(self) -> bool:
        """Whether the tab has a newer socket, and this one was only now found dead."""
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
                await self._handle_idempotent(command)
            case ReportPosition(payload=report):
                await self._record_position(report)
            case PlayerSync(payload=known):
                self._charge_now("player_question")
                await self._send_head(known.since)
            case PreviewDevice(payload=device):
                self._charge_now("player_question")
                await self._send_preview(device)
            case RequestAudioFocus(payload=request):
                self._charge_now("player_question")
                await self._request_audio_focus(request)

    def _charge_now(self, name: str) -> None:
        self._charge(name, server_clock.now_ms())

    async def _handle_idempotent(self, command: IdempotentCommand) -> None:
        try:
            action = in_database(
                actions.dispatch, self.device_id, command, account=self.account, person=self.person
            )
            accepted = await with_timeout(action)
        except Stale as stale:
            self.send_error(stale, command.event_id)
            await self._send_snapshot()
            return
        self.send_event(Ack(room_id=None, timestamp=server_clock.now_ms(), payload=accepted))

    async def _record_position(self, report: PositionReport) -> None:
        self._charge_now("position")
        liveness.record_report(self.device_id, server_clock.now_ms())
        if not await with_timeout(in_database(session.report_position, self.device_id, report)):
            # The tab plays another track, or a seek or pause crossed its report.
            await self._send_snapshot()

    async def _send_preview(self, device: DeviceRef) -> None:
        other = await with_timeout(
            in_database(devices.preview_device, self.account, self.device_id, device.device)
        )
        self.send_event(DevicePreviewed(room_id=None, timestamp=server_clock.now_ms(), payload=other))

    async def _request_audio_focus(self, request: AudioFocusRequest) -> None:
        holder = await with_timeout(in_database(audio_focus.request_audio_focus, self.device_id, request))
        self.has_audio_focus = holder == self.tab

    async def _send_head(self, since: int) -> None:
        revision = await with_timeout(in_database(queries.revision_of, self.device_id))
        if revision != since:
            await self._send_snapshot()
            return
        state = PlayerHeadState(revision=revision)
        self.send_event(PlayerHead(room_id=None, timestamp=server_clock.now_ms(), payload=state))

    async def _send_snapshot(self) -> None:
        snapshot = await with_timeout(in_database(queries.snapshot, self.device_id, is_playing_tab=True))
        revision = snapshot.state.revision
        self.send_event(
            PlayerSynced(room_id=None, timestamp=server_clock.now_ms(), revision=revision, payload=snapshot)
        )
