"""Actions on rooms: each changes the database in one transaction, and its events are published on commit."""

from rooms.actions.dispatch import handle_command
from rooms.actions.epoch import begin_epoch, suspect_restore
from rooms.actions.hosting import claim_host, request_control, set_successor, transfer_host
from rooms.actions.knocking import waiting_list
from rooms.actions.membership import join, leave
from rooms.actions.moderation import ban, lift_ban, remove, set_moderator
from rooms.actions.naming import rename
from rooms.actions.presence import (
    connect,
    disconnect,
    due,
    grant_fresh_leases,
    reconnect_person,
    record_poll,
    renew,
    revoke_token,
)
from rooms.actions.rights import set_right, set_who_adds
from rooms.actions.room import close_room, create_guest, create_room, update_room

__all__ = [
    "ban",
    "begin_epoch",
    "claim_host",
    "close_room",
    "connect",
    "create_guest",
    "create_room",
    "disconnect",
    "due",
    "grant_fresh_leases",
    "handle_command",
    "join",
    "leave",
    "lift_ban",
    "reconnect_person",
    "record_poll",
    "remove",
    "rename",
    "renew",
    "request_control",
    "revoke_token",
    "set_moderator",
    "set_right",
    "set_successor",
    "set_who_adds",
    "suspect_restore",
    "transfer_host",
    "update_room",
    "waiting_list",
]
