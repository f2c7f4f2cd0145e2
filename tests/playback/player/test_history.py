from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from playback.domain.queue import Entry, Queue
from playback.domain.undo_history import MAX_ENTRIES, History, QueueSnapshot
from playback.models import PlayerHistory
from tests.playback.domain.test_queue import queues

pasts = st.builds(QueueSnapshot, queues(), st.floats(0, 1e6), st.booleans())


@given(st.lists(pasts, max_size=60))
def test_a_change_is_remembered_as_the_pure_stacks_have_it(before):
    history, stacks = PlayerHistory(), History()
    for past in before:
        history.push(past)
        stacks = stacks.changed(past)
    history.done = json.loads(json.dumps(history.done))
    assert history.stacks == stacks


@given(st.lists(pasts, min_size=1, max_size=5))
def test_a_change_clears_the_redo_stack(before):
    history = PlayerHistory()
    history.stacks = History((), tuple(before))
    history.push(before[0])
    assert history.stacks == History((before[0],))


def test_nothing_that_is_remembered_is_read_for_a_change_but_how_long_it_is():
    history = PlayerHistory(done=["500|not read"] * 30)
    history.push(QueueSnapshot(Queue(tuple(Entry(f"1.{place}", place) for place in range(500)))))
    assert len(history.done) == MAX_ENTRIES // 500
    assert set(history.done[:-1]) == {"500|not read"}
