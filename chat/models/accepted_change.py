"""Edits of comments and reactions to them that were accepted, for repeated commands."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models

from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery
from watchium.protocol.errors import EventIdConflict
from watchium.protocol.replies import Accepted


class AcceptedCommand(NamedTuple):
    """The stored outcome of an accepted command, for idempotent replays."""

    content_hash: str
    at_ms: float

    def replay(self, event_id: str, content_hash: str) -> Accepted:
        """Return the first reply again. Raises EventIdConflict if this command has other content."""
        if self.content_hash != content_hash:
            raise EventIdConflict
        return Accepted(event_id=event_id, revision=None, timestamp=self.at_ms)


class AcceptedChangeQuerySet(models.QuerySet["AcceptedChange"]):
    def reassign(self, before: Person, after: Person) -> None:
        """Move one person's changes to another, except those whose `event_id` the other has used in the same room."""
        same_id = self.filter(
            person=after, room=models.OuterRef("room"), event_id=models.OuterRef("event_id")
        )
        self.filter(person=before).exclude(models.Exists(same_id)).update(person=after)
        self.filter(person=before).delete()

    def outdated(self, before_ms: float) -> AcceptedChangeQuerySet:
        return self.filter(at_ms__lt=before_ms)


class AcceptedChange(models.Model):
    """One edit or reaction: its `event_id`, a hash of its content, and the server time of its reply."""

    # No index of its own: the constraint's begins with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    event_id = models.CharField(max_length=64)
    content_hash = models.CharField(max_length=64)
    at_ms = models.FloatField()

    objects = AcceptedChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "person", "event_id"], name="change_once_per_event_id"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} of {self.person_id}"

    @staticmethod
    def to_replay(actor: Member, event_id: str) -> PreparedQuery:
        """Select the `AcceptedCommand` of this member's change, if it was accepted before."""
        sql = """SELECT content_hash, at_ms FROM chat_acceptedchange
            WHERE room_id = %s AND event_id = %s
            AND person_id = (SELECT person_id FROM rooms_member WHERE id = %s)"""
        return PreparedQuery(sql, [actor.room_id, event_id, actor.pk])
