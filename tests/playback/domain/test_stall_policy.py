from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.drift import ReceivedReport
from playback.domain.stall_policy import Wait, attentive, charge_waits, counted, stall_wait, start_gate
from playback.domain.wait_budget import CLEAN_MS, MEMBER_MS, ROOM_MS, WINDOW_MS, WaitBudget
from watchium.protocol.commands import PlayerReport

NOW_MS = 1_795_219_200_000.0
BOB, EVE = ("g_bob", "Bob"), ("g_eve", "Eve")
NAMES = {who[0] for who in (BOB, EVE)}


def report(state="tracking", *, at_ms=NOW_MS, revision=1, latency_ms=30.0) -> ReceivedReport:
    report = PlayerReport(
        current_time=0,
        is_playing=True,
        is_synced=True,
        state=state,
        revision=revision,
        latency_ms=latency_ms,
    )
    return ReceivedReport(report, at_ms)


# ---------------------------------------------------------------- which members count


NOT_WATCHING = ["hidden", "suspended", "blocked", "stopped", "off", "degraded", "error", "catching_up"]


@pytest.mark.parametrize("state", NOT_WATCHING)
def test_a_start_does_not_wait_for_inattentive_members(state):
    assert not attentive(report(state), NOW_MS)


@pytest.mark.parametrize("state", ["loading", "ready", "paused", "tracking", "playing", "stalled", "ended"])
def test_watching_members_count(state):
    assert counted(report(state), NOW_MS)


def test_a_start_does_not_wait_for_silent_distant_or_stateless_members():
    assert attentive(report(at_ms=NOW_MS - 10_000, latency_ms=2000), NOW_MS)
    assert not attentive(report(at_ms=NOW_MS - 10_001), NOW_MS)
    assert not attentive(report(latency_ms=2001), NOW_MS)
    assert not counted(report(None), NOW_MS)
    assert not counted(report(revision=None), NOW_MS)
    assert not counted(None, NOW_MS)


# ---------------------------------------------------------------- when a wait is over


def wait_for_both(longest_ms=8000.0) -> Wait:
    wait = start_gate([BOB, EVE], WaitBudget(), longest_ms, 5, NOW_MS)
    assert wait is not None
    return wait


@pytest.mark.parametrize(
    ("seen", "waited"),
    [
        (report("ready", revision=5, at_ms=NOW_MS + 100), False),
        (report("paused", revision=6, at_ms=NOW_MS + 100), False),
        (report("ready", revision=5, at_ms=NOW_MS - 400), False),  # fine-tuned: it samples another instant
        (report("ready", revision=4, at_ms=NOW_MS + 100), True),
        (report("loading", revision=5, at_ms=NOW_MS + 100), True),
        (report("stalled", revision=5, at_ms=NOW_MS + 100), True),
        (report("buffering", revision=5, at_ms=NOW_MS + 100), True),
        (report("hidden", revision=5, at_ms=NOW_MS + 100), False),
        (report("hidden", revision=4, at_ms=NOW_MS - 100), True),
        (None, True),
    ],
)
def test_a_member_is_waited_for_until_ready_at_the_revision_or_not_watching(seen, waited):
    heard = {"g_bob": seen} if seen else {}
    remaining = wait_for_both().remaining(heard, NAMES, NOW_MS + 500)
    assert remaining.includes("g_bob") is waited
    assert remaining.includes("g_eve")


def test_a_wait_drops_members_who_left_or_fell_silent():
    assert [one.user_id for one in wait_for_both().remaining({}, {"g_eve"}, NOW_MS + 1).members] == ["g_eve"]
    assert wait_for_both(30_000).remaining({}, NAMES, NOW_MS + 10_000).members
    assert not wait_for_both(30_000).remaining({}, NAMES, NOW_MS + 10_001).members


def test_the_protocol_names_the_awaited_members_and_the_end_of_the_wait():
    wait = stall_wait(BOB, WaitBudget(), 8, 5, NOW_MS)
    hold = wait.to_protocol()
    assert (hold.why, hold.until) == ("stall", NOW_MS + 8000)
    assert [(one.user_id, one.username) for one in hold.who] == [BOB]


# ---------------------------------------------------------------- how long


waits_s = st.integers(1, 30)
steps = st.lists(
    st.tuples(st.sampled_from([BOB, EVE]), st.floats(0, 90_000), st.floats(0, 40_000)), max_size=40
)


def evening(steps, wait_s):
    """Underruns after pauses of so many ms, lasting so long; return the waits, and the budgets after each."""
    budget, now_ms, spent = WaitBudget(), NOW_MS, []
    for who, pause_ms, starving_ms in steps:
        now_ms += pause_ms
        wait = stall_wait(who, budget, wait_s, 1, now_ms)
        if wait is None:
            budget = budget.on_underrun(who[0], now_ms)
            continue
        over_ms = min(now_ms + starving_ms, wait.until_ms)
        budget = charge_waits(budget, wait, None, over_ms)
        spent.append((who, now_ms, over_ms, wait))
        now_ms = over_ms
    return budget, now_ms, spent


@given(steps, waits_s)
def test_every_wait_ends_within_the_rooms_limit(steps, wait_s):
    for _, from_ms, _, wait in evening(steps, wait_s)[2]:
        assert 0 < wait.until_ms - from_ms <= wait_s * 1000
        assert all(one.until_ms <= wait.until_ms for one in wait.members)


@given(steps, waits_s)
def test_no_five_minutes_have_more_waiting_than_the_rooms_budget(steps, wait_s):
    _, _, spent = evening(steps, wait_s)
    for _, _, end_ms, _ in spent:
        within = [
            min(until, end_ms) - max(start, end_ms - WINDOW_MS)
            for _, start, until, _ in spent
            if until > end_ms - WINDOW_MS and start < end_ms
        ]
        assert sum(within) <= ROOM_MS + 1e-3


@given(steps, waits_s)
def test_no_member_costs_more_than_their_share_before_a_clean_minute(steps, wait_s):
    _, _, spent = evening(steps, wait_s)
    for name in NAMES:
        cost_ms, last_ms = 0.0, float("-inf")
        for _, from_ms, over_ms, _ in (one for one in spent if one[0][0] == name):
            cost_ms = over_ms - from_ms + (cost_ms if from_ms - last_ms < CLEAN_MS else 0.0)
            last_ms = over_ms
            assert cost_ms <= MEMBER_MS + 1e-3


@given(steps, waits_s)
def test_accounts_stay_small(steps, wait_s):
    budget, now_ms, _ = evening(steps, wait_s)
    assert len(budget.intervals) <= 2 * 40
    assert (
        all(interval.until_ms > now_ms - 3 * WINDOW_MS for interval in budget.intervals[-2:])
        or not budget.intervals
    )


def exhausted() -> tuple[WaitBudget, float]:
    budget, now_ms = WaitBudget(), NOW_MS
    for _ in range(2):
        wait = stall_wait(BOB, budget, 10, 1, now_ms)
        budget, now_ms = charge_waits(budget, wait, None, now_ms + 10_000), now_ms + 10_000
    return budget, now_ms


def test_an_exhausted_member_is_not_waited_for_until_a_minute_without_underruns():
    budget, now_ms = exhausted()
    assert stall_wait(BOB, budget, 10, 1, now_ms + 59_000) is None
    budget = budget.on_underrun("g_bob", now_ms + 59_000)
    assert stall_wait(BOB, budget, 10, 1, now_ms + 118_000) is None
    wait = stall_wait(BOB, budget, 10, 1, now_ms + 119_000)
    assert wait.until_ms == now_ms + 129_000


def test_others_are_waited_for_meanwhile_until_the_room_had_enough():
    budget, now_ms = exhausted()
    for _ in range(2):
        wait = stall_wait(EVE, budget, 10, 1, now_ms)
        budget, now_ms = charge_waits(budget, wait, None, now_ms + 10_000), now_ms + 10_000
    assert stall_wait(("g_new", "New"), budget, 10, 1, now_ms) is None
    assert start_gate([("g_new", "New")], budget, 8000, 1, now_ms) is None
    later = stall_wait(("g_new", "New"), budget, 10, 1, now_ms + WINDOW_MS - 35_000)
    assert later.until_ms - later.since_ms == 5_000


def test_only_the_time_waited_for_a_member_is_charged():
    wait = wait_for_both()
    fewer = msgspec.structs.replace(
        wait, members=tuple(one for one in wait.members if one.user_id != "g_bob")
    )
    budget = charge_waits(WaitBudget(), wait, fewer, NOW_MS + 1000)
    budget = charge_waits(budget, fewer, None, NOW_MS + 5000)
    spent = {name: budget.spent_ms(name, NOW_MS + 5000) for name in ("g_bob", "g_eve", "")}
    assert spent == {"g_bob": 1000, "g_eve": 5000, "": 5000}


def test_a_start_does_not_wait_for_exhausted_members():
    budget, now_ms = exhausted()
    assert [one.user_id for one in start_gate([BOB, EVE], budget, 8000, 1, now_ms).members] == ["g_eve"]
    assert start_gate([BOB], budget, 8000, 1, now_ms) is None


def test_stored_waits_and_budgets_keep_their_keys():
    wait = stall_wait(BOB, WaitBudget(), 8, 1, NOW_MS)
    assert set(msgspec.to_builtins(wait)) == {"why", "who", "since_ms", "until_ms"}
    assert set(msgspec.to_builtins(WaitBudget())) == {"spans", "aside"}
