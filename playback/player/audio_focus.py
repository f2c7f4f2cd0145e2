"""Which tab of a device sounds, for browsers that cannot settle it among their tabs (no Web Locks without https)."""

from __future__ import annotations

from django.db import transaction
from msgspec import UNSET

from playback.models import DevicePlayer
from watchium import server_clock
from watchium.protocol.player import AudioFocusChanged, AudioFocusRequest, AudioFocusState
from watchium.realtime import broadcast


@transaction.atomic
def take_sound(device_id: str, asked: AudioFocusRequest) -> str | None:
    """Give a tab the sound, or take it back; who has it then.

    Who asks in place of a tab that has lost it meanwhile comes too late.
    """
    player = DevicePlayer.objects.locked(device_id)
    if asked.want:
        too_late = asked.instead_of is not UNSET and asked.instead_of != player.sounding
        sounding = player.sounding if too_late else asked.tab
    else:
        sounding = None if player.sounding == asked.tab else player.sounding
    DevicePlayer.objects.give_sound(device_id, sounding)
    told = AudioFocusChanged(
        room_id=None, timestamp=server_clock.now_ms(), payload=AudioFocusState(tab=sounding)
    )
    broadcast.to_device(device_id, told)
    return sounding


def give_sound_back(device_id: str, tab: str) -> None:
    """The tab is gone."""
    take_sound(device_id, AudioFocusRequest(tab=tab, want=False))
