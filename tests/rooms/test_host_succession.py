from __future__ import annotations

import random
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from rooms.host_succession import next_host


@dataclass
class Candidate:
    pk: int
    role: str
    here_since_ms: float


candidates = st.lists(
    st.builds(Candidate, st.integers(1, 50), st.sampled_from(["member", "moderator"]), st.floats(0, 1e6)),
    unique_by=lambda c: c.pk,
)


def test_an_empty_room_has_no_next_host():
    assert next_host([], 3) is None


@given(candidates, st.integers(1, 50), st.randoms())
def test_the_next_host_is_the_same_in_every_process(people, named, shuffler: random.Random):
    shuffled = people[:]
    shuffler.shuffle(shuffled)
    assert next_host(people, named) == next_host(shuffled, named)


@given(candidates.filter(bool))
def test_the_member_named_by_the_host_comes_first(people):
    named = people[-1]
    assert next_host(people, named.pk) == named


@given(candidates.filter(bool))
def test_moderators_come_before_members_and_the_longest_present_first(people):
    chosen = next_host(people, None)
    assert chosen is not None
    better = [
        p
        for p in people
        if (p.role != "moderator", p.here_since_ms) < (chosen.role != "moderator", chosen.here_since_ms)
    ]
    assert better == []
