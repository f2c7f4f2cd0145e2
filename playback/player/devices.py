"""The devices of an account: their identity, and what plays on each."""

from __future__ import annotations

from hashlib import sha256

from django.utils.crypto import constant_time_compare, salted_hmac

from playback.models import DevicePlayer, MediaItem, PlayerHistory
from playback.player import serializers
from playback.player.liveness import is_stale
from rooms.access import Identity
from watchium import server_clock
from watchium.protocol.errors import CloseCode, NotFound, NotMember
from watchium.protocol.player_events import DevicePreview
from watchium.protocol.player_types import DeviceState
from watchium.realtime import broadcast


def device_of(identity: Identity) -> str:
    """Return the browser's device id, or for a program the one derived from its person.

    Raises NotMember for a request that has neither.
    """
    if identity.device_id:
        return identity.device_id
    if identity.person is None:
        raise NotMember("This browser has no player yet: open its page first.")
    return sha256(f"program of {identity.person.user_id}".encode()).hexdigest()[:16].upper()


def account_of(identity: Identity) -> int | None:
    """Return the person's primary key, or None for guests, whose devices stay separate."""
    person = identity.person
    return person.pk if person is not None and person.account_id is not None else None


def assign_device(device_id: str, account: int | None) -> None:
    """Assign a device to the account that signed in there, or to none. Its tabs reconnect with the new identity."""
    DevicePlayer.objects.attach_account(device_id, account)
    broadcast.close_device(device_id, CloseCode.RESTART)


def handle_of(device_id: str) -> str:
    """Return the name of a device for other devices, which never learn its id."""
    return salted_hmac("watchium.device", device_id).hexdigest()[:16]


def devices_of(person_pk: int, now_ms: float | None = None) -> list[DeviceState]:
    """Return at most twenty devices, the last used first. One that was closed while playing is shown as paused."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    players = DevicePlayer.objects.of_person(person_pk)
    items = MediaItem.objects.by_ids(player.item for player in players if player.item is not None)
    return [_state_of(player, items.get(player.item or 0), now_ms) for player in players]


def _state_of(player: DevicePlayer, item: MediaItem | None, now_ms: float) -> DeviceState:
    return DeviceState(
        device=handle_of(player.device_id),
        name=player.name or "A program",
        is_playing=player.is_playing and not is_stale(player, now_ms),
        item=item.to_protocol() if item else None,
        position=player.position,
        at=player.at_ms,
        rate=player.rate,
        entries=player.count,
        seen_at=max(player.seen_ms, player.heard_ms),
    )


def other_device(person_pk: int | None, device_id: str, handle: str) -> DevicePlayer:
    """Return another device of the same account. Raises NotFound."""
    players = DevicePlayer.objects.of_person(person_pk) if person_pk is not None else []
    for player in players:
        if player.device_id != device_id and constant_time_compare(handle_of(player.device_id), handle):
            return player
    raise NotFound("There is no such device any more.")


def preview_device(person_pk: int | None, device_id: str, handle: str) -> DevicePreview:
    """Return what a transfer from this device would bring."""
    player = other_device(person_pk, device_id, handle)
    history = PlayerHistory(player=player)  # an empty one: its undo history is not shown here
    state = serializers.state_of(player, history)
    items = serializers.items_of(player.queue.entries)
    return DevicePreview(device=handle, name=player.name, state=state, items=items)
