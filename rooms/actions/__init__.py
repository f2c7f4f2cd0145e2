"""Actions on rooms: each changes the database in one transaction, and its events are published on commit."""

from rooms.actions.dispatch import handle_command, run_once
from rooms.actions.epoch import begin_epoch, suspect_restore
from rooms.actions.hosting import claim_host, claim_room, request_control, set_successor, transfer_host
from rooms.actions.knocking import waiting_list
from rooms.actions.log.acts import clean_reason, lock_for, record_act
from rooms.actions.membership import join, leave
from rooms.actions.moderation.chat_rules import CHAT_RULES, restore_chat_rules, set_chat_rules
from rooms.actions.moderation.members import (
    ban,
    lift_ban,
    mark_undone,
    mute,
    remove,
    require_may_undo,
    set_moderator,
    target_of_act,
    undo_removal_or_mute,
    unmute,
)
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
    "CHAT_RULES",
    "ban",
    "begin_epoch",
    "claim_host",
    "claim_room",
    "clean_reason",
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
    "lock_for",
    "mark_undone",
    "mute",
    "reconnect_person",
    "record_act",
    "record_poll",
    "remove",
    "rename",
    "renew",
    "request_control",
    "require_may_undo",
    "restore_chat_rules",
    "revoke_token",
    "run_once",
    "set_chat_rules",
    "set_moderator",
    "set_right",
    "set_successor",
    "set_who_adds",
    "suspect_restore",
    "target_of_act",
    "transfer_host",
    "undo_removal_or_mute",
    "unmute",
    "update_room",
    "waiting_list",
]
