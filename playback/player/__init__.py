"""A device's player: the same in every tab, found again after the browser was closed."""

from playback.player.actions import DEEDS, dispatch
from playback.player.audio_focus import give_sound_back, take_sound
from playback.player.devices import account_of, device_of, devices_of, hand_device, handle_of, look_at
from playback.player.liveness import heard, listen
from playback.player.serializers import state_of, whole
from playback.player.session import greet, note_position, read, revision_of
from playback.player.user_agent import name_of_browser

__all__ = [
    "DEEDS",
    "account_of",
    "device_of",
    "devices_of",
    "dispatch",
    "give_sound_back",
    "greet",
    "hand_device",
    "handle_of",
    "heard",
    "listen",
    "look_at",
    "name_of_browser",
    "note_position",
    "read",
    "revision_of",
    "state_of",
    "take_sound",
    "whole",
]
