from __future__ import annotations

from random import Random
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from playback.domain.room_queue import permissions
from playback.domain.room_queue.changes import EntriesSnapshot, Origin, change_between
from playback.domain.room_queue.permissions import Rights
from playback.domain.room_queue.state import (
    MAX_ADDRESSES,
    MAX_VOTERS,
    RoomQueue,
    decode,
    encode,
    votes_needed,
)
from playback.domain.room_queue.turns import by_votes, in_turns
from playback.domain.undo_history import History
from watchium.client.room_queue import changed
from watchium.protocol.player_types import MAX_QUEUE
from watchium.protocol.queue import QueueSettings
from watchium.protocol.types import Media

few = settings(max_examples=25)
PEOPLE = ("g_a", "g_b", "g_c")
people = st.sampled_from(PEOPLE)
numbers = st.integers(1, 14).map(str)


def media(name: str) -> Media:
    return Media(url=f"https://example.org/{name}.mp4", kind="video", title=name)


def with_added(queue: RoomQueue, by: str | None, *names: str, after_current: bool = False) -> RoomQueue:
    queue, entries = queue.new_entries([(media(name), None, None) for name in names], by=(by, by), now_ms=0.0)
    return queue.added(entries, after_current=after_current)


def loaded(queue: RoomQueue, by: str | None, name: str) -> RoomQueue:
    queue, (entry,) = queue.new_entries([(media(name), None, None)], by=(by, by), now_ms=0.0)
    return queue.loaded(entry)


@st.composite
def changes(draw):
    kind = draw(
        st.sampled_from(
            ("add", "next", "load", "remove", "move", "clear", "shuffle", "at", "vote", "skip", "set")
        )
    )
    which, other, who = draw(numbers), draw(st.none() | numbers), draw(people)
    on, seed = draw(st.booleans()), draw(st.integers(0, 5))
    chosen = QueueSettings(
        order=draw(st.sampled_from(("manual", "votes", "fair"))),
        repeat=draw(st.sampled_from(("off", "one", "all"))),
    )
    return {
        "add": lambda queue: with_added(queue, who, "x", "y"),
        "next": lambda queue: with_added(queue, who, "z", after_current=True),
        "load": lambda queue: loaded(queue, who, "x"),
        "remove": lambda queue: queue.removed([which, other]),
        "move": lambda queue: queue.moved(which, other),
        "clear": lambda queue: queue.cleared(),
        "shuffle": lambda queue: queue.shuffled(Random(seed)),
        "at": lambda queue: queue.at(other),
        "vote": lambda queue: queue.voted(which, who, on=on),
        "skip": lambda queue: queue.skip_voted(who, on=on, present=PEOPLE),
        "set": lambda queue: queue.with_settings(chosen),
    }[kind]


@st.composite
def queues(draw):
    queue = RoomQueue()
    for change in draw(st.lists(changes(), max_size=10)):
        queue = change(queue)
    return queue


def ids(queue: RoomQueue) -> list[str]:
    return [entry.id for entry in queue.entries]


@few
@given(queues(), changes())
def test_a_change_as_clients_receive_it_leads_from_one_queue_to_the_other(before, change):
    after = replace(change(before), revision=before.revision + 1)
    told = change_between(before, after, Origin("queue_add", "g_a", "A", "e"))
    assert changed(before.to_protocol(), told) == after.to_protocol()
    if ids(before) == ids(after):
        assert told.order is None


@few
@given(queues(), changes())
def test_ids_are_used_once_and_the_current_entry_is_one_of_the_queue(before, change):
    after = change(before)
    assert len(set(ids(after))) == len(after.entries)
    assert after.current is None or after.current in ids(after)
    assert after.following is None or after.following in ids(after)
    new = [int(entry_id) for entry_id in set(ids(after)) - set(ids(before))]
    assert all(before.last_id < number <= after.last_id for number in new)
    assert after.current == before.current or after.skip is None


@few
@given(queues())
def test_what_is_stored_is_what_was_there(queue):
    assert decode(encode(queue)) == queue


@few
@given(queues())
def test_an_order_loses_nothing_leaves_what_played_and_is_final(queue):
    before = queue.order
    for order in ("manual", "votes", "fair"):
        wanted = replace(queue.settings, order=order)
        once = queue.with_settings(wanted)
        assert once.order.played == before.played
        assert sorted(ids(once)) == sorted(ids(queue))
        assert once.with_settings(wanted) == once


@few
@given(queues())
def test_votes_come_first_and_then_who_was_earlier(queue):
    ordered = by_votes(queue.entries)
    keys = [(-len(entry.votes), int(entry.id)) for entry in ordered]
    assert keys == sorted(keys)


@few
@given(queues())
def test_between_two_turns_of_a_person_everybody_who_waits_has_one(queue):
    ordered = in_turns(queue.order.upcoming, queue.order.current_entry)
    turns = [entry.user_id for entry in ordered]
    for place, person in enumerate(turns):
        again = next((later for later in range(place + 1, len(turns)) if turns[later] == person), None)
        if again is not None:
            assert set(turns[again:]) - {person} <= set(turns[place:again])
    own = {
        person: [entry.id for entry in queue.order.upcoming if entry.user_id == person] for person in turns
    }
    for person, waiting in own.items():
        assert [entry.id for entry in ordered if entry.user_id == person] == waiting


@few
@given(queues())
def test_who_had_the_last_turn_waits_for_everybody_else(queue):
    current = queue.order.current_entry
    turns = [entry.user_id for entry in in_turns(queue.order.upcoming, current)]
    if current and current.user_id in turns:
        assert set(turns) - {current.user_id} <= set(turns[: turns.index(current.user_id)])


@few
@given(queues(), st.lists(changes(), max_size=8))
def test_undoing_all_restores_the_entries_and_keeps_what_plays(first, done):
    history, queue = History(), first
    for change in done:
        after = change(queue)
        if ids(after) != ids(queue):
            history = history.changed(EntriesSnapshot(queue.entries, queue.current))
        queue = after
    last, now = queue, EntriesSnapshot(queue.entries, queue.current)
    while history.done:
        history, now = history.undo(now)
    restored = [entry.id for entry in now.entries if entry.id in ids(first)]
    assert restored == ids(first) or last.current in ids(first)
    assert now.current == last.current
    assert {entry.id for entry in now.entries} - set(ids(first)) <= {last.current}
    while history.undone:
        history, now = history.redo(now)
    if ids(last) != ids(first):
        assert {entry.id for entry in now.entries} == set(ids(last))


@few
@given(queues(), st.integers(0, 5), people)
def test_undo_brings_back_what_was_removed_with_the_votes_since(queue, at, who):
    if not queue.entries:
        return
    which = queue.entries[at % len(queue.entries)].id
    before = EntriesSnapshot(queue.entries, queue.current)
    removed = queue.removed([which])
    for entry in removed.entries:
        removed = removed.voted(entry.id, who, on=True)
    if which == queue.current:
        return
    now = EntriesSnapshot(removed.entries, removed.current).undone_to(before)
    assert [entry.id for entry in now.entries] == ids(queue)
    votes = {entry.id: entry.votes for entry in removed.entries}
    assert all(entry.votes == votes.get(entry.id, entry.votes) for entry in now.entries)


def test_the_oldest_played_entries_make_room_unless_the_queue_is_repeated():
    full = with_added(RoomQueue(), "g_a", *["x"] * MAX_QUEUE)
    assert with_added(full, "g_a", "y").is_too_long
    played = full.at("5")
    fits = with_added(played, "g_a", "y", "z")
    assert (len(fits.entries), ids(fits)[:2]) == (MAX_QUEUE, ["3", "4"])
    assert not fits.is_too_long
    assert with_added(played, "g_a", *["y"] * 5).is_too_long
    repeated = played.with_settings(QueueSettings(repeat="all"))
    assert with_added(repeated, "g_a", "y").is_too_long
    assert loaded(played, "g_a", "y").current == str(MAX_QUEUE + 1)
    into_full = loaded(full, "g_a", "y")
    assert (into_full.current, len(into_full.entries)) == (str(MAX_QUEUE + 1), MAX_QUEUE)
    assert ids(into_full)[1] == "1"


@few
@given(queues(), st.lists(changes(), max_size=6), st.integers(2, 8))
def test_what_plays_is_an_entry_of_a_queue_that_is_never_too_long(queue, done, limit):
    """Additions beyond the limit are refused elsewhere; everything else makes room."""
    with patch("playback.domain.room_queue.state.MAX_QUEUE", limit):
        snapshots = [EntriesSnapshot(queue.entries[:limit], None)]
        queue = queue.removed(ids(queue)[limit:])
        for change in done:
            after = change(queue)
            queue = queue if after.is_too_long else after
            snapshots.append(EntriesSnapshot(queue.entries, queue.current))
        played = loaded(queue, "g_a", "now")
        assert played.order.current_entry.media.title == "now"
        assert len(played.entries) <= limit
        for before in snapshots:
            now = EntriesSnapshot(played.entries, played.current)
            restored = played.restored(now.undone_to(before).entries)
            assert len(restored.entries) <= limit
            assert restored.current in ids(restored)


@few
@given(queues())
def test_after_the_last_entry_nothing_follows_unless_the_queue_is_repeated(queue):
    alone = replace(queue, current=None)
    assert (alone.following is None) == (queue.settings.repeat != "all" or not queue.entries)


def test_the_oldest_played_entries_make_room_for_long_addresses():
    long = "x" * (MAX_ADDRESSES // 10)
    played = with_added(RoomQueue(), "g_a", *[long] * 9).at("3")
    fits = with_added(played, "g_a", long, long)
    assert (ids(fits)[0], fits.is_too_long) == ("3", False)
    assert with_added(played, "g_a", *[long] * 4).is_too_long


@given(st.integers(0, 300), st.integers(0, 100))
def test_more_than_the_share_of_those_present_is_needed_and_everyone_is_enough(present, percent):
    needed = votes_needed(present, percent)
    assert 1 <= needed <= max(1, present)
    assert needed * 100 > present * percent or needed == present
    if present > 1 and needed > 1:
        assert (needed - 1) * 100 <= present * percent


@few
@given(queues(), people, numbers, st.booleans())
def test_everyone_removes_their_own_entries_and_controllers_all(queue, who, which, locked):
    queue = queue.with_settings(replace(queue.settings, locked=locked))
    entry = queue.order.entry(which)
    may = permissions.why_not_remove(queue, Rights(who), [which]) is None
    if entry is not None and which != queue.current:
        assert may == (entry.user_id == who)
    assert permissions.why_not_remove(queue, Rights(who, may_edit=True), [which]) is None


@few
@given(queues(), people, st.integers(1, 5), st.integers(0, 4))
def test_a_quota_is_never_exceeded(queue, who, count, quota):
    queue = queue.with_settings(QueueSettings(quota=quota))
    if permissions.why_not_add(queue, Rights(who), count) is None and quota:
        assert with_added(queue, who, *["x"] * count).waiting_of(who) <= quota


def test_an_entry_has_a_bounded_number_of_votes():
    queue = with_added(RoomQueue(), "g_a", "x")
    voters = [f"g_{number}" for number in range(MAX_VOTERS)]
    full = replace(queue.entries[0], votes=voters)
    late, voter = Rights("g_late"), Rights(voters[0])
    assert permissions.why_not_vote(queue, late, queue.entries[0], on=True) is None
    assert "not counted" in str(permissions.why_not_vote(queue, late, full, on=True))
    assert permissions.why_not_vote(queue, voter, full, on=True) is None
    assert permissions.why_not_vote(queue, voter, full, on=False) is None
