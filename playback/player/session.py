"""What a tab is told on arriving, and where the tab that sounds says it is."""

from __future__ import annotations

from django.db import transaction

from playback.models import DevicePlayer, PlayerHistory
from playback.models.device_player import Here
from playback.player import liveness, serializers
from playback.player.broadcast import tell_devices
from playback.player.command import Turn, finish, settle, stand_still
from playback.player.devices import devices_of, handle_of
from playback.player.liveness import LEFT_MS, SILENT_MS, is_stale
from watchium import server_clock
from watchium.protocol.player import (
    PlayerSnapshot,
    PlayerWelcomeState,
    PositionReport,
    PositionReported,
    PositionState,
)
from watchium.protocol.types import Limits
from watchium.realtime import broadcast


def read(device_id: str, *, sounding: bool = False, now_ms: float | None = None) -> PlayerSnapshot:
    """The player as it is. `sounding`: asked by the tab that plays, back after its connection was lost."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    player = DevicePlayer.objects.of(device_id)
    if not sounding:
        stand_still(player, now_ms)  # as it will be stored with the next change: reading stores nothing
    return serializers.whole(player, PlayerHistory.objects.of(player))


def revision_of(device_id: str) -> int:
    return DevicePlayer.objects.revision_of(device_id)


def greet(
    device_id: str, account: int | None, name: str, limits: Limits, *, sounding: bool = False
) -> PlayerWelcomeState:
    now_ms = server_clock.now_ms()
    player, history = _found(device_id, sounding, now_ms)
    if sounding:
        DevicePlayer.objects.note_heard(device_id, now_ms)
    _meet(player, account, name, now_ms)
    whole = serializers.whole(player, history)
    return PlayerWelcomeState(
        state=whole.state,
        items=whole.items,
        device=handle_of(device_id),
        devices=devices_of(account) if account is not None else [],
        sounding=player.sounding,
        limits=limits,
        clock_id=server_clock.clock_id(),
    )


def note_position(device_id: str, heard: PositionReport, now_ms: float | None = None) -> bool:
    """Save where the tab that sounds is and tell the others. False: something else is on, or it is paused."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    revision = DevicePlayer.objects.save_position(device_id, _here(device_id, heard, now_ms))
    if revision is None:
        return False
    state = PositionState(
        entry_id=heard.entry_id,
        position=heard.position,
        tab=heard.tab,
        revision=revision,
        duration=heard.duration,
    )
    broadcast.to_device(device_id, PositionReported(room_id=None, timestamp=now_ms, payload=state))
    return True


def _here(device_id: str, heard: PositionReport, now_ms: float) -> Here:
    if heard.leaving:
        liveness.left(device_id)
    heard_ms = now_ms - SILENT_MS + LEFT_MS if heard.leaving else now_ms
    revision = 2**53 if heard.revision is None else heard.revision
    return Here(heard.entry_id, heard.position, revision, now_ms, heard_ms)


def _found(device_id: str, sounding: bool, now_ms: float) -> tuple[DevicePlayer, PlayerHistory]:
    player = DevicePlayer.objects.of(device_id)
    if player.pk is None:
        player = DevicePlayer.objects.get_or_create(device_id=device_id)[0]
    if is_stale(player, now_ms) and not sounding:
        return _settled(device_id, now_ms)
    return player, PlayerHistory.objects.of(player)


@transaction.atomic
def _settled(device_id: str, now_ms: float) -> tuple[DevicePlayer, PlayerHistory]:
    turn = Turn.begin(device_id, now_ms)
    settle(turn)
    finish(turn)
    return turn.player, turn.history


def _meet(player: DevicePlayer, account: int | None, name: str, now_ms: float) -> None:
    """Kept current, so that an account sees its devices: who is signed in there now, and by which browser."""
    news = (player.person_id, player.name) != (account, name)
    DevicePlayer.objects.meet(player.device_id, account, name, now_ms)
    if news:
        tell_devices(account)
        if player.person_id != account:
            tell_devices(player.person_id)
