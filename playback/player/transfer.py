"""Taking the queue of another device of the account over, and forgetting one."""

from __future__ import annotations

from functools import partial

from django.db import transaction

from playback.domain.queue import Entry, Queue
from playback.models import DevicePlayer
from playback.player.broadcast import tell_devices
from playback.player.command import Turn, finish, settle
from playback.player.devices import other_device
from playback.player.liveness import is_stale
from watchium.protocol.errors import CloseCode
from watchium.protocol.player import DeviceRef, TransferRequest
from watchium.realtime import broadcast


def transfer_here(turn: Turn, asked: TransferRequest) -> None:
    """`replace`: its queue, its track and its place, and it stops there. `merge`: its queue behind the one here."""
    there = other_device(turn.account, turn.player.device_id, asked.device)
    theirs = _renamed(there.queue, turn)
    if asked.how == "merge":
        mine = turn.queue
        turn.order(Queue((*mine.entries, *theirs.entries), mine.current or theirs.current))
        return
    plays = there.is_playing and not is_stale(there, turn.now_ms)
    position_s = there.position_at(turn.now_ms) if plays else there.position
    turn.order(theirs)
    turn.place(position_s)
    turn.player.rate, turn.player.repeat = there.rate, there.repeat
    turn.player.is_playing = plays and theirs.on is not None
    if there.is_playing:
        # Not inside: two devices that take over from each other would wait for each other.
        transaction.on_commit(partial(_stop, there.device_id, turn.now_ms))


def _renamed(queue: Queue, turn: Turn) -> Queue:
    """The same entries under names of this player's."""
    names = {entry.id: f"{turn.revision}.{place}" for place, entry in enumerate(queue.entries)}
    entries = tuple(Entry(names[entry.id], entry.item) for entry in queue.entries)
    return Queue(entries, names.get(queue.current or ""))


@transaction.atomic
def _stop(device_id: str, now_ms: float) -> None:
    turn = Turn.begin(device_id, now_ms)
    settle(turn)
    if turn.player.is_playing:
        turn.hold_at(turn.position_s)
        turn.player.is_playing = False
    finish(turn)


def forget_device(turn: Turn, which: DeviceRef) -> None:
    """Its queue is gone. Its tabs, where some are open, begin anew."""
    there = other_device(turn.account, turn.player.device_id, which.device)
    transaction.on_commit(partial(_forget, there.device_id))


@transaction.atomic
def _forget(device_id: str) -> None:
    player = DevicePlayer.objects.locked(device_id)
    player.delete()
    broadcast.close_device(device_id, CloseCode.RESTART)
    tell_devices(player.person_id)
