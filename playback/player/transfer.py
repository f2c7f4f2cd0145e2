"""Transfer the queue of another device of the account to this one, and forget a device."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from playback.domain.queue import Entry, Queue
from playback.models import DevicePlayer
from playback.player.broadcast import broadcast_devices
from playback.player.command import PlayerTransaction, commit, pause_if_stale
from playback.player.devices import other_device
from playback.player.liveness import is_stale
from watchium.protocol.errors import CloseCode
from watchium.protocol.player_commands import DeviceRef, TransferRequest
from watchium.realtime import broadcast


def transfer_here(tx: PlayerTransaction, request: TransferRequest) -> None:
    """`replace`: take the queue, track and position, and pause the other device. `merge`: append its queue here."""
    other = other_device(tx.account, tx.player.device_id, request.device)
    queue = _with_new_ids(other.queue, tx)
    if request.how == "merge":
        own = tx.queue
        tx.change_queue(Queue((*own.entries, *queue.entries), own.current or queue.current))
        return
    plays = other.is_playing and not is_stale(other, tx.now_ms)
    position_s = other.position_at(tx.now_ms) if plays else other.position
    tx.change_queue(queue)
    tx.seek(position_s)
    tx.player.rate, tx.player.repeat = other.rate, other.repeat
    tx.player.is_playing = plays and queue.current_entry is not None
    if other.is_playing:
        # After the commit: two devices that transfer from each other would wait for each other's lock.
        transaction.on_commit(partial(_pause, other.device_id, tx.now_ms))


def _with_new_ids(queue: Queue[Entry], tx: PlayerTransaction) -> Queue[Entry]:
    """Return the same entries under ids of this player."""
    ids = {entry.id: f"{tx.revision}.{index}" for index, entry in enumerate(queue.entries)}
    entries = tuple(Entry(ids[entry.id], entry.item) for entry in queue.entries)
    return Queue(entries, ids.get(queue.current or ""))


@transaction.atomic
def _pause(device_id: str, now_ms: float) -> None:
    tx = PlayerTransaction.begin(device_id, now_ms)
    pause_if_stale(tx.player, now_ms)
    if tx.player.is_playing:
        tx.rebase(tx.position_s)
        tx.player.is_playing = False
    commit(tx)


def forget_device(tx: PlayerTransaction, request: DeviceRef) -> None:
    """Delete the queue of a device. Its open tabs start with an empty one."""
    other = other_device(tx.account, tx.player.device_id, request.device)
    transaction.on_commit(partial(_forget, other.device_id))


@transaction.atomic
def _forget(device_id: str) -> None:
    player = DevicePlayer.objects.locked(device_id)
    player.delete()
    broadcast.close_device(device_id, CloseCode.RESTART)
    broadcast_devices(player.person_id)
