from __future__ import annotations

from math import inf

from watchium.protocol.events import MemberJoined, WelcomeState
from watchium.protocol.types import Limits, MemberState, RoomState, You
from watchium.syncplay.roster import Roster

ROOM = RoomState(
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
TOM = You(
    user_id="g_tom",
    username="Tom",
    avatar_url=None,
    role="member",
    may_control=False,
    device_id=None,
    is_owner=False,
    may_moderate=False,
)


def roster() -> Roster:
    welcome = WelcomeState(
        you=TOM,
        room=ROOM,
        members=[],
        timeline=None,
        comments=None,
        revision=0,
        event_id="",
        comment_seq=0,
        limits=Limits(frame_bytes=65536, comment_chars=500, heartbeat_ms=1000, reconnect_spread_ms=0),
        clock_id="c",
        resumed=False,
    )
    return Roster(welcome, "film")


def join(number: int) -> MemberJoined:
    member = MemberState(
        user_id=f"g_{number}", username=f"guest {number}", avatar_url=None, role="member", may_control=False
    )
    return MemberJoined(room_id="r", timestamp=0.0, payload=member)


def names(line: dict | None) -> set[str]:
    return set(line["List"]["film"]) if line else set()


def test_the_first_list_is_due_at_once_and_the_next_when_it_was_asked_for():
    tom = roster()
    assert names(tom.due_list(1000.0)) == {"Tom"}
    assert (tom.due_list(1005.0), tom.next_s) == (None, inf)
    tom.ask_for_list()
    assert names(tom.due_list(1005.0)) == {"Tom"}


def test_many_joins_and_requests_make_one_list_a_second_with_all_members():
    tom = roster()
    lists = [tom.due_list(1000.0)]
    for number in range(100):
        assert tom.apply(join(number)), "each join is announced at once"
        tom.ask_for_list()
        lists.append(tom.due_list(1000.0 + number / 200))
    assert len([line for line in lists if line]) == 1
    assert tom.next_s == 1001.0
    assert names(tom.due_list(1001.0)) == {"Tom", *(f"guest {number}" for number in range(100))}
    assert tom.next_s == inf


def test_a_repeated_join_changes_nothing():
    tom = roster()
    tom.apply(join(1))
    tom.due_list(1000.0)
    assert tom.apply(join(1)) == []
    assert tom.next_s == inf
