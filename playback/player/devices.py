"""The devices of an account: what plays where, and taking it over from one to another."""

from __future__ import annotations

from hashlib import sha256

from django.utils.crypto import constant_time_compare, salted_hmac

from playback.models import DevicePlayer, MediaItem, PlayerHistory
from playback.player import serializers
from playback.player.liveness import is_stale
from rooms.access import Identity
from watchium import server_clock
from watchium.protocol.errors import CloseCode, NotFound, NotMember
from watchium.protocol.player import DevicePreview, DeviceState
from watchium.realtime import broadcast


def device_of(identity: Identity) -> str:
    """Whose player it is: the browser's, or for a program the one of its person.

    Raises NotMember for whoever is neither.
    """
    if identity.device_id:
        return identity.device_id
    if identity.person is None:
        raise NotMember("This browser has no player yet: open its page first.")
    return sha256(f"program of {identity.person.user_id}".encode()).hexdigest()[:16].upper()


def account_of(identity: Identity) -> int | None:
    """Guests have none: their devices stay apart."""
    person = identity.person
    return person.pk if person is not None and person.account_id is not None else None


def hand_device(device_id: str, account: int | None) -> None:
    """Somebody signed in there, or out. Its tabs come back as whoever that is now."""
    DevicePlayer.objects.belongs(device_id, account)
    broadcast.close_device(device_id, CloseCode.RESTART)


def handle_of(device_id: str) -> str:
    """What a device is called towards others: its own id stays with it."""
    return salted_hmac("watchium.device", device_id).hexdigest()[:16]


def devices_of(person_pk: int, now_ms: float | None = None) -> list[DeviceState]:
    """At most twenty, the one last used first. One that was closed while it played does not play."""
    now_ms = server_clock.now_ms() if now_ms is None else now_ms
    players = DevicePlayer.objects.of_person(person_pk)
    items = MediaItem.objects.by_ids(player.item for player in players if player.item is not None)
    return [_shown(player, items.get(player.item or 0), now_ms) for player in players]


def _shown(player: DevicePlayer, item: MediaItem | None, now_ms: float) -> DeviceState:
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
    """Another device of the same account. Raises NotFound."""
    players = DevicePlayer.objects.of_person(person_pk) if person_pk is not None else []
    for player in players:
        if player.device_id != device_id and constant_time_compare(handle_of(player.device_id), handle):
            return player
    raise NotFound("There is no such device any more.")


def look_at(person_pk: int | None, device_id: str, handle: str) -> DevicePreview:
    """What would be taken over from it."""
    player = other_device(person_pk, device_id, handle)
    history = PlayerHistory(player=player)  # what can be undone there is nobody's business here
    state = serializers.state_of(player, history)
    items = serializers.items_of(player.queue.entries)
    return DevicePreview(device=handle, name=player.name, state=state, items=items)
