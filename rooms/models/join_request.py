"""Requests to join a room that asks its host before a person joins, and who was admitted before."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from rooms.models.person import Person
from rooms.models.room import Room

WAITS = timedelta(minutes=5)
DECLINED_FOR = timedelta(minutes=10)  # until the person may ask again
MOST_WAITING = 50  # in one room
MOST_LISTED = 100  # of those who were admitted
MOST_OF_NETWORK = 10  # of them, those who were declined included: a household, or some of a class


class Answer(models.TextChoices):
    NONE = "none"
    ADMITTED = "admitted"
    DECLINED = "declined"


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def waiting(self, room: Room, now: datetime) -> JoinRequestQuerySet:
        """Requests without an answer, the first one first."""
        rows = self.select_related("person").filter(room=room, answer=Answer.NONE, until__gt=now)
        return rows.order_by("pk")[:MOST_WAITING]

    def admitted(self, room: Room) -> JoinRequestQuerySet:
        """The latest who may join without asking, the last one first."""
        rows = self.select_related("person").filter(room=room, answer=Answer.ADMITTED)
        return rows.order_by("-until", "-pk")[:MOST_LISTED]

    def refused_at(self, room: Room, address_hash: str, person: Person) -> JoinRequest | None:
        """Return a refusal of a person at this address before `person` was new there: perhaps they are the same.

        Lapsed requests of the room are deleted.
        """
        declined = self._of_network(room, address_hash).filter(answer=Answer.DECLINED)
        return declined.filter(until__lt=person.created_at + DECLINED_FOR).order_by("-until").first()

    def are_too_many(self, room: Room, address_hash: str, now: datetime) -> bool:
        """Whether so many wait that no more of this address may ask. Lapsed requests of the room are deleted."""
        if self._of_network(room, address_hash).count() >= MOST_OF_NETWORK:
            return True
        return len(self.waiting(room, now)) >= MOST_WAITING

    def _of_network(self, room: Room, address_hash: str) -> JoinRequestQuerySet:
        return self.filter(room=room, address_hash=address_hash).exclude(address_hash="")

    def of_person(self, room_id: str, person: Person) -> JoinRequest | None:
        return self.select_related("room").filter(room__room_id=room_id, person=person).first()

    def with_user_id(self, room: Room, user_id: str) -> JoinRequest | None:
        return self.select_related("person").filter(room=room, person__user_id=user_id).first()

    def of_visitor(self, room_id: str, person: Person | None) -> JoinRequest | None:
        """The request of a person who asked to join and is to see the answer, with the room."""
        found = self.of_person(room_id, person) if person is not None else None
        return found if found is not None and found.room.knock and found.room.closed_at is None else None

    def has_shown_passphrase(self, room_id: str, person: Person, now: datetime) -> bool:
        """Whether the person waits or was let into the room, which still asks: its passphrase was checked then."""
        waits = Q(answer=Answer.NONE, until__gt=now)
        known = self.filter(waits | Q(answer=Answer.ADMITTED), room__room_id=room_id, person=person)
        return known.filter(room__knock=True).exists()

    def is_admitted(self, room: Room, person: Person) -> bool:
        return self.filter(room=room, person=person, answer=Answer.ADMITTED).exists()

    def record_answer(self, request: JoinRequest, now: datetime, *, on: bool) -> None:
        request.answer = Answer.ADMITTED if on else Answer.DECLINED
        request.until = now + (timedelta(0) if on else DECLINED_FOR)
        request.address_hash = "" if on else request.address_hash
        request.save(update_fields=["answer", "until", "address_hash"])

    def lapsed(self, now: datetime) -> JoinRequestQuerySet:
        """Requests without an answer in time, and old refusals. Who was admitted stays on the list."""
        return self.filter(~Q(answer=Answer.ADMITTED), until__lt=now)

    def rooms_of(self, person: Person) -> set[int]:
        """Return the rooms (primary keys) that the person asked."""
        return set(self.filter(person=person).values_list("room_id", flat=True))

    def reassign(self, room: Room, before: Person, after: Person) -> None:
        """Move the request of a guest who signed in, unless the account asked the room itself. The room is locked."""
        if not self.filter(room=room, person=after).exists():
            self.filter(room=room, person=before).update(person=after)

    def forget_outsiders(self, room: Room, now: datetime) -> bool:
        """Take who is no member off the list, and let requests lapse; return whether a person waited.

        Refusals stay.
        """
        members = room.members.current().values("person")
        self.filter(room=room, answer=Answer.ADMITTED).exclude(person__in=members).delete()
        return bool(self.filter(room=room, answer=Answer.NONE, until__gt=now).update(until=now))

    def forget(self, room: Room, person: Person) -> None:
        """Take a person off the list, who was removed from the room or has to ask again."""
        self.filter(room=room, person=person).delete()


class JoinRequest(models.Model):
    """`until`: a waiting person waits, or a declined one may not ask again, until then."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="join_requests")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    username = models.CharField(max_length=48)
    answer = models.CharField(max_length=8, choices=Answer.choices, default=Answer.NONE)
    until = models.DateTimeField()
    address_hash = models.CharField(max_length=64, blank=True, default="")  # until the person is admitted

    objects = JoinRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], name="join_request_once"),
        ]
        indexes = [models.Index(fields=["until"], name="join_request_until")]

    def __str__(self) -> str:
        return f"{self.username} to {self.room_id}"

    def answer_at(self, now: datetime) -> str:
        """The answer, or `lapsed` without an answer in time or a refusal is over."""
        if self.answer != Answer.ADMITTED and self.until <= now:
            return "lapsed"
        return self.answer
