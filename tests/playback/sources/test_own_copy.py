from __future__ import annotations

import hashlib
import json
from io import BytesIO

import msgspec
import pytest

from playback.sources.own_copy import EDGE_BYTES, media_of, sha256_of
from tests.servers import ROOT
from watchium.protocol.types import OwnCopy

VECTORS = json.loads((ROOT / "tests" / "vectors" / "fingerprint.json").read_text())


def data_of(vector: dict[str, int]) -> bytes:
    return bytes((i * vector["step"] + (i >> 8)) & 255 for i in range(vector["size"]))


def test_the_digests_of_the_vectors_are_those_of_hashlib():
    for vector in VECTORS["sha256"]:
        assert hashlib.sha256(data_of(vector)).hexdigest() == vector["sha256"], vector


def test_the_fingerprint_is_the_same_as_in_the_page():
    for vector in VECTORS["edges"]:
        file = BytesIO(data_of(vector))

        def read(at: int, size: int, file: BytesIO = file) -> bytes:
            file.seek(at)
            return file.read(size)

        assert sha256_of(read, vector["size"]) == vector["sha256"], vector


def test_no_more_than_the_edges_are_read():
    reads = []

    def read(at: int, size: int) -> bytes:
        reads.append((at, size))
        return bytes(size)

    sha256_of(read, 1 << 40)
    assert reads == [(0, EDGE_BYTES), ((1 << 40) - EDGE_BYTES, EDGE_BYTES)]


def test_a_file_without_a_fingerprint_is_known_by_its_name_size_and_length():
    one, same, other = (
        media_of(OwnCopy(title="Film.mkv", duration=seconds), "Film.mkv") for seconds in (60.0, 60.0, 61.0)
    )
    assert one == same
    assert one.url != other.url
    assert (one.title, one.duration, one.size, one.sha256) == ("Film.mkv", 60.0, None, None)


@pytest.mark.parametrize("named", [{}, {"size": 5}, {"title": " "}, {"sha256": "0" * 64}])
def test_a_file_needs_a_name_or_a_whole_fingerprint(named: dict[str, object]):
    with pytest.raises(msgspec.ValidationError, match="Object needs"):
        msgspec.convert(named, OwnCopy)
