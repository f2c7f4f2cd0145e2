"""Reactions to messages: an emoji of a person, stored with the comment."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import models

from rooms.models import Person, Room
from watchium.protocol.errors import RuleRefused
from watchium.protocol.types import CommentReaction as ReactionState

MAX_REACTIONS = 100  # to one comment: 2 KB in each snapshot that holds it
MAX_EMOJI = 12  # different ones to one comment: two rows on a phone
EMOJI_CHARS = 64


class CommentReactionQuerySet(models.QuerySet["CommentReaction"]):
    def may_add(self, comment_pk: int, person: Person, emoji: str, unseen: Iterable[str] = ()) -> bool:
        """Return False if the person reacted so before. Raises RuleRefused. The caller has locked the room.

        `unseen`: emojis that only the person sees there.
        """
        given = list(self.filter(comment=comment_pk).values_list("emoji", "person_id"))
        if (emoji, person.pk) in given:
            return False
        emojis = {each for each, _ in given} | set(unseen)
        if len(given) >= MAX_REACTIONS or (emoji not in emojis and len(emojis) >= MAX_EMOJI):
            raise RuleRefused("This message has as many reactions as fit.")
        return True

    def add(self, comment_pk: int, person: Person, emoji: str) -> bool:
        """As `may_add`; store the reaction unless it returned False."""
        if not self.may_add(comment_pk, person, emoji):
            return False
        self.create(comment_id=comment_pk, person=person, emoji=emoji)
        return True

    def take_back(self, comment_pk: int, person: Person, emoji: str) -> bool:
        """Return False if the person did not react so."""
        return self.filter(comment=comment_pk, person=person, emoji=emoji).delete()[0] > 0

    def rooms_of(self, person: Person) -> list[int]:
        """Return the open rooms (primary keys) with reactions of the person."""
        rows = self.filter(person=person, comment__room__closed_at=None)
        room_pks = rows.order_by("comment__room_id").values_list("comment__room_id", flat=True)
        return list(room_pks.distinct())

    def take_back_in(self, room: Room, person: Person, limit: int) -> list[int]:
        """Delete the person's reactions to at most `limit` comments of the room, and return those (primary keys)."""
        given = self.filter(person=person, comment__room=room).order_by("comment")
        comments = list(given.values_list("comment", flat=True).distinct()[:limit])
        self.filter(person=person, comment__in=comments).delete()
        return comments

    def to_comments(self, pks: Iterable[int]) -> dict[int, list[ReactionState]]:
        """Return the reactions by the primary key of their comment, in the order in which each emoji came first."""
        found: dict[int, dict[str, list[str]]] = {}
        rows = self.filter(comment__in=list(pks)).order_by("pk")
        for pk, emoji, user_id in rows.values_list("comment_id", "emoji", "person__user_id"):
            found.setdefault(pk, {}).setdefault(emoji, []).append(user_id)
        return {
            pk: [ReactionState(emoji=emoji, user_ids=user_ids) for emoji, user_ids in by_emoji.items()]
            for pk, by_emoji in found.items()
        }

    def by(self, person: Person) -> CommentReactionQuerySet:
        return self.filter(person=person)

    def reassign(self, before: Person, after: Person) -> None:
        """Move one person's reactions to another, except those that the other gave too."""
        same = self.filter(person=after, comment=models.OuterRef("comment"), emoji=models.OuterRef("emoji"))
        self.filter(person=before).exclude(models.Exists(same)).update(person=after)
        self.filter(person=before).delete()


class CommentReaction(models.Model):
    """An emoji that a person gave to a comment."""

    # No index of its own: the constraint's begins with the comment.
    comment = models.ForeignKey("chat.Comment", on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    emoji = models.CharField(max_length=EMOJI_CHARS)

    objects = CommentReactionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person", "emoji"], name="reaction_once_per_comment"),
        ]

    def __str__(self) -> str:
        return f"{self.emoji} to {self.comment_id}"
