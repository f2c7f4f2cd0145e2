"""Who may do what in a room: the one table that the server, the pages and the API ask. Pure.

Each right has a level: everyone has it, the host and moderators, or the host alone. A member can have exceptions, which
grant or take a right. static/js/core/room/rights.js has the same rules; tests/vectors/rights.json holds both to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from watchium.protocol.errors import NotHost
from watchium.sentences import Sentence

HOST = "host"
MODERATOR = "moderator"


class Level(StrEnum):
    """Who has a right, from many to one."""

    EVERYONE = "everyone"
    MODERATORS = "moderators"
    HOST = "host"


class Right(StrEnum):
    CONTROL = "control"
    MEDIA = "media"
    QUEUE_ADD = "queue_add"
    QUEUE_EDIT = "queue_edit"
    CHAT = "chat"
    REACT = "react"
    INVITE = "invite"
    REMOVE = "remove"
    SETTINGS = "settings"


Levels = Mapping[Right, Level]
Exceptions = Mapping[Right, bool]

DEFAULTS: Levels = MappingProxyType(
    {
        Right.CONTROL: Level.HOST,
        Right.MEDIA: Level.HOST,
        Right.QUEUE_ADD: Level.EVERYONE,
        Right.QUEUE_EDIT: Level.HOST,
        Right.CHAT: Level.EVERYONE,
        Right.REACT: Level.EVERYONE,
        Right.INVITE: Level.EVERYONE,
        Right.REMOVE: Level.MODERATORS,
        Right.SETTINGS: Level.HOST,
    }
)
# What `control_policy` decides: the choice of three that rooms had before they had rights.
OF_POLICY = (Right.CONTROL, Right.MEDIA, Right.QUEUE_EDIT)


def with_policy(levels: Levels, policy: Level) -> Levels:
    """Set the rights that the control policy decides."""
    return {**levels, **dict.fromkeys(OF_POLICY, policy)}


PRESETS: Mapping[str, Levels] = MappingProxyType(
    {
        "host_only": DEFAULTS,
        "moderators": with_policy(DEFAULTS, Level.MODERATORS),
        "friends": {
            **DEFAULTS,
            Right.CONTROL: Level.EVERYONE,
            Right.MEDIA: Level.MODERATORS,
            Right.QUEUE_EDIT: Level.MODERATORS,
            Right.SETTINGS: Level.MODERATORS,
        },
        "open": with_policy(DEFAULTS, Level.EVERYONE),
    }
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a member is in the room."""

    role: str
    is_owner: bool = False
    exceptions: Exceptions = field(default_factory=dict)


def allows(levels: Levels, who: Standing, right: Right) -> bool:
    """The host has every right, and the owner may always change the settings; else exceptions win over levels."""
    if who.role == HOST or (who.is_owner and right == Right.SETTINGS):
        return True
    if right in who.exceptions:
        return who.exceptions[right]
    return levels[right] == Level.EVERYONE or (levels[right] == Level.MODERATORS and who.role == MODERATOR)


def with_role(levels: Levels, right: Right, role: str, *, allowed: bool) -> Levels:
    """Give the right to a role and those above it, or take it from the role and those below it.

    `role`: member or moderator; the host keeps every right.
    """
    order = list(Level)
    given = Level.MODERATORS if role == MODERATOR else Level.EVERYONE
    if allowed:
        level = min(levels[right], given, key=order.index)
    else:
        level = max(levels[right], order[order.index(given) + 1], key=order.index)
    return {**levels, right: level}


# ---------------------------------------------------------------- sentences

_ACTIONS = {
    Right.CONTROL: Sentence("control playback"),
    Right.MEDIA: Sentence("change what plays"),
    Right.QUEUE_ADD: Sentence("add to the queue of this room"),
    Right.QUEUE_EDIT: Sentence("edit the queue of this room"),
    Right.CHAT: Sentence("write in the chat of this room"),
    Right.REACT: Sentence("react in this room"),
    Right.INVITE: Sentence("invite others to this room"),
    Right.REMOVE: Sentence("remove members of this room"),
    Right.SETTINGS: Sentence("change the settings of this room"),
}
# By whether it is about the settings, which the owner may always change.
_GROUPS = {
    (False, Level.HOST): Sentence("the host"),
    (False, Level.MODERATORS): Sentence("the host and moderators"),
    (True, Level.HOST): Sentence("the host and the owner"),
    (True, Level.MODERATORS): Sentence("the host, the owner and moderators"),
}


def rule(levels: Levels, who: Standing, right: Right) -> Sentence:
    """The sentence that names what is in the way of a member without the right."""
    if not who.exceptions.get(right, True):
        return Sentence("The host decided that you may not {action}.", action=_ACTIONS[right])
    if right == Right.CONTROL and levels[right] == Level.HOST:
        return Sentence(NotHost.message)
    group = _GROUPS[right == Right.SETTINGS, levels[right]]
    return Sentence("Only {group} may {action}.", group=group, action=_ACTIONS[right])


# ---------------------------------------------------------------- as stored


def stored_levels(levels: Levels) -> tuple[str, str]:
    """Return the control policy and, as text, the levels that differ from what follows from it."""
    policy = levels[Right.CONTROL]
    implied = with_policy(DEFAULTS, policy)
    differing = [f"{right}={levels[right]}" for right in Right if levels[right] != implied[right]]
    return str(policy), " ".join(differing)


@lru_cache(maxsize=1024)
def levels_of(policy: str, text: str) -> Levels:
    """Read what `stored_levels` wrote. A right or level that a later version stored is left out."""
    levels = dict(with_policy(DEFAULTS, Level(policy)))
    for pair in text.split():
        right, _, level = pair.partition("=")
        if right in _RIGHTS and level in _LEVELS:
            levels[Right(right)] = Level(level)
    return MappingProxyType(levels)


def stored_exceptions(exceptions: Exceptions) -> str:
    return " ".join(f"{'+' if exceptions[right] else '-'}{right}" for right in Right if right in exceptions)


@lru_cache(maxsize=1024)
def exceptions_of(text: str) -> Exceptions:
    """Read what `stored_exceptions` wrote: `+control -chat`."""
    found = {word[1:]: word[0] == "+" for word in text.split()}
    return MappingProxyType({right: found[right] for right in Right if right in found})


@lru_cache(maxsize=4096)
def granted(policy: str, levels: str, role: str, is_owner: bool, exceptions: str) -> frozenset[Right]:
    """The rights of a member, from stored text. Each join asks for those of all present members."""
    who = Standing(role, is_owner, exceptions_of(exceptions))
    return frozenset(right for right in Right if allows(levels_of(policy, levels), who, right))


_RIGHTS = frozenset(Right)
_LEVELS = frozenset(Level)
