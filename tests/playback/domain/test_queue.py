from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.queue import ALL, OFF, ONE, REPEATS, Entry, Queue
from playback.domain.undo_history import MAX_DEPTH, History, QueueSnapshot

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "queue.json").read_text())

ids = st.integers(0, 9).map(lambda number: f"1.{number}")
repeats = st.sampled_from(REPEATS)


@st.composite
def queues(draw):
    names = draw(st.lists(ids, max_size=8, unique=True))
    entries = tuple(Entry(name, draw(st.integers(1, 4))) for name in names)
    current = draw(st.none() | st.sampled_from(names)) if names else None
    return Queue(entries, current)


def named(*names: str, current: str | None = None) -> Queue:
    return Queue(tuple(Entry(name, 1) for name in names), current)


def order(queue: Queue) -> list[str]:
    return [entry.id for entry in queue.entries]


@st.composite
def changes(draw):
    kind = draw(st.sampled_from(("added", "added behind", "begun", "removed", "moved", "cleared", "at")))
    which, before = draw(ids), draw(st.none() | ids)
    new = [Entry(f"2.{draw(st.integers(0, 10**9))}", 1)]
    return {
        "added": lambda queue: queue.added(new),
        "added behind": lambda queue: queue.added(new, after_current=True),
        "begun": lambda queue: queue.begun(new),
        "removed": lambda queue: queue.removed(which),
        "moved": lambda queue: queue.moved(which, before),
        "cleared": lambda queue: queue.cleared(),
        "at": lambda queue: queue.at(which),
    }[kind]


def read(document: dict) -> Queue:
    return Queue(tuple(Entry(*pair) for pair in document["entries"]), document["current"])


@pytest.mark.parametrize("example", VECTORS, ids=lambda example: example["name"])
def test_both_languages_agree_on_the_examples(example):
    method, *args = example["do"]
    queue = read(example["queue"])
    if method == "added":
        entries, *behind = args
        found = queue.added([Entry(*pair) for pair in entries], after_current=bool(behind and behind[0]))
    elif method == "begun":
        found = queue.begun([Entry(*pair) for pair in args[0]])
    else:
        found = getattr(queue, method)(*args)
    then = example["then"]
    assert found == (read(then) if isinstance(then, dict) else then)


@given(queues(), changes())
def test_the_current_entry_is_in_the_queue_or_none(queue, change):
    after = change(queue)
    assert after.current is None or after.current in after


@given(queues(), ids, st.none() | ids)
def test_moving_loses_nothing_and_makes_nothing(queue, which, before):
    after = queue.moved(which, before)
    assert sorted(order(after)) == sorted(order(queue))
    assert after.current == queue.current
    rest = [name for name in order(queue) if name != which]
    assert [name for name in order(after) if name != which] == rest


@given(queues(), ids, ids)
def test_a_moved_entry_is_right_before_its_target(queue, which, before):
    after = order(queue.moved(which, before))
    if which in queue and before in queue and which != before:
        assert after.index(which) + 1 == after.index(before)


@given(queues(), st.lists(st.integers(1, 3), min_size=1, max_size=4), st.booleans())
def test_concurrent_additions_are_both_kept_in_either_order(queue, items, behind):
    mine = [Entry(f"3.{place}", item) for place, item in enumerate(items)]
    theirs = [Entry("4.0", 9)]
    one = queue.added(mine, after_current=behind).added(theirs)
    other = queue.added(theirs).added(mine, after_current=behind)
    assert set(one.entries) == set(other.entries) == {*queue.entries, *mine, *theirs}


@given(queues(), ids)
def test_missing_entries_are_ignored(queue, which):
    after = queue.removed(which)
    assert which not in after
    assert after.removed(which) == after
    assert after.moved(which, None) == after
    assert after.at(which) == after


@given(queues(), repeats)
def test_with_repeat_the_entry_after_the_previous_one_is_the_current_one(queue, repeat):
    if queue.current is None or repeat == OFF:
        return
    there = queue.preceding(repeat)
    assert there is not None
    assert queue.at(there).following(repeat) == queue.current


def test_what_follows():
    queue = named("a", "b", "c", current="b")
    assert [queue.following(OFF), queue.preceding(OFF)] == ["c", "a"]
    assert queue.at("c").following(OFF) is None
    assert queue.at("c").following(ALL) == "a"
    assert queue.at("a").preceding(OFF) is None
    assert queue.following_end(ONE) == "b"
    assert queue.following_end(ALL) == "c"
    assert named("a", "b").following(OFF) == "a"
    assert Queue().following(ALL) is None


def test_removing_the_current_entry_makes_the_next_one_current():
    assert named("a", "b", "c", current="b").removed("b") == named("a", "c", current="c")
    assert named("a", "b", current="b").removed("b") == named("a")


def test_clearing_keeps_the_current_entry():
    assert named("a", "b", current="b").cleared() == named("b", current="b")
    assert named("a", "b").cleared() == Queue()


@given(queues(), st.lists(changes(), max_size=8))
def test_undoing_all_gives_the_first_queue_and_redoing_all_the_last(first, done):
    history, queue = History(), first
    for change in done:
        after = change(queue)
        if after.entries != queue.entries:
            history = history.changed(QueueSnapshot(queue))
        queue = after
    last, now = queue, QueueSnapshot(queue)
    while history.done:
        history, now = history.undo(now)
        assert now.queue.current is None or now.queue.current in now.queue
    assert now.queue.entries == first.entries
    while history.undone:
        history, now = history.redo(now)
    assert now.queue.entries == last.entries


@given(queues(), changes())
def test_undo_keeps_the_current_entry_playing_if_it_was_in_the_queue_before(queue, change):
    after = change(queue)
    _, back = History().changed(QueueSnapshot(queue, 7)).undo(QueueSnapshot(after, 12))
    taken_out = queue.current is not None and queue.current not in after
    if after.current is not None and after.current in queue and not taken_out:
        assert (back.queue.current, back.position_s) == (after.current, 12)
    else:
        assert back == QueueSnapshot(queue, 7)


def test_undo_restores_a_removed_current_entry_unless_another_was_chosen_since():
    before = QueueSnapshot(named("a", "b", "c", current="a"), 7)
    history = History().changed(before)
    taken = before.queue.removed("a")
    assert history.undo(QueueSnapshot(taken, 3))[1] == before
    assert history.undo(QueueSnapshot(taken.at("c"), 3))[1] == QueueSnapshot(
        named("a", "b", "c", current="c"), 3
    )
    last = QueueSnapshot(named("a", current="a"), 7, True)
    assert History().changed(last).undo(QueueSnapshot(last.queue.removed("a")))[1] == last


def test_a_new_change_clears_the_redo_stack():
    history, past = History().changed(QueueSnapshot(named("a"))).undo(QueueSnapshot(named("a", "b")))
    assert history.undone
    assert not history.changed(past).undone


def test_only_so_much_is_remembered():
    history = History()
    for number in range(200):
        history = history.changed(QueueSnapshot(named(*map(str, range(number)))))
    assert len(history.done) == MAX_DEPTH
    assert len(history.done[-1].queue) == 199


def test_of_long_queues_less_is_remembered():
    history = History()
    for _ in range(30):
        history = history.changed(QueueSnapshot(named(*map(str, range(500)))))
    assert sum(len(past.queue) for past in history.done) <= 10_000


def test_nothing_to_undo_changes_nothing():
    now = QueueSnapshot(named("a", current="a"))
    assert History().undo(now) == (History(), now)
    assert History().redo(now) == (History(), now)
