"""A device's player over HTTP: read it, change it, and report the last position of a page that is left."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from playback.domain.queue import Entry, Queue
from playback.player import actions, devices, queries, session
from playback.player.command import PlayerCommand, PlayerTransaction, run
from playback.player.history import recorded
from rooms.api_view import RoomAPIView, json_response
from watchium import server_clock
from watchium.protocol.codec import decode_player_command
from watchium.protocol.commands import IdempotentCommand
from watchium.protocol.errors import BadMessage
from watchium.protocol.player_commands import PositionReport
from watchium.protocol.player_events import PlayerSnapshot
from watchium.protocol.player_types import MAX_QUEUE, DeviceState, Repeat
from watchium.protocol.replies import Accepted, Problem
from watchium.protocol.types import EventId, ItemId, Rate, Revision, Seconds
from watchium.protocol.validation import validation_error
from watchium.shared_state import rate_limits


class WithDevices(PlayerSnapshot, frozen=True, kw_only=True):
    """`timestamp`: server time of the response."""

    devices: list[DeviceState]
    timestamp: float
    clock_id: str


class PlayerPatch(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Omitted fields stay. `item_ids` replaces the queue; `on` is the index of the current entry, null for none."""

    base_revision: Revision
    event_id: EventId
    item_ids: Annotated[list[ItemId], Meta(max_length=MAX_QUEUE)] | UnsetType = UNSET
    on: Annotated[int, Meta(ge=0, le=MAX_QUEUE - 1)] | UnsetType | None = UNSET
    position: Seconds | UnsetType = UNSET
    is_playing: bool | UnsetType = UNSET
    rate: Rate | UnsetType = UNSET
    repeat: Repeat | UnsetType = UNSET


class Anything(msgspec.Struct, frozen=True):
    """The socket's own envelope: `type`, `event_id`, `payload`."""

    type: str
    event_id: str
    payload: dict[str, Any] = {}


class PlayerAPIView(RoomAPIView):
    @property
    def device_id(self) -> str:
        """Raises NotMember for a browser that never opened a page here, RateLimited after many commands."""
        device_id = devices.device_of(self.identity)
        self.limit_commands(device_id)
        return device_id

    @property
    def account(self) -> int | None:
        return devices.account_of(self.identity)

    @property
    def person(self) -> int | None:
        person = self.identity.person
        return None if person is None else person.pk


class OnePlayer(PlayerAPIView):
    @extend_schema(
        operation_id="player",
        responses={200: WithDevices, "4XX": Problem},
        description="The player of your device. A program has one for its person.",
    )
    def get(self, request: Request) -> HttpResponse:
        return json_response(self._state())

    @extend_schema(
        operation_id="player_change",
        request=PlayerPatch,
        responses={200: WithDevices, "4XX": Problem},
        description="Change the player. Refused as `stale` if anything changed since `base_revision`.",
    )
    def patch(self, request: Request) -> HttpResponse:
        changes = self.body(PlayerPatch)
        command = PlayerCommand("patch", changes.event_id, changes)
        run(self.device_id, command, recorded(self.person, lambda tx: change(tx, changes)), self.account)
        return json_response(self._state())

    def _state(self) -> WithDevices:
        snapshot, account = queries.snapshot(self.device_id), self.account
        return WithDevices(
            state=snapshot.state,
            items=snapshot.items,
            devices=devices.devices_of(account) if account is not None else [],
            timestamp=server_clock.now_ms(),
            clock_id=server_clock.clock_id(),
        )


def change(tx: PlayerTransaction, changes: PlayerPatch) -> None:
    tx.require_revision(changes.base_revision)
    if changes.item_ids is not UNSET:
        tx.change_queue(Queue(tuple(tx.new_entries(changes.item_ids))))
    if changes.on is not UNSET:
        tx.set_state(Queue(tx.queue.entries, _entry_at(tx.queue, changes.on)))
    if changes.position is not UNSET:
        tx.seek(changes.position)
    if changes.rate is not UNSET:
        tx.rebase(tx.position_s)
        tx.player.rate = changes.rate
    if changes.repeat is not UNSET:
        tx.player.repeat = changes.repeat
    if changes.is_playing is not UNSET:
        tx.rebase(tx.position_s)
        tx.player.is_playing = changes.is_playing and tx.queue.current_entry is not None


def _entry_at(queue: Queue[Entry], index: int | None) -> str | None:
    if index is None:
        return None
    if index >= len(queue):
        raise BadMessage(detail=f"The queue has {len(queue)} entries: `on` is out of it")
    return queue.entries[index].id


class PlayerControl(PlayerAPIView):
    @extend_schema(
        operation_id="player_control",
        request=Anything,
        responses={200: Accepted, "4XX": Problem},
        description="One command of `/ws/player/`: the same envelope and the same action as over the socket.",
    )
    def post(self, request: Request) -> HttpResponse:
        message = self.body(Anything)
        try:
            command = decode_player_command(msgspec.json.encode(message))
        except msgspec.MsgspecError as error:
            raise validation_error(error) from None
        if not isinstance(command, IdempotentCommand):
            raise BadMessage(f"`{message.type}` is for sockets only")
        return json_response(
            actions.dispatch(self.device_id, command, account=self.account, person=self.person)
        )


class LastPosition(PlayerAPIView):
    @extend_schema(
        operation_id="player_position",
        request=PositionReport,
        responses={204: None, "4XX": Problem},
        description="The position of the playing tab, sent when its page is left.",
    )
    def post(self, request: Request) -> HttpResponse:
        report = self.body(PositionReport)
        device_id = self.device_id
        rate_limits.spend("position", device_id, server_clock.now_ms())
        session.report_position(device_id, report)
        return HttpResponse(status=204)
