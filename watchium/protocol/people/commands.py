"""Commands of the host about what members may do."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from watchium.protocol.commands import IdempotentCommand
from watchium.protocol.types import RightName, UserId


class RightChange(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Of one member (`user_id`) or of a `role`: member, moderator or host.

    A right that a role is given or loses, those above it have too, and those below it lose too.
    """

    right: RightName
    allowed: bool
    user_id: UserId | None = None
    role: Literal["member", "moderator", "host"] | None = None

    def __post_init__(self) -> None:
        if (self.user_id is None) == (self.role is None):
            raise ValueError("Object needs either `user_id` or `role`")


class SetRight(IdempotentCommand, tag="set_right", frozen=True, kw_only=True):
    """Give a right or take it, as the host or the owner. Answered by `role_changed` or `room_changed`."""

    payload: RightChange


class SuccessorChoice(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`user_id`: the member who becomes host when the grace period of an absent host ends; null: no successor."""

    user_id: UserId | None


class SetSuccessor(IdempotentCommand, tag="set_successor", frozen=True, kw_only=True):
    """Name one's successor, as the host. Answered by `room_changed`; a new host has no successor yet."""

    payload: SuccessorChoice


class Admission(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`on` is false to decline: the person may ask again after ten minutes."""

    user_id: UserId
    on: bool


class Admit(IdempotentCommand, tag="admit", frozen=True, kw_only=True):
    """Let a person join who waits for it, as a member who may remove others. Answered by `knocks`."""

    payload: Admission


MemberRightCommand = SetRight | SetSuccessor | Admit
