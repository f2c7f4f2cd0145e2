"""Which public rooms are live, and how many people are about."""

from __future__ import annotations

from playback.questions import titles_playing
from rooms.models import Connection, Member, Room
from watchium.wire.messages import LobbyRoom, LobbyState

ROOMS = 50


def lobby_state() -> LobbyState:
    rooms = list(Room.objects.listed(ROOMS))
    playing = titles_playing([room.pk for room in rooms])
    hosts = Member.objects.host_names([room.pk for room in rooms])
    cards = [
        LobbyRoom(
            room_id=room.room_id,
            title=room.title,
            viewers=room.viewers,  # type: ignore[attr-defined]  # annotated by `listed`
            playing=playing.get(room.pk),
            host=hosts.get(room.pk),
        )
        for room in rooms
    ]
    return LobbyState(rooms=cards, online=Connection.objects.people_online())
