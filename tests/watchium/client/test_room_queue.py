from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.client.room_queue import NO_QUEUE, changed
from watchium.client.room_state import Resume, RoomReplica
from watchium.protocol.events import QueueChanged
from watchium.protocol.queue import QueueChange, QueueState
from watchium.protocol.replies import Events, Head, HeadState, MissedEvents

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "room_queue.json").read_text())


def whole(revision: int) -> QueueState:
    return msgspec.structs.replace(NO_QUEUE, revision=revision)


def change(revision: int) -> QueueChanged:
    payload = QueueChange(
        revision=revision, cause="queue_clear", user_id=None, username=None, event_id=None, entries=[], order=None,
        current=None, following=None, settings=None, skip=None, can_undo=False, can_redo=False,
    )  # fmt: skip
    return QueueChanged(room_id="r", timestamp=0.0, payload=payload)


def missed(queue: QueueState | None) -> Events:
    payload = MissedEvents(
        events=[], comments=[], deleted=[], revision=0, comment_seq=0, more=False, queue=queue
    )
    return Events(room_id="r", timestamp=0.0, payload=payload)


@pytest.mark.parametrize("example", VECTORS, ids=lambda example: example["name"])
def test_both_languages_agree_on_the_examples(example):
    queue, then = (msgspec.convert(example[name], QueueState) for name in ("queue", "then"))
    assert changed(queue, msgspec.convert(example["change"], QueueChange)) == then


@given(st.permutations(range(1, 7)), st.lists(st.integers(1, 6), max_size=4))
def test_changes_in_any_order_and_repeated_are_applied_once_and_in_order(order, repeated):
    replica = RoomReplica(Resume())
    applied = [
        event.payload.revision for number in [*order, *repeated] for event in replica.apply(change(number))
    ]
    assert applied == list(range(1, 7))
    assert (replica.queue.revision, replica.has_gap) == (6, False)


def test_a_gap_is_healed_by_the_whole_queue_and_the_changes_after_it():
    replica = RoomReplica(Resume())
    assert replica.apply(change(4)) == []
    assert replica.has_gap
    assert replica.apply(missed(whole(3)))[1:] == [change(4)]
    assert (replica.queue.revision, replica.has_gap) == (4, False)
    replica.apply(missed(whole(2)))
    assert replica.queue.revision == 4
    head = HeadState(revision=0, comment_seq=0, epoch="", queue_revision=5)
    replica.apply(Head(room_id="r", timestamp=0.0, payload=head))
    assert replica.has_gap
