"""Who may change a room's queue. Each function returns the sentence that names the rule in the way, or None. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playback.domain.room_queue.state import MAX_VOTERS, MAX_VOTES, RoomQueue
from playback.domain.room_queue.turns import MANUAL, VOTES
from watchium.protocol.queue import QueueSettingsChange, RoomQueueEntry

CONTROLLERS = "members who may control playback"
_PLAYBACK_SETTINGS = ("repeat", "through_folder")


@dataclass(frozen=True, slots=True)
class Rights:
    """A member's rights in the room."""

    user_id: str
    may_control: bool = False
    may_moderate: bool = False  # the owner too
    is_host: bool = False


def why_not_add(queue: RoomQueue, who: Rights, count: int, *, after_current: bool = False) -> str | None:
    settings = queue.settings
    if settings.locked and not who.may_control:
        return _locked()
    if settings.who_adds == "host" and not who.is_host:
        return "Only the host may add to the queue of this room."
    if settings.who_adds == "moderators" and not who.may_moderate:
        return "Only the host and moderators may add to the queue of this room."
    if who.may_control:
        return None
    if after_current:
        return f"Only {CONTROLLERS} may put an entry next. Add it at the end instead."
    if settings.quota and queue.waiting_of(who.user_id) + count > settings.quota:
        return (
            f"Each person may have at most {settings.quota} entries waiting in this queue, and you have "
            f"{queue.waiting_of(who.user_id)}."
        )
    return None


def why_not_remove(queue: RoomQueue, who: Rights, entry_ids: Iterable[str]) -> str | None:
    if who.may_control:
        return None
    wanted = set(entry_ids)
    for entry in queue.entries:
        if entry.id in wanted and entry.user_id != who.user_id:
            return f"Only {CONTROLLERS} may remove entries of other people."
        if entry.id in wanted and entry.id == queue.current:
            return f"This plays now: only {CONTROLLERS} may skip it, others vote to skip."
    return None


def why_not_move(queue: RoomQueue, who: Rights) -> str | None:
    if not who.may_control:
        return _locked() if queue.settings.locked else f"Only {CONTROLLERS} may move entries."
    if queue.settings.order == VOTES:
        return "Votes decide the order of this queue. Change its order to move entries by hand."
    return None


def why_not_shuffle(queue: RoomQueue, who: Rights) -> str | None:
    if not who.may_control:
        return _only_controllers("shuffle the queue")
    if queue.settings.order != MANUAL:
        return "This queue is not ordered by hand. Change its order to shuffle it."
    return None


def why_not_control(who: Rights, what: str) -> str | None:
    """`what`: a verb with its object, such as "skip entries"."""
    return None if who.may_control else _only_controllers(what)


def why_not_set(who: Rights, change: QueueSettingsChange) -> str | None:
    if who.may_moderate:
        return None
    rules = (name for name in change.__struct_fields__ if name not in _PLAYBACK_SETTINGS)
    if any(getattr(change, name) is not None for name in rules):
        return "Only the host, moderators and the owner may change the rules of the queue."
    return why_not_control(who, "change how the queue plays")


def why_not_vote(queue: RoomQueue, who: Rights, entry: RoomQueueEntry, *, on: bool) -> str | None:
    if not on or who.user_id in entry.votes:
        return None
    if queue.settings.locked and not who.may_control:
        return _locked()
    if len(entry.votes) >= MAX_VOTERS:
        return f"This entry has {MAX_VOTERS} votes, and more are not counted."
    if queue.votes_of(who.user_id) >= MAX_VOTES:
        return f"You have voted for {MAX_VOTES} entries. Take one of these votes back first."
    return None


def _only_controllers(what: str) -> str:
    return f"Only {CONTROLLERS} may {what}."


def _locked() -> str:
    return f"The queue is locked: only {CONTROLLERS} may change it."
