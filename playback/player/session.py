"""A tab's session: the welcome it gets when it connects, and the position reports of the playing tab."""

from __future__ import annotations

from django.db import transaction

from playback.models import DevicePlayer, PlayerHistory
from playback.models.device_player import StoredPosition
from playback.player import liveness, serializers
from playback.player.broadcast import broadcast_devices
from playback.player.command import PlayerTransaction, commit, pause_if_stale
from playback.player.devices import devices_of, handle_of
from playback.player.liveness import LEAVE_GRACE_MS, TIMEOUT_MS, is_stale
from watchium import server_clock
from watchium.protocol.player_commands import PositionReport
from watchium.protocol.player_events import PlayerWelcomeState, PositionReported, PositionState
from watchium.protocol.types import Limits
from watchium.realtime import broadcast


def welcome(
    device_id: str, account: int | None, name: str, limits: Limits, *, is_playing_tab: bool = False
) -> PlayerWelcomeState:
    now_ms = server_clock.now_ms()
    player, history = _load(device_id, is_playing_tab, now_ms)
    if is_playing_tab:
        DevicePlayer.objects.record_report(device_id, now_ms)
    _record_visit(player, account, name, now_ms)
    snapshot = serializers.snapshot_of(player, history)
    return PlayerWelcomeState(
        state=snapshot.state,
        items=snapshot.items,
        device=handle_of(device_id),
        devices=devices_of(account) if account is not None else [],
        sounding=player.sounding,
        limits=limits,
        clock_id=server_clock.clock_id(),
    )


def report_position(device_id: str, report: PositionReport, now_ms: float | None = None) -> bool:
    """Save the position of the playing tab and broadcast it.

    Return False if another track is current, the player is paused, or it was seeked since.
    """
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    revision = DevicePlayer.objects.save_position(device_id, _stored_position(device_id, report, now_ms))
    if revision is None:
        return False
    state = PositionState(
        entry_id=report.entry_id,
        position=report.position,
        tab=report.tab,
        revision=revision,
        duration=report.duration,
    )
    broadcast.to_device(device_id, PositionReported(room_id=None, timestamp=now_ms, payload=state))
    return True


def _stored_position(device_id: str, report: PositionReport, now_ms: float) -> StoredPosition:
    if report.leaving:
        liveness.record_leaving(device_id)
    heard_ms = now_ms - TIMEOUT_MS + LEAVE_GRACE_MS if report.leaving else now_ms
    revision = 2**53 if report.revision is None else report.revision
    return StoredPosition(report.entry_id, report.position, revision, now_ms, heard_ms)


def _load(device_id: str, is_playing_tab: bool, now_ms: float) -> tuple[DevicePlayer, PlayerHistory]:
    player = DevicePlayer.objects.of(device_id)
    if player.pk is None:
        player = DevicePlayer.objects.get_or_create(device_id=device_id)[0]
    if is_stale(player, now_ms) and not is_playing_tab:
        return _pause_stale(device_id, now_ms)
    return player, PlayerHistory.objects.of(player)


@transaction.atomic
def _pause_stale(device_id: str, now_ms: float) -> tuple[DevicePlayer, PlayerHistory]:
    tx = PlayerTransaction.begin(device_id, now_ms)
    pause_if_stale(tx.player, now_ms)
    commit(tx)
    return tx.player, tx.history


def _record_visit(player: DevicePlayer, account: int | None, name: str, now_ms: float) -> None:
    """Store the account and the browser, so that the account sees its devices."""
    changed = (player.person_id, player.name) != (account, name)
    DevicePlayer.objects.record_visit(player.device_id, account, name, now_ms)
    if changed:
        broadcast_devices(account)
        if player.person_id != account:
            broadcast_devices(player.person_id)
