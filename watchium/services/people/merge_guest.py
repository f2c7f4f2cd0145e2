"""Merges a guest into the account they log in to, in one transaction over all apps."""

from __future__ import annotations

from django.db import transaction

import playback.room.queue.people
import playback.room.start.people
from chat.models import AcceptedChange, Comment, CommentImage, CommentReaction, Reaction, UnseenChange
from playback.models import (
    EveningGuest,
    HistoryOff,
    Playback,
    PlaybackEvent,
    PlayedMedia,
    Upload,
    WatchedMedia,
)
from rooms.actions.merge_guest import merge_guest
from rooms.models import Companion, ModerationAct, Person, PlayerCode, Room


@transaction.atomic
def merge_guest_into_account(guest: Person, person: Person) -> None:
    """Reassign rooms, memberships, host roles and bans, comments, reactions, uploads, entries of queues, history,
    marks, votes, and commands, so that a retry after the login is still recognised. Idempotent."""
    with_queues = Room.objects.with_queue_of(guest)
    with_start = Playback.objects.with_start().rooms_of(guest)
    merge_guest(guest, person)
    Comment.objects.reassign(guest, person)
    PlaybackEvent.objects.reassign(guest, person)
    PlayedMedia.objects.reassign(guest, person)
    EveningGuest.objects.reassign(guest, person)
    HistoryOff.objects.reassign(guest, person)
    WatchedMedia.objects.reassign(guest, person)
    Reaction.objects.reassign(guest, person)
    CommentReaction.objects.reassign(guest, person)
    UnseenChange.objects.reassign(guest, person)
    AcceptedChange.objects.reassign(guest, person)
    CommentImage.objects.reassign(guest, person)
    ModerationAct.objects.reassign(guest, person)
    PlayerCode.objects.end_all_of(guest.pk)
    Companion.objects.end_all_of(guest.pk)  # of a guest who is not always the owner of the account
    Upload.objects.reassign(guest, person)
    playback.room.queue.people.reassign(with_queues, guest, person)
    playback.room.start.people.reassign(with_start, guest, person)
