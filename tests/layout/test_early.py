from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.early import dealt, shares


@given(st.integers(0, 30), st.integers(0, 60), st.integers(1, 5))
def test_each_share_begins_with_early_tests_and_no_test_is_lost(early: int, rest: int, workers: int):
    long, short = [f"long {number}" for number in range(early)], [str(number) for number in range(rest)]
    order = dealt(long, short, workers)
    assert sorted(order) == sorted([*long, *short])
    if early >= workers and rest > early * workers:  # so that a share holds what is dealt to it
        begin = 0
        for size in shares(len(order), workers):
            assert order[begin].startswith("long")
            begin += size
