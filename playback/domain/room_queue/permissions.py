"""Who may change a room's queue. Each function returns the sentence that names the rule in the way, or None. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playback.domain.room_queue.state import MAX_VOTERS, MAX_VOTES, RoomQueue
from playback.domain.room_queue.turns import MANUAL, VOTES
from watchium.protocol.queue import QueueSettingsChange, RoomQueueEntry

EDITORS = "members who may edit the queue"
_PLAYBACK_SETTINGS = ("repeat", "through_folder")


@dataclass(frozen=True, slots=True)
class Rights:
    """A member's rights in the room. `why_not_add` and `why_not_play` name the rules of the room in the way."""

    user_id: str
    may_edit: bool = False
    may_set_rules: bool = False
    why_not_add: str | None = None
    why_not_play: str | None = None


def why_not_add(queue: RoomQueue, who: Rights, count: int, *, after_current: bool = False) -> str | None:
    settings = queue.settings
    if settings.locked and not who.may_edit:
        return _locked()
    if who.why_not_add or who.may_edit:
        return who.why_not_add
    if after_current:
        return f"Only {EDITORS} may put an entry next. Add it at the end instead."
    if settings.quota and queue.waiting_of(who.user_id) + count > settings.quota:
        return (
            f"Each person may have at most {settings.quota} entries waiting in this queue, and you have "
            f"{queue.waiting_of(who.user_id)}."
        )
    return None


def why_not_remove(queue: RoomQueue, who: Rights, entry_ids: Iterable[str]) -> str | None:
    wanted = set(entry_ids)
    if queue.current in wanted and who.why_not_play:
        return f"This plays now. {who.why_not_play} Others vote to skip."
    if not who.may_edit and any(
        entry.id in wanted and entry.user_id != who.user_id for entry in queue.entries
    ):
        return f"Only {EDITORS} may remove entries of other people."
    return None


def why_not_move(queue: RoomQueue, who: Rights) -> str | None:
    if not who.may_edit:
        return _locked() if queue.settings.locked else f"Only {EDITORS} may move entries."
    if queue.settings.order == VOTES:
        return "Votes decide the order of this queue. Change its order to move entries by hand."
    return None


def why_not_shuffle(queue: RoomQueue, who: Rights) -> str | None:
    if not who.may_edit:
        return _only_editors("shuffle the queue")
    if queue.settings.order != MANUAL:
        return "This queue is not ordered by hand. Change its order to shuffle it."
    return None


def why_not_edit(who: Rights, what: str) -> str | None:
    """`what`: a verb with its object, such as "clear the queue"."""
    return None if who.may_edit else _only_editors(what)


def why_not_set(who: Rights, change: QueueSettingsChange) -> str | None:
    if who.may_set_rules:
        return None
    rules = (name for name in change.__struct_fields__ if name not in _PLAYBACK_SETTINGS)
    if any(getattr(change, name) is not None for name in rules):
        return "Only the host, moderators and the owner may change the rules of the queue."
    return why_not_edit(who, "change how the queue plays")


def why_not_vote(queue: RoomQueue, who: Rights, entry: RoomQueueEntry, *, on: bool) -> str | None:
    if not on or who.user_id in entry.votes:
        return None
    if queue.settings.locked and not who.may_edit:
        return _locked()
    if len(entry.votes) >= MAX_VOTERS:
        return f"This entry has {MAX_VOTERS} votes, and more are not counted."
    if queue.votes_of(who.user_id) >= MAX_VOTES:
        return f"You have voted for {MAX_VOTES} entries. Take one of these votes back first."
    return None


def _only_editors(what: str) -> str:
    return f"Only {EDITORS} may {what}."


def _locked() -> str:
    return f"The queue is locked: only {EDITORS} may change it."
