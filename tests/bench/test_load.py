"""The arithmetic of the load benchmark: verdicts, frame parsing, timestamps, bisection, charts."""

from __future__ import annotations

import math
import socket
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.load.__main__ import SECTIONS
from tests.bench.load.figures import Figure, Outcome, Panel, Table, verdict
from tests.bench.load.harness import websocket_client
from tests.bench.load.harness.send_buffer import unsent
from tests.bench.load.plot import drawing
from tests.bench.load.report import page, shown


@pytest.mark.parametrize(
    ("value", "least", "said"),
    [
        (30, False, "met"),
        (59, False, "within twice"),
        (61, False, "missed"),
        (30, True, "met"),
        (16, True, "within twice"),
        (14, True, "missed"),
        (math.nan, False, "not measured"),
        (math.inf, False, "missed"),
    ],
)
def test_a_figure_is_compared_with_its_target(value, least, said):
    assert verdict(Figure(title="", value=value, target=30, least=least)) == said


def test_a_figure_without_a_target_has_no_verdict():
    assert verdict(Figure(title="", value=30)) == ""


def test_a_target_of_zero_is_met_by_zero_only():
    assert verdict(Figure(title="lost", value=0, target=0)) == "met"
    assert verdict(Figure(title="lost", value=1, target=0)) == "missed"


def as_a_server_sends(opcode: int, payload: bytes) -> bytes:
    size = len(payload)
    if size < 126:
        return bytes((0x80 | opcode, size)) + payload
    if size < 65536:
        return bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big") + payload
    return bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big") + payload


@given(st.lists(st.tuples(st.integers(1, 10), st.integers(0, 70_000))), st.data())
def test_frames_are_parsed_in_chunks_of_any_size(sent, data):
    sent = [(opcode, b"x" * size) for opcode, size in sent]
    stream = b"".join(as_a_server_sends(*one) for one in sent)
    cut = data.draw(st.integers(0, len(stream)))
    first, rest = websocket_client.frames(stream[:cut])
    second, rest = websocket_client.frames(rest + stream[cut:])
    assert [*first, *second] == sent
    assert rest == b""


def test_the_send_buffer_of_a_stalled_reader_is_measured_until_its_connection_closes():
    with socket.create_server(("127.0.0.1", 0)) as server:
        far = socket.create_connection(server.getsockname())
        near, _ = server.accept()
    ports = near.getsockname()[1], far.getsockname()[1]
    assert unsent(*ports) == 0
    near.setblocking(False)
    with suppress(BlockingIOError):
        while True:
            near.send(bytes(65536))
    kept = unsent(*ports)
    assert kept is not None
    assert kept > 0
    near.close()
    assert unsent(*ports) is None
    far.close()
    assert unsent(*ports) is None


def test_every_figure_is_in_the_report():
    found = Outcome(
        figures=[Figure(title="p99", value=12.34, unit="ms", target=10, beside="on a busy machine")],
        tables=[Table(title="By size", head=["", "N = 10"], rows=[["Watchium", "1"]])],
        panels=[Panel(title="Arrivals", xs=["0", "1"], series={"connections": [0, 3]}, bars=True, limit=2)],
        notes=["Said of it."],
        when="today",
        seed=7,
    )
    said = page({"fanout": found}, {"processor": "abacus"})
    for words in (
        "| p99 | <= 10 ms | 12.3 ms | within twice | on a busy machine |",
        "## By size",
        "Said of it.",
        "seed 7",
    ):
        assert words in said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.1234, "0.123 ms"), (1.234, "1.23 ms"), (1234.5, "1,234.5 ms"), (math.inf, "never"), (2, "2 ms")],
)
def test_numbers_have_significant_digits_only(value, said):
    assert shown(Figure(title="", value=value, unit="ms")) == said


series = st.dictionaries(
    st.sampled_from(["a", "b", "c"]),
    st.lists(st.one_of(st.floats(0, 1e9), st.just(math.nan)), min_size=3, max_size=3),
    min_size=1,
)


@given(series, st.booleans(), st.one_of(st.none(), st.floats(0.1, 1e6)))
def test_every_result_can_be_drawn(values, bars, limit):
    panel = Panel(title="t", xs=["1", "2", "3"], series=values, bars=bars, limit=limit)
    ElementTree.fromstring(drawing([panel, panel]))


@pytest.mark.parametrize("name", SECTIONS)
def test_the_code_of_each_section_exists(name):
    """Read, not imported: the load generator's packages are installed by the first `make bench`."""
    module, _, function = SECTIONS[name].partition(".")
    spec = find_spec(f"tests.bench.load.scenarios.{module}")
    assert spec is not None and spec.origin is not None
    assert f"async def {function}(" in Path(spec.origin).read_text("utf-8")
