from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from watchium.client import offset_and_delay

milliseconds = st.floats(0, 60_000)
offsets = st.floats(-1e9, 1e9)


@given(offsets, milliseconds, milliseconds, milliseconds)
def test_the_true_offset_lies_within_half_the_delay(offset, there, processing, back):
    t1 = 1_700_000_000_000.0
    t2 = t1 + there + offset
    t3 = t2 + processing
    t4 = t3 - offset + back
    assume(t4 >= t1)
    estimated, delay = offset_and_delay(t1, t2, t3, t4)
    assert abs(estimated - offset) <= delay / 2 + 0.01
    assert delay == pytest.approx(there + back, abs=0.01)


@given(offsets, milliseconds)
def test_symmetric_delays_give_the_exact_offset(offset, way):
    estimated, _ = offset_and_delay(0, way + offset, way + offset, 2 * way)
    assert estimated == pytest.approx(offset, abs=0.01)


@pytest.mark.parametrize("times", [(10, 5, 6, 9), (0, 6, 5, 10)])
def test_a_clock_that_went_backwards_raises(times):
    with pytest.raises(ValueError, match="backwards"):
        offset_and_delay(*times)
