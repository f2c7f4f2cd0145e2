"""Members: their rights, which of them have places in a full room, and what their players report."""

from rooms.models.member.member import Member, MemberQuerySet

__all__ = ["Member", "MemberQuerySet"]
