"""A room's queue as it is stored, and the result of each change. Pure; who may change it is not decided here."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from random import Random

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from playback.domain.queue import ALL, Queue
from playback.domain.room_queue.turns import arranged
from watchium.protocol.player_types import MAX_QUEUE
from watchium.protocol.queue import (
    EntryCheck,
    EntryFailure,
    QueueSettings,
    QueueState,
    RoomQueueEntry,
    SkipVotes,
)
from watchium.protocol.types import Media

MAX_VOTES = 20  # entries that one member may vote for at a time
MAX_VOTERS = 500  # of an entry; votes stay when their members leave
MAX_FAILURES = 20  # members named at an entry that they cannot play
MAX_ADDRESSES = (
    200_000  # characters of all addresses: each member who enters the room receives the whole queue
)


class RoomQueue(Struct, frozen=True, kw_only=True):
    """`last_id`: the highest id that was ever used. Every change returns a new queue."""

    revision: int = 0
    entries: tuple[RoomQueueEntry, ...] = ()
    current: str | None = None
    settings: QueueSettings = QueueSettings()
    skip: SkipVotes | None = None
    can_undo: bool = False
    can_redo: bool = False
    last_id: int = 0

    @property
    def order(self) -> Queue[RoomQueueEntry]:
        return Queue(self.entries, self.current)

    @property
    def following(self) -> str | None:
        """The entry that plays when the current one ends; without a current one, all were played already."""
        if self.current is None and self.settings.repeat != ALL:
            return None
        return self.order.following_end(self.settings.repeat)

    @property
    def advances(self) -> bool:
        """Whether another entry plays when the current one ends."""
        return self.following not in (None, self.current)

    @property
    def repeats(self) -> bool:
        """Whether the current entry plays again when it ends."""
        return self.following is not None and not self.advances

    @property
    def following_skip(self) -> str | None:
        """The entry that plays when the current one is skipped."""
        following = self.order.following(self.settings.repeat)
        return None if following == self.current and self.settings.repeat != ALL else following

    @property
    def following_repeated(self) -> str | None:
        """The first entry, if the queue is repeated: what plays after a last entry that was removed."""
        return self.entries[0].id if self.settings.repeat == ALL and self.entries else None

    def to_protocol(self) -> QueueState:
        return QueueState(
            revision=self.revision,
            entries=list(self.entries),
            current=self.current,
            following=self.following,
            settings=self.settings,
            skip=self.skip,
            can_undo=self.can_undo,
            can_redo=self.can_redo,
        )

    def waiting_of(self, user_id: str) -> int:
        """Return how many entries of a person are still to come."""
        return sum(entry.user_id == user_id for entry in self.order.upcoming)

    # ------------------------------------------------------------ entries

    def new_entries(
        self,
        media: Sequence[tuple[Media, float | None, str | None]],
        *,
        by: tuple[str | None, str | None],
        now_ms: float,
        checked: Collection[str] = (),
    ) -> tuple[RoomQueue, list[RoomQueueEntry]]:
        """Make entries of media with duration and cover; return the queue that has used their ids, and them.

        `checked`: addresses of what all browsers play.
        """
        user_id, username = by
        entries = [
            RoomQueueEntry(
                id=str(self.last_id + number),
                media=each,
                duration=duration,
                cover=cover,
                user_id=user_id,
                username=username,
                added_at=now_ms,
                checked=each.url in checked,
            )
            for number, (each, duration, cover) in enumerate(media, 1)
        ]
        return replace(self, last_id=self.last_id + len(entries)), entries

    def added(self, new: Sequence[RoomQueueEntry], *, after_current: bool = False) -> RoomQueue:
        """Add entries, and drop the oldest played ones beyond the limit, unless the queue is repeated."""
        return self._with(self.order.added(new, after_current=after_current))._trimmed()

    @property
    def is_too_long(self) -> bool:
        return len(self.entries) > MAX_QUEUE or sum(_address_lengths(self.entries)) > MAX_ADDRESSES

    def loaded(self, entry: RoomQueueEntry) -> RoomQueue:
        """Put an entry after the current one and make it current, or the one that follows if it plays the same."""
        return self._with(self.order.begun([entry]))._fitted()

    def ending_with(self, entry: RoomQueueEntry) -> RoomQueue:
        """Put an entry at the end and make it current."""
        return self._with(self.order.added([entry]).at(entry.id))._fitted()

    def removed(self, entry_ids: Collection[str]) -> RoomQueue:
        return self._with(self.order.without(entry_ids))

    def moved(self, entry_id: str, before: str | None) -> RoomQueue:
        return self._with(self.order.moved(entry_id, before))

    def cleared(self) -> RoomQueue:
        return self._with(self.order.cleared())

    def shuffled(self, random: Random) -> RoomQueue:
        upcoming = list(self.order.upcoming)
        random.shuffle(upcoming)
        return self._with(self.order.with_upcoming(upcoming))

    def restored(self, entries: Iterable[RoomQueueEntry]) -> RoomQueue:
        """Have these entries; the current one is among them."""
        return self._with(Queue(tuple(entries), self.current))._fitted()

    def at(self, entry_id: str | None) -> RoomQueue:
        """Make an entry current, or none."""
        if entry_id is None:
            return self._with(Queue(self.entries, None))
        return self._with(self.order.at(entry_id))

    def with_who_adds(self, who: str) -> RoomQueue:
        """Show who may add entries, which the room decides."""
        return replace(self, settings=replace(self.settings, who_adds=who))

    def with_settings(self, settings: QueueSettings) -> RoomQueue:
        return replace(self, settings=settings)._with(self.order)

    def _with(self, order: Queue[RoomQueueEntry]) -> RoomQueue:
        order = arranged(order, self.settings.order)
        skip = self.skip if order.current == self.current else None
        return replace(self, entries=order.entries, current=order.current, skip=skip)

    def _trimmed(self) -> RoomQueue:
        return self if self.settings.repeat == ALL else self._without_oldest()

    def _fitted(self) -> RoomQueue:
        """Make room in a full queue, for what plays: the oldest played entries go, then those that come last."""
        queue = self._without_oldest()
        while queue.is_too_long and queue.order.upcoming:
            queue = replace(queue, entries=queue.entries[:-1])
        return queue

    def _without_oldest(self) -> RoomQueue:
        if not self.is_too_long:
            return self
        lengths = _address_lengths(self.entries)
        excess, excess_chars = len(self.entries) - MAX_QUEUE, sum(lengths) - MAX_ADDRESSES
        dropped = 0
        while dropped < len(self.order.played) and (dropped < excess or excess_chars > 0):
            excess_chars -= lengths[dropped]
            dropped += 1
        return replace(self, entries=self.entries[dropped:])

    # ------------------------------------------------------------ checks

    def with_checks(self, user_id: str, username: str, checks: Iterable[EntryCheck]) -> RoomQueue:
        """Note which entries the member's browser can play."""
        by_id = {check.entry_id: check for check in checks}
        entries = tuple(
            _with_check(entry, user_id, username, by_id[entry.id]) if entry.id in by_id else entry
            for entry in self.entries
        )
        return replace(self, entries=entries)

    # ------------------------------------------------------------ votes

    def votes_of(self, user_id: str) -> int:
        """Return for how many entries that are still to come a member has voted: votes for played ones are used up."""
        return sum(user_id in entry.votes for entry in self.order.upcoming)

    def voted(self, entry_id: str, user_id: str, *, on: bool) -> RoomQueue:
        entries = tuple(
            replace(entry, votes=_vote(entry.votes, user_id, on=on)) if entry.id == entry_id else entry
            for entry in self.entries
        )
        return replace(self, entries=entries)._with(Queue(entries, self.current))

    def skip_voted(self, user_id: str, *, on: bool, present: Collection[str]) -> RoomQueue:
        """Give or take back a vote to skip the current entry; votes of members who are not present do not count."""
        votes = _vote(self.skip.votes if self.skip else [], user_id, on=on)
        return self.skip_counted([each for each in votes if each in present], len(present))

    def skip_counted(self, votes: list[str], present: int) -> RoomQueue:
        needed = votes_needed(present, self.settings.skip_percent)
        return replace(self, skip=SkipVotes(votes=votes, needed=needed, of=present) if votes else None)

    @property
    def is_voted_out(self) -> bool:
        return self.skip is not None and len(self.skip.votes) >= self.skip.needed


def votes_needed(present: int, percent: int) -> int:
    """Return the smallest number of members that is more than this share; everyone is enough in any case."""
    return max(1, min(present, present * percent // 100 + 1))


def _address_lengths(entries: Sequence[RoomQueueEntry]) -> list[int]:
    return [len(entry.media.url) for entry in entries]


def _with_check(entry: RoomQueueEntry, user_id: str, username: str, check: EntryCheck) -> RoomQueueEntry:
    others = [each for each in entry.failures if each.user_id != user_id]
    if check.plays:
        return replace(entry, checked=True, failures=others)
    failure = EntryFailure(user_id=user_id, username=username, codec=check.codec)
    if failure in entry.failures:
        return entry
    # The first ones may be of members who left, and are not shown then.
    return replace(entry, failures=[*others, failure][-MAX_FAILURES:])


def _vote(votes: list[str], user_id: str, *, on: bool) -> list[str]:
    if (user_id in votes) == on:
        return votes
    return [*votes, user_id] if on else [each for each in votes if each != user_id]


def encode(queue: RoomQueue) -> str:
    return msgspec.json.encode(queue).decode()


decode = msgspec.json.Decoder(RoomQueue).decode
