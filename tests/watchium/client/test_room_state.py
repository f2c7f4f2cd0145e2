from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from watchium.client.room_state import Followed, Resume
from watchium.protocol.codec import encode
from watchium.protocol.events import Change, Events, MissedEvents, Sought


def sought(revision: int) -> Sought:
    change = Change(
        current_time=float(revision),
        is_playing=False,
        rate=1.0,
        phase="paused",
        duration=None,
        media=None,
        user_id="g_a",
        username="alice",
        event_id=f"e{revision}",
    )
    return Sought(room_id="r", timestamp=1000.0 * revision, revision=revision, payload=change)


def missed(since: int, until: int) -> Events:
    frames = [msgspec.Raw(encode(sought(revision))) for revision in range(since + 1, until + 1)]
    payload = MissedEvents(events=frames, comments=[], deleted=[], revision=until, comment_seq=0, more=False)
    return Events(room_id="r", timestamp=0.0, payload=payload)


@given(st.permutations(range(1, 8)), st.lists(st.integers(1, 7), max_size=5))
def test_any_order_with_any_doubles_ends_in_one_state_and_is_heard_once_in_order(order, doubles):
    followed = Followed(Resume())
    heard = [event.revision for revision in [*order, *doubles] for event in followed.take(sought(revision))]
    assert heard == list(range(1, 8))
    assert (followed.revision, followed.timeline.current_time, followed.has_gap) == (7, 7.0, False)


@given(st.sets(st.integers(1, 7)))
def test_what_was_lost_is_filled_in_by_asking(arrived):
    followed = Followed(Resume())
    heard = [event for revision in sorted(arrived) for event in followed.take(sought(revision))]
    heard += [event for event in followed.take(missed(followed.revision, 7)) if isinstance(event, Sought)]
    assert [event.revision for event in heard] == list(range(1, 8))
    assert not followed.has_gap


def test_a_gap_is_seen():
    followed = Followed(Resume(revision=3))
    assert followed.take(sought(5)) == []
    assert followed.has_gap
    assert [event.revision for event in followed.take(sought(4))] == [4, 5]
