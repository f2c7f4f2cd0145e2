"""What belongs to an account: the list that its page counts, that the export writes and that the deletion deletes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.models import Comment, CommentImage, CommentReaction, Reaction
from playback.models import DevicePlayer, EveningGuest, Playlist, WatchedMedia
from rooms.accounts.models import AccountSession, LinkedSignIn, Passkey
from rooms.models import ModerationAct, Person, RoomCover


@dataclass(frozen=True)
class Section:
    """`key` names it in the export, `columns` are exported, so many rows at a time."""

    key: str
    label: str | Promise
    rows: QuerySet[Any]
    columns: tuple[str, ...]
    page_rows: int = 500


def sections_of(person: Person) -> list[Section]:
    assert person.account_id is not None
    return [
        Section(
            "rooms",
            _("Rooms that you created. They are closed for everyone, and deleted after 30 days."),
            person.owned_rooms.open(),
            ("room_id", "title", "visibility", "created_at", "last_active_at"),
        ),
        Section(
            "covers",
            _("Covers of rooms that you created: they are deleted with the rooms."),
            RoomCover.objects.of_owner(person),
            ("room__room_id", "data"),
            page_rows=20,
        ),
        Section(
            "memberships",
            _("Rooms that you joined"),
            person.memberships.of_open_rooms(),
            ("room__room_id", "room__title", "username", "role", "joined_at", "favourite"),
        ),
        Section(
            "comments",
            _("Messages in all rooms"),
            Comment.objects.by(person).shown_to(person.pk),
            ("room__room_id", "position", "text", "created_at"),
        ),
        Section(
            "comment_images",
            _("Images in messages"),
            CommentImage.objects.by(person),
            ("room__room_id", "comment__created_at", "data"),
            page_rows=20,
        ),
        Section(
            "comment_reactions",
            _("Reactions to messages"),
            CommentReaction.objects.by(person),
            ("comment__room__room_id", "comment__seq", "emoji"),
        ),
        Section(
            "reactions",
            _("Stored reactions: they stay without your name"),
            Reaction.objects.by(person),
            ("room__room_id", "emoji", "at_ms"),
        ),
        Section(
            "history",
            _("Media in your history"),
            WatchedMedia.objects.by(person),
            ("media", "position", "duration", "at_ms"),
        ),
        Section(
            "playlists",
            _("Playlists"),
            Playlist.objects.by(person),
            ("name", "entries", "count", "duration", "updated_at"),
        ),
        Section(
            "uploads",
            _("Files that you uploaded to rooms"),
            person.uploads.all(),
            ("room__room_id", "title", "size", "state", "created_at"),
        ),
        Section(
            "players",
            _("Devices with a player and its queue"),
            DevicePlayer.objects.all_of(person),
            ("name", "entries", "seen_ms"),
        ),
        Section(
            "evenings",
            _("Kept evenings that you were at"),
            EveningGuest.objects.by(person),
            ("evening__room__room_id", "evening__started_ms", "evening__ended_ms"),
        ),
        Section(
            "acts",
            _("Acts of moderation: they stay without your name"),
            ModerationAct.objects.by(person),
            ("room__room_id", "kind", "why", "created_at", "undone_at"),
        ),
        Section(
            "linked_sign_ins",
            _("Accounts elsewhere that sign you in"),
            LinkedSignIn.objects.all_of(person.account_id),
            ("issuer", "subject", "created_at"),
        ),
        Section(
            "passkeys",
            _("Passkeys"),
            Passkey.objects.all_of(person.account_id),
            ("name", "created_at", "last_used_at"),
        ),
        Section(
            "sessions",
            _("Browsers that are signed in"),
            AccountSession.objects.all_of(person.account_id),
            ("browser", "signed_in_at", "last_used_at"),
        ),
    ]


def counts_of(person: Person) -> list[tuple[str | Promise, int]]:
    """Return the label and the number of rows of each section that has rows."""
    counted = [(section.label, section.rows.count()) for section in sections_of(person)]
    return [(label, count) for label, count in counted if count]
