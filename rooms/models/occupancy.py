"""How many people are where, for those who run the house."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from rooms.models.member import Member, MemberQuerySet


@dataclass(frozen=True)
class Occupancy:
    """How many are in a room (its primary key), how many said lately how they do, and how many were in step."""

    room: int
    viewers: int
    judged: int
    in_step: int


def present_in_all() -> tuple[int, int]:
    """How many rooms have somebody in them, and how many people that is."""
    counted = _present().aggregate(rooms=Count("room", distinct=True), people=Count("pk"))
    return counted["rooms"], counted["people"]


def occupancy_of(limit: int) -> list[Occupancy]:
    """The rooms with the most people in them, the fullest first."""
    counted = (
        _present()
        .values("room")
        .annotate(
            viewers=Count("pk"),
            judged=Count("pk", filter=Q(is_synced__isnull=False)),
            in_step=Count("pk", filter=Q(is_synced=True)),
        )
    )
    columns = ("room", "viewers", "judged", "in_step")
    return [Occupancy(*row) for row in counted.order_by("-viewers", "room").values_list(*columns)[:limit]]


def _present() -> MemberQuerySet:
    return Member.objects.current().filter(present=True, room__closed_at=None)
