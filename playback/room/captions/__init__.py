"""Captions that a member who controls the room gives to everyone: a file kept with the room, or an address."""
