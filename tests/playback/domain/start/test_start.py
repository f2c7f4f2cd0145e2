from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playback.domain.start import polls, ready_check
from playback.domain.start.state import ANNOUNCED_MS, StartState
from watchium.protocol.types import PollAnswer, PollState

PEOPLE = [f"u_{n}" for n in range(6)]
people = st.sampled_from(PEOPLE)


def poll(count: int) -> PollState:
    answers = [PollAnswer(text=str(n), media=None, votes=[]) for n in range(count)]
    return PollState(
        id="1",
        question="?",
        answers=answers,
        user_id=PEOPLE[0],
        username="Ana",
        closes_at=None,
        closed=False,
        winner=None,
    )


@given(st.integers(2, 10), st.lists(st.tuples(people, st.none() | st.integers(0, 9))))
def test_each_person_has_the_last_vote_they_gave_and_one_at_most(count, votes):
    state, last = poll(count), {}
    for person, answer in votes:
        state = polls.voted(state, person, answer)
        if answer is None or answer < count:
            last[person] = answer
    given_votes = {each: n for n, answer in enumerate(state.answers) for each in answer.votes}
    assert sum(len(answer.votes) for answer in state.answers) == len(given_votes)
    assert given_votes == {person: answer for person, answer in last.items() if answer is not None}
    closed = polls.closed(state)
    counts = [len(answer.votes) for answer in state.answers]
    assert closed.winner == (counts.index(max(counts)) if any(counts) else None)
    assert polls.voted(closed, PEOPLE[0], 0) == closed == polls.closed(closed)


@given(st.lists(st.tuples(people, st.booleans())), st.sets(people))
def test_a_check_is_complete_when_all_who_are_present_are_ready(marks, present):
    check, ready = ready_check.opened((PEOPLE[0], "Ana"), 0), {PEOPLE[0]}
    for person, on in marks:
        check = ready_check.marked(check, person, on=on)
        (ready.add if on else ready.discard)(person)
    assert set(check.ready) == ready
    assert len(check.ready) == len(ready)
    assert ready_check.is_complete(check, present) == (bool(present) and present <= ready)
    remaining = ready_check.among(check, present)
    assert set(remaining.ready) == ready & present


@given(st.none() | st.floats(1e6, 1e9), st.none() | st.integers(1, 3600), st.booleans())
def test_the_first_of_what_is_to_come_is_due(premiere_at, deadline_s, starts):
    check = ready_check.opened((PEOPLE[0], "Ana"), 1e6, starts=starts, deadline_s=deadline_s)
    state = StartState(ready_check=check).with_premiere(premiere_at)
    times = [] if premiere_at is None else [premiere_at - ANNOUNCED_MS]
    times += [1e6 + deadline_s * 1000] if starts and deadline_s else []
    assert state.due_ms == min(times, default=None)
    assert state.announced().due_ms is None
    assert state.started(0).due_ms == (None if premiere_at is None else premiere_at - ANNOUNCED_MS)
    assert state.announced().started(0).premiere_at is None
    if state.due_ms is not None:
        assert state.premiere_is_due(state.due_ms) or state.deadline_is_over(state.due_ms)
        assert not (state.premiere_is_due(state.due_ms - 1) or state.deadline_is_over(state.due_ms - 1))


@given(st.lists(st.tuples(people, st.integers(0, 2))), people, people)
def test_after_a_guest_signed_in_no_vote_is_doubled_and_none_is_of_the_guest(votes, guest, account):
    state = poll(3)
    for person, answer in votes:
        state = polls.voted(state, person, answer)
    merged = polls.reassigned(state, guest, account)
    voters = [each for answer in merged.answers for each in answer.votes]
    assert len(voters) == len(set(voters))
    assert guest == account or guest not in voters
