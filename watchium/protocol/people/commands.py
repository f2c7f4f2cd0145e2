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


MemberRightCommand = SetRight
