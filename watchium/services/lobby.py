"""The lobby: public live rooms, and the number of people online."""

from __future__ import annotations

from playback.models import Playback
from rooms.models import Connection, Member, Room
from watchium.protocol.events import LobbyRoom, LobbyState

ROOMS = 50


def lobby_state() -> LobbyState:
    rooms = list(Room.objects.listed(ROOMS))
    pks = [room.pk for room in rooms]
    playing = Playback.objects.in_bulk(pks, field_name="room_id")
    hosts = Member.objects.host_names(pks)
    cards = [
        LobbyRoom(
            room_id=room.room_id,
            title=room.title,
            viewers=room.viewers,  # type: ignore[attr-defined]  # annotated by `listed`
            playing=_title(playing.get(room.pk)),
            host=hosts.get(room.pk),
            cover=room.cover,
        )
        for room in rooms
    ]
    return LobbyState(rooms=cards, online=Connection.objects.people_online())


def _title(playback: Playback | None) -> str | None:
    media = playback.current_media if playback else None
    return media.title if media else None
