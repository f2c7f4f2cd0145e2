"""Who may change a room's queue. Each function returns the sentence that names the rule in the way, or None. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from playback.domain.room_queue.state import MAX_VOTERS, MAX_VOTES, RoomQueue
from playback.domain.room_queue.turns import MANUAL, VOTES
from watchium.protocol.queue import QueueSettingsChange, RoomQueueEntry
from watchium.sentences import Sentence

EDITORS = Sentence("members who may edit the queue")
_PLAYBACK_SETTINGS = ("repeat", "through_folder")


@dataclass(frozen=True, slots=True)
class Rights:
    """A member's rights in the room. `why_not_add` and `why_not_play` name the rules of the room in the way."""

    user_id: str
    may_edit: bool = False
    may_set_rules: bool = False
    why_not_add: Sentence | None = None
    why_not_play: Sentence | None = None


def why_not_add(queue: RoomQueue, who: Rights, count: int, *, after_current: bool = False) -> Sentence | None:
    settings = queue.settings
    if settings.locked and not who.may_edit:
        return _locked()
    if who.why_not_add or who.may_edit:
        return who.why_not_add
    if after_current:
        return Sentence("Only {group} may put an entry next. Add it at the end instead.", group=EDITORS)
    if settings.quota and queue.waiting_of(who.user_id) + count > settings.quota:
        return Sentence(
            "Each person may have at most {quota} entries waiting in this queue, and you have {count}.",
            quota=settings.quota,
            count=queue.waiting_of(who.user_id),
        )
    return None


def why_not_remove(queue: RoomQueue, who: Rights, entry_ids: Iterable[str]) -> Sentence | None:
    wanted = set(entry_ids)
    if queue.current in wanted and who.why_not_play:
        return Sentence("This plays now. {rule} Others vote to skip.", rule=who.why_not_play)
    if not who.may_edit and any(
        entry.id in wanted and entry.user_id != who.user_id for entry in queue.entries
    ):
        return only_editors(Sentence("remove entries of other people"))
    return None


def why_not_move(queue: RoomQueue, who: Rights) -> Sentence | None:
    if not who.may_edit:
        return _locked() if queue.settings.locked else only_editors(Sentence("move entries"))
    if queue.settings.order == VOTES:
        return Sentence("Votes decide the order of this queue. Change its order to move entries by hand.")
    return None


def why_not_shuffle(queue: RoomQueue, who: Rights) -> Sentence | None:
    if not who.may_edit:
        return only_editors(Sentence("shuffle the queue"))
    if queue.settings.order != MANUAL:
        return Sentence("This queue is not ordered by hand. Change its order to shuffle it.")
    return None


def why_not_edit(who: Rights, action: Sentence) -> Sentence | None:
    """`action`: a verb with its object, such as "clear the queue"."""
    return None if who.may_edit else only_editors(action)


def why_not_set(who: Rights, change: QueueSettingsChange) -> Sentence | None:
    if who.may_set_rules:
        return None
    rules = (name for name in change.__struct_fields__ if name not in _PLAYBACK_SETTINGS)
    if any(getattr(change, name) is not None for name in rules):
        return Sentence("Only the host, moderators and the owner may change the rules of the queue.")
    return why_not_edit(who, Sentence("change how the queue plays"))


def why_not_vote(queue: RoomQueue, who: Rights, entry: RoomQueueEntry, *, on: bool) -> Sentence | None:
    if not on or who.user_id in entry.votes:
        return None
    if queue.settings.locked and not who.may_edit:
        return _locked()
    if len(entry.votes) >= MAX_VOTERS:
        return Sentence("This entry has {count} votes, and more are not counted.", count=MAX_VOTERS)
    if queue.votes_of(who.user_id) >= MAX_VOTES:
        return Sentence(
            "You have voted for {count} entries. Take one of these votes back first.", count=MAX_VOTES
        )
    return None


def only_editors(action: Sentence) -> Sentence:
    return Sentence("Only {group} may {action}.", group=EDITORS, action=action)


def _locked() -> Sentence:
    return Sentence("The queue is locked: only {group} may change it.", group=EDITORS)
