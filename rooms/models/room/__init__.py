"""Rooms, those that are due, and what prepared queries read of a room and a person."""

from rooms.models.room.room import PERSON, ROOM, ROOM_WITH_FILTER, Room, RoomHead, RoomQuerySet

__all__ = ["PERSON", "ROOM", "ROOM_WITH_FILTER", "Room", "RoomHead", "RoomQuerySet"]
