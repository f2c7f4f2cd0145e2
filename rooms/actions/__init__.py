"""What people do with rooms: each deed changes the database in one transaction and tells the room when it commits."""

from rooms.actions.dispatch import command
from rooms.actions.epoch import begin_epoch, suspect_restore
from rooms.actions.hosting import ask_control, claim_host, transfer_host
from rooms.actions.membership import join, leave
from rooms.actions.moderation import ban, lift_ban, remove, set_moderator
from rooms.actions.presence import (
    disconnect,
    due,
    end_token,
    enter,
    grant_fresh_leases,
    polled,
    recheck,
    renew,
)
from rooms.actions.room import change_room, close_room, make_person, open_room, propose_name

__all__ = [
    "ask_control",
    "ban",
    "begin_epoch",
    "change_room",
    "claim_host",
    "close_room",
    "command",
    "disconnect",
    "due",
    "end_token",
    "enter",
    "grant_fresh_leases",
    "join",
    "leave",
    "lift_ban",
    "make_person",
    "open_room",
    "polled",
    "propose_name",
    "recheck",
    "remove",
    "renew",
    "set_moderator",
    "suspect_restore",
    "transfer_host",
]
