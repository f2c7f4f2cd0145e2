"""Bans, and the log of moderation acts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from rooms.domain.address_hash import is_range, parts
from rooms.models.person import Person
from rooms.models.room import Room

UNDOABLE_KINDS = ("mute", "ban", "remove", "delete_comment", "delete_all_comments", "set_chat")
UNDO_WITHIN = timedelta(days=1)
UNCHANGED = "unchanged"  # a command that changed nothing: kept to recognise it when it is sent again
UNLISTED_KINDS = ("undo", UNCHANGED)
ROLE_KINDS = ("transfer_host", "claim_host", "moderator", "no_moderator", "set_right", "set_successor")


class BanQuerySet(models.QuerySet["Ban"]):
    def applies(self, room: Room, now: datetime, person: Person | None, address_hash: str) -> datetime | None:
        """Return until when bans of this room hold for the person or the address, or None."""
        banned = Q(person=person) if person is not None else Q(pk=None)
        if address_hash:
            banned |= Q(address_hash__in=parts(address_hash))
        in_force = self.filter(banned, room=room, until__gt=now, lifted_at=None)
        return in_force.order_by("-until").values_list("until", flat=True).first()

    def applies_to_person(self, room_id: str, person: Person, now: datetime) -> bool:
        """Like `applies` in one query, for rooms that may not exist: a timing attack cannot distinguish them."""
        return self.filter(room__room_id=room_id, person=person, until__gt=now, lifted_at=None).exists()

    def lift(self, ban: Ban, now: datetime) -> bool:
        """Lift the ban; return False if it is already over or lifted."""
        return self.filter(pk=ban.pk, until__gt=now, lifted_at=None).update(lifted_at=now) == 1

    def keep_without(self, person: Person) -> None:
        """Let a person's bans stay in force for the network they were banned from."""
        self.filter(person=person).update(person=None)

    def in_force(self, room: Room, now: datetime, limit: int = 100) -> list[Ban]:
        """Return the bans with the acts that created them, the latest to end first."""
        rows = (
            self.filter(room=room, until__gt=now, lifted_at=None)
            .select_related("person", "act__by")
            .defer("act__before")
        )
        return list(rows.order_by("-until", "-pk")[:limit])

    def of_room(self, room: Room, pk: int) -> Ban | None:
        return self.filter(room=room, pk=pk).first()

    def of_act(self, act: ModerationAct) -> Ban | None:
        """Return the ban that the act began; one from before bans knew their acts is found by its end."""
        began = Q(act=act)
        if until := act.details.get("until"):
            began |= Q(act=None, room=act.room, person=act.target, until=datetime.fromisoformat(until))
        return self.filter(began).first()

    def expired(self, now: datetime) -> BanQuerySet:
        return self.filter(Q(until__lt=now) | Q(lifted_at__lt=now))


class Ban(models.Model):
    """A person, and with `address_hash` a network or a range, that may not join the room before `until`."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="bans")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64, blank=True)
    until = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Null for bans that are older than this column.
    act = models.ForeignKey(
        "ModerationAct", null=True, blank=True, on_delete=models.SET_NULL, related_name="bans"
    )

    objects = BanQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["room", "until"], name="ban_room_until")]

    def __str__(self) -> str:
        return f"{self.person_id} from {self.room_id} until {self.until:%Y-%m-%d %H:%M}"

    @property
    def is_range(self) -> bool:
        """Whether it holds for the addresses around the person's too."""
        return is_range(self.address_hash)


class ModerationActQuerySet(models.QuerySet["ModerationAct"]):
    def of_command(self, room: Room, person: Person, event_id: str) -> ModerationAct | None:
        """Return the act that this person's command with this `event_id` caused, or None."""
        return self.filter(room=room, by=person, event_id=event_id).first()

    def latest_in(self, room: Room, reader: Person, limit: int = 100) -> list[ModerationAct]:
        """Return the latest acts of a room, latest first, without reports about the reader and their quiet mutes."""
        shown = self.filter(room=room).exclude(kind__in=UNLISTED_KINDS).exclude(kind="report", target=reader)
        shown = shown.exclude(kind="mute", target=reader, details__has_key="quiet")
        rows = shown.select_related("by", "target").defer("before")
        return list(rows.order_by("-pk")[:limit])

    def by(self, person: Person) -> ModerationActQuerySet:
        return self.filter(by=person)

    def of_room(self, room: Room, pk: int) -> ModerationAct | None:
        return self.filter(room=room, pk=pk).select_related("by", "target").first()

    def undo(self, act: ModerationAct, now: datetime) -> bool:
        """Mark the act as undone; return False if it was before."""
        return self.filter(pk=act.pk, undone_at=None).update(undone_at=now) == 1

    def latest_mutes(self, room: Room, persons: list[int]) -> dict[int, ModerationAct]:
        """Return the latest mute of each person (primary key)."""
        rows = self.filter(room=room, kind="mute", target__in=persons).select_related("by").defer("before")
        return {
            act.target_id: act for act in reversed(rows.order_by("-pk")[:1000]) if act.target_id is not None
        }

    def staff_muted(self, room: Room, person: Person, until_ms: float) -> bool:
        """Return whether staff began the person's mute that ends then."""
        mutes = self.filter(room=room, kind="mute", target=person, by=None, undone_at=None)
        rows = mutes.filter(details__until_ms=until_ms)
        return any(act.is_by_staff for act in rows)

    def erase_words_of(self, person: Person) -> None:
        """Delete the person's name, and excerpts of what they wrote, from acts about them."""
        for act in self.filter(target=person).iterator(chunk_size=500):
            act.details = {key: value for key, value in act.details.items() if key not in ("name", "text")}
            act.save(update_fields=["details"])

    def outdated(self, month_ago: datetime, year_ago: datetime) -> ModerationActQuerySet:
        """Acts older than a year; changes of host and moderators, and commands without effect, after a month."""
        soon = (*ROLE_KINDS, UNCHANGED)
        return self.filter(Q(created_at__lt=year_ago) | Q(created_at__lt=month_ago, kind__in=soon))

    def forget_before(self, moment: datetime) -> int:
        """Delete what acts changed that can no longer be undone; return their number."""
        return self.filter(before__isnull=False, created_at__lt=moment - UNDO_WITHIN).update(before=None)

    def undo_ban(self, ban: Ban, now: datetime) -> None:
        """Mark the act that created the ban as undone."""
        if ban.act_id is not None:
            self.filter(pk=ban.act_id, undone_at=None).update(undone_at=now)
            return
        acts = self.filter(room=ban.room_id, target=ban.person_id, kind__in=("ban", "remove"), undone_at=None)
        acts.filter(details__until=ban.until.isoformat()).update(undone_at=now)

    def reassign(self, before: Person, after: Person) -> None:
        """Move acts about and by one person to another, except an `event_id` that the other has used in the room."""
        self.filter(target=before).update(target=after)
        same_id = models.Q(room=models.OuterRef("room"), event_id=models.OuterRef("event_id"))
        conflicting = self.filter(same_id, by=after)
        self.filter(by=before).exclude(models.Exists(conflicting)).update(by=after)


class ModerationAct(models.Model):
    """Who did what to whom, when and why. For a client's command also its `event_id` and the reply, for replays."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField(max_length=20)
    by = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    target = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=200, blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # What an act changed, for its undoing; it may be long, so that lists leave it out.
    before: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    event_id = models.CharField(max_length=64, null=True, blank=True)
    revision = models.BigIntegerField(null=True, blank=True)
    at_ms = models.FloatField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ModerationActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "by", "event_id"], name="act_once_per_event_id"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.room_id}"

    @property
    def is_by_staff(self) -> bool:
        """`by` is null also if the person was deleted. Older acts of staff are known by their reason alone."""
        return self.by_id is None and ("staff" in self.details or self.why.endswith(", in admin"))

    @property
    def is_quiet(self) -> bool:
        """Whether it is a mute that its target does not notice."""
        return bool(self.details.get("quiet"))

    @property
    def undo_until(self) -> datetime | None:
        """Until when the act can be undone, or None."""
        undoable = self.kind in UNDOABLE_KINDS and self.undone_at is None
        return self.created_at + UNDO_WITHIN if undoable else None
