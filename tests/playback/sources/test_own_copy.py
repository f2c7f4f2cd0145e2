from __future__ import annotations

import hashlib
import json
from io import BytesIO

from playback.sources.own_copy import EDGE_BYTES, sha256_of
from tests.servers import ROOT

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
