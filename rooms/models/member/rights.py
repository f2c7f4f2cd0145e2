"""What a member may do in the room, by role and exceptions, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models

from rooms.domain import rights
from rooms.domain.rights import Right, Standing, exceptions_of, stored_exceptions
from rooms.models.choices import Role
from rooms.models.person import Person
from rooms.models.room import Room
from watchium.protocol.errors import NotHost, RuleRefused
from watchium.sentences import Sentence

if TYPE_CHECKING:
    from rooms.models.moderation import ModerationAct


class MemberRights(models.Model):
    """The columns of a member that decide over rights, and the questions about them."""

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=9, choices=Role.choices, default=Role.MEMBER)
    # Rights that were given to or taken from this member: see `rooms.domain.rights.stored_exceptions`.
    exceptions = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        abstract = True

    @property
    def is_host(self) -> bool:
        return self.role == Role.HOST

    @property
    def is_owner(self) -> bool:
        return self.room.owner_id == self.person_id

    @property
    def standing(self) -> Standing:
        return Standing(self.role, self.is_owner, exceptions_of(self.exceptions))

    @property
    def is_plain(self) -> bool:
        """Neither owner, host nor moderator, and without a right that was given to this member alone."""
        has_given = any(self.standing.exceptions.values())
        return self.role == Role.MEMBER and not self.is_owner and not has_given

    def may(self, right: Right) -> bool:
        room = self.room
        return right in rights.granted(
            room.control_policy, room.rights, self.role, room.owner_id == self.person_id, self.exceptions
        )

    def set_exception(self, right: Right, *, allowed: bool) -> None:
        """Give or take a right, whatever the room's levels are; the caller saves it.

        What the levels say already is no exception: a later change of them counts for this member too.
        """
        others = {key: value for key, value in self.standing.exceptions.items() if key != right}
        self.exceptions = stored_exceptions(others)
        if self.may(right) != allowed:
            self.exceptions = stored_exceptions({**others, right: allowed})

    def drop_given_rights(self) -> None:
        """Keep of the exceptions only what was taken; the caller saves it."""
        taken = {right: False for right, allowed in self.standing.exceptions.items() if not allowed}
        self.exceptions = stored_exceptions(taken)

    def why_not(self, right: Right) -> Sentence | None:
        """Return the sentence that names the rule in the way, or None if the member has the right."""
        return None if self.may(right) else rights.rule(self.room.levels, self.standing, right)

    def require(self, right: Right) -> None:
        """Raises NotHost (about playback and its media) or RuleRefused, with the sentence that names the rule."""
        if why_not := self.why_not(right):
            raise NotHost(why_not) if right in (Right.CONTROL, Right.MEDIA) else RuleRefused(why_not)

    def why_not_moderate(self, target: MemberRights) -> Sentence | None:
        """Return the sentence that says why the member may not mute, remove or ban the target, or None."""
        if why_not := self.why_not(Right.REMOVE):
            return why_not
        if self.pk == target.pk:
            return Sentence("You cannot do this to yourself.")
        if target.is_owner or target.is_host:
            return Sentence("This cannot be done to the owner or the host of the room.")
        if target.role != Role.MEMBER and not self.is_host:
            return Sentence("Only the host may do this to moderators.")
        return None

    def why_not_undo(self, act: ModerationAct, leaders: set[int]) -> Sentence | None:
        """Return the sentence that says why the member may not undo the act, or None. `leaders`: of the room."""
        if why_not := self.why_not(Right.REMOVE):
            return why_not
        if act.is_by_staff:
            return Sentence("This cannot be undone, or not any more.")
        if self.is_host or act.by_id == self.person_id:
            return None
        if act.target_id == self.person_id:
            return Sentence("You cannot do this to yourself.")
        if act.target_id not in leaders:
            return None
        return Sentence("Only the host may do this to moderators.")

    @property
    def may_moderate(self) -> bool:
        return self.may(Right.REMOVE)

    @property
    def may_control(self) -> bool:
        return self.may(Right.CONTROL)

    @property
    def is_moderator(self) -> bool:
        """Host or moderator."""
        return self.role in (Role.HOST, Role.MODERATOR)
