"""A device's player: the same in every tab, found again after the browser was closed."""

from playback.player.deeds import DEEDS, carry_out
from playback.player.devices import account_of, device_of, devices_of, hand_device, handle_of, look_at
from playback.player.facts import state_of, whole
from playback.player.hearing import heard, listen
from playback.player.names import name_of_browser
from playback.player.reading import greet, note_position, read, revision_of
from playback.player.sound import give_sound_back, take_sound

__all__ = [
    "DEEDS",
    "account_of",
    "carry_out",
    "device_of",
    "devices_of",
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
