"""A device's player over HTTP: read it, change it, and say from a page that goes where it was."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from msgspec import UNSET, Meta, UnsetType
from rest_framework.request import Request

from playback import player
from playback.domain.queue import Queue
from playback.player.command import Asked, Turn, take
from rooms.api_view import RoomAPIView, answer
from watchium import server_clock
from watchium.protocol.codec import decode_player_command
from watchium.protocol.commands import IdempotentCommand
from watchium.protocol.errors import BadMessage
from watchium.protocol.events import Accepted, Problem
from watchium.protocol.player import MAX_QUEUE, DeviceState, ItemId, PlayerSnapshot, PositionReport, Repeat
from watchium.protocol.types import EventId, Rate, Revision, Seconds
from watchium.protocol.validation import validation_error
from watchium.shared_state import rate_limits


class WithDevices(PlayerSnapshot, frozen=True, kw_only=True):
    """`timestamp`: server time of the answer."""

    devices: list[DeviceState]
    timestamp: float
    clock_id: str


class PlayerPatch(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """What is left out stays. `item_ids` replaces the queue; `on` is a place in it, from 0, null for none."""

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


class PlayerDoorway(RoomAPIView):
    @property
    def device_id(self) -> str:
        """Raises NotMember for a browser that never had a page of ours, RateLimited after many commands."""
        device_id = player.device_of(self.identity)
        self.count_command(device_id)
        return device_id

    @property
    def account(self) -> int | None:
        return player.account_of(self.identity)


class OnePlayer(PlayerDoorway):
    @extend_schema(
        operation_id="player",
        responses={200: WithDevices, "4XX": Problem},
        description="My device's player. A program has one for its person.",
    )
    def get(self, request: Request) -> HttpResponse:
        return answer(self._whole())

    @extend_schema(
        operation_id="player_change",
        request=PlayerPatch,
        responses={200: WithDevices, "4XX": Problem},
        description="Say what it is to be. Refused as `stale` where anything changed since `base_revision`.",
    )
    def patch(self, request: Request) -> HttpResponse:
        changes = self.body(PlayerPatch)
        asked = Asked("patch", changes.event_id, changes)
        take(self.device_id, asked, lambda turn: change(turn, changes), self.account)
        return answer(self._whole())

    def _whole(self) -> WithDevices:
        whole, account = player.read(self.device_id), self.account
        devices = player.devices_of(account) if account is not None else []
        return WithDevices(
            state=whole.state,
            items=whole.items,
            devices=devices,
            timestamp=server_clock.now_ms(),
            clock_id=server_clock.clock_id(),
        )


def change(turn: Turn, changes: PlayerPatch) -> None:
    turn.must_be_as_of(changes.base_revision)
    if changes.item_ids is not UNSET:
        turn.order(Queue(tuple(turn.entries_of(changes.item_ids))))
    if changes.on is not UNSET:
        turn.become(Queue(turn.queue.entries, _entry_at(turn.queue, changes.on)))
    if changes.position is not UNSET:
        turn.place(changes.position)
    if changes.rate is not UNSET:
        turn.hold_at(turn.position_s)
        turn.player.rate = changes.rate
    if changes.repeat is not UNSET:
        turn.player.repeat = changes.repeat
    if changes.is_playing is not UNSET:
        turn.hold_at(turn.position_s)
        turn.player.is_playing = changes.is_playing and turn.queue.on is not None


def _entry_at(queue: Queue, place: int | None) -> str | None:
    if place is None:
        return None
    if place >= len(queue):
        raise BadMessage(f"The queue has {len(queue)} entries: `on` is out of it")
    return queue.entries[place].id


class Control(PlayerDoorway):
    @extend_schema(
        operation_id="player_control",
        request=Anything,
        responses={200: Accepted, "4XX": Problem},
        description="One command of `/ws/player/`, the same envelope and the same deed as over the socket.",
    )
    def post(self, request: Request) -> HttpResponse:
        said = self.body(Anything)
        try:
            command = decode_player_command(msgspec.json.encode(said))
        except msgspec.MsgspecError as error:
            raise validation_error(error) from None
        if not isinstance(command, IdempotentCommand):
            raise BadMessage(f"`{said.type}` is for sockets only")
        return answer(player.dispatch(self.device_id, command, account=self.account))


class LastPosition(PlayerDoorway):
    @extend_schema(
        operation_id="player_position",
        request=PositionReport,
        responses={204: None, "4XX": Problem},
        description="Where the tab that sounds is: for a page that is being left.",
    )
    def post(self, request: Request) -> HttpResponse:
        heard = self.body(PositionReport)
        device_id = self.device_id
        rate_limits.spend("position", device_id, server_clock.now_ms())
        player.note_position(device_id, heard)
        return HttpResponse(status=204)
