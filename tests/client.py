"""The client library with the verbs of the test DSL: `say` sends a command, `hear` waits for an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from watchium.client import Client as LibraryClient
from watchium.client import PlayerClient as LibraryPlayerClient
from watchium.client import RoomClient as LibraryRoomClient

if TYPE_CHECKING:
    from contextlib import _AsyncGeneratorContextManager

    from watchium.client import Resume


class RoomClient(LibraryRoomClient):
    say = LibraryRoomClient.request
    hear = LibraryRoomClient.wait_for


class PlayerClient(LibraryPlayerClient):
    say = LibraryPlayerClient.request
    hear = LibraryPlayerClient.wait_for


class Client(LibraryClient):
    room_client = RoomClient
    player_client = PlayerClient

    if TYPE_CHECKING:  # the library yields the classes above

        def enter(
            self, room_id: str, *, resume: Resume | None = None
        ) -> _AsyncGeneratorContextManager[RoomClient]: ...

        def player(
            self, tab: str = "program", *, sounding: bool = False
        ) -> _AsyncGeneratorContextManager[PlayerClient]: ...
