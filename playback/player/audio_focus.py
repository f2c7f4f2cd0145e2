"""Audio focus: which tab of a device plays, for browsers without Web Locks (which need https)."""

from __future__ import annotations

from django.db import transaction
from msgspec import UNSET

from playback.models import DevicePlayer
from watchium import server_clock
from watchium.protocol.player_commands import AudioFocusRequest
from watchium.protocol.player_events import AudioFocusChanged, AudioFocusState
from watchium.realtime import broadcast


@transaction.atomic
def request_audio_focus(device_id: str, request: AudioFocusRequest) -> str | None:
    """Give audio focus to a tab, or take it from that tab. Return the tab that has it afterwards.

    A request to replace a tab that no longer has the focus comes too late and changes nothing.
    """
    player = DevicePlayer.objects.locked(device_id)
    if request.want:
        too_late = request.instead_of is not UNSET and request.instead_of != player.sounding
        focused = player.sounding if too_late else request.tab
    else:
        focused = None if player.sounding == request.tab else player.sounding
    DevicePlayer.objects.set_audio_focus(device_id, focused)
    event = AudioFocusChanged(
        room_id=None, timestamp=server_clock.now_ms(), payload=AudioFocusState(tab=focused)
    )
    broadcast.to_device(device_id, event)
    return focused


def release_audio_focus(device_id: str, tab: str) -> None:
    """Release the focus of a tab that was closed."""
    request_audio_focus(device_id, AudioFocusRequest(tab=tab, want=False))
