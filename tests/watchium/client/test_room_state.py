from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import asdict, replace

from watchium.client.room_state import Resume, RoomReplica
from watchium.protocol.codec import encode
from watchium.protocol.events import Change, RoomChange, RoomChanged, Sought
from watchium.protocol.replies import Events, MissedEvents
from watchium.protocol.types import RoomState


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
def test_events_in_any_order_and_repeated_are_applied_once_and_in_order(order, repeated):
    replica = RoomReplica(Resume())
    applied = [
        event.revision for revision in [*order, *repeated] for event in replica.apply(sought(revision))
    ]
    assert applied == list(range(1, 8))
    assert (replica.revision, replica.timeline.current_time, replica.has_gap) == (7, 7.0, False)


@given(st.sets(st.integers(1, 7)))
def test_lost_events_are_filled_in_from_the_response(arrived):
    replica = RoomReplica(Resume())
    applied = [event for revision in sorted(arrived) for event in replica.apply(sought(revision))]
    applied += [event for event in replica.apply(missed(replica.revision, 7)) if isinstance(event, Sought)]
    assert [event.revision for event in applied] == list(range(1, 8))
    assert not replica.has_gap


def test_a_gap_is_detected():
    replica = RoomReplica(Resume(revision=3))
    assert replica.apply(sought(5)) == []
    assert replica.has_gap
    assert [event.revision for event in replica.apply(sought(4))] == [4, 5]


def test_the_room_has_its_latest_settings_in_order():
    replica = RoomReplica(Resume())
    state = RoomState(
        room_id="r",
        title="Film",
        visibility="public",
        control_policy="host",
        owner_id=None,
        host_id=None,
        seat=None,
        epoch="e",
        sync_enabled=True,
        sync_tolerance_ms=500,
    )
    fields = asdict(sought(1).payload)
    for revision, countdown in ((2, True), (1, False)):
        change = RoomChange(**fields, room=replace(state, countdown=countdown))
        replica.apply(RoomChanged(room_id="r", timestamp=0.0, revision=revision, payload=change))
    assert replica.room is not None
    assert replica.room.countdown
