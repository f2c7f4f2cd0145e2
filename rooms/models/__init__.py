"""The tables of rooms, and the queries on them as QuerySet methods."""

from rooms.ids import ALPHABET, guest_id, hash_for_players, hash_passphrase, new_epoch, random_id
from rooms.models.account_names import AccountName
from rooms.models.choices import ControlPolicy, Role, Visibility
from rooms.models.companion import Companion
from rooms.models.connection import Connection
from rooms.models.guest_cleanup import abandoned_guests, has_open_room
from rooms.models.join_request import JoinRequest
from rooms.models.member import Member
from rooms.models.moderation import Ban, ModerationAct
from rooms.models.native_players import PlayerCode, PlayerGuest
from rooms.models.person import Person, Token, digest_of
from rooms.models.room import Room
from rooms.models.room_cover import Pictures, RoomCover
from rooms.models.server.clock_anchor import ClockAnchor
from rooms.models.server.leader import Pulse

__all__ = [
    "ALPHABET",
    "AccountName",
    "Ban",
    "ClockAnchor",
    "Companion",
    "Connection",
    "ControlPolicy",
    "JoinRequest",
    "Member",
    "ModerationAct",
    "Person",
    "Pictures",
    "PlayerCode",
    "PlayerGuest",
    "Pulse",
    "Role",
    "Room",
    "RoomCover",
    "Token",
    "Visibility",
    "abandoned_guests",
    "digest_of",
    "guest_id",
    "has_open_room",
    "hash_for_players",
    "hash_passphrase",
    "new_epoch",
    "random_id",
]
