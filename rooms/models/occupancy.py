"""How many members are present in which rooms, for operators."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q

from rooms.models.member import Member, MemberQuerySet


@dataclass(frozen=True)
class Occupancy:
    """A room (its primary key), its present members, those with a known sync status, and those in sync."""

    room: int
    viewers: int
    evaluated: int
    in_sync: int


def present_in_all() -> tuple[int, int]:
    """Return the number of occupied rooms and the number of present members."""
    counts = _present().aggregate(rooms=Count("room", distinct=True), members=Count("pk"))
    return counts["rooms"], counts["members"]


def fullest_rooms(limit: int) -> list[Occupancy]:
    """Return the rooms with the most present members, fullest first."""
    counts = (
        _present()
        .values("room")
        .annotate(
            viewers=Count("pk"),
            evaluated=Count("pk", filter=Q(is_synced__isnull=False)),
            in_sync=Count("pk", filter=Q(is_synced=True)),
        )
    )
    columns = ("room", "viewers", "evaluated", "in_sync")
    return [Occupancy(*row) for row in counts.order_by("-viewers", "room").values_list(*columns)[:limit]]


def _present() -> MemberQuerySet:
    return Member.objects.current().filter(present=True, room__closed_at=None)
