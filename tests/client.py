"""The client library with the verbs of the test DSL: `say` sends a command, `hear` waits for an event."""

from __future__ import annotations

from watchium.client import Client as LibraryClient
from watchium.client import PlayerClient as LibraryPlayerClient
from watchium.client import RoomClient as LibraryRoomClient


class RoomClient(LibraryRoomClient):
    say = LibraryRoomClient.request
    hear = LibraryRoomClient.wait_for


class PlayerClient(LibraryPlayerClient):
    say = LibraryPlayerClient.request
    hear = LibraryPlayerClient.wait_for


class Client(LibraryClient):
    room_client = RoomClient
    player_client = PlayerClient
