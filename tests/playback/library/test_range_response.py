from __future__ import annotations

import dataclasses
import itertools
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.http import Http404
from django.test import AsyncRequestFactory, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from playback.library import range_response
from playback.library.safe_open import open_below
from watchium import server_clock

MIB = 1024 * 1024
CLIP = Path(settings.SAMPLES_DIR) / "clip.webm"
SIZE = CLIP.stat().st_size
get = RequestFactory().get


def answer(name: str = "clip.webm", **headers):
    return range_response.sample(get("/", headers=headers), name)


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_a_range_is_answered_with_that_part():
    part = answer(Range="bytes=100-199")
    assert part.status_code == 206
    assert part.content == CLIP.read_bytes()[100:200]
    assert part["Content-Range"] == f"bytes 100-199/{SIZE}"
    assert (part["Content-Length"], part["Content-Type"], part["Accept-Ranges"]) == (
        "100",
        "video/webm",
        "bytes",
    )


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("bytes=0-", (0, MIB - 1)),
        ("bytes=0-99999999", (0, MIB - 1)),
        (f"bytes={SIZE - 10}-", (SIZE - 10, SIZE - 1)),
        ("bytes=-10", (SIZE - 10, SIZE - 1)),
        (f"bytes=-{SIZE + 5}", (0, MIB - 1)),
        (f"bytes={SIZE - 1}-{SIZE + 10}", (SIZE - 1, SIZE - 1)),
    ],
)
def test_a_part_is_a_mebibyte_at_most(asked, given):
    part = answer(Range=asked)
    assert part["Content-Range"] == f"bytes {given[0]}-{given[1]}/{SIZE}"
    assert len(part.content) == given[1] - given[0] + 1


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}", "bytes=-0"])
def test_a_range_beyond_the_file_cannot_be_satisfied(asked):
    refused = answer(Range=asked)
    assert (refused.status_code, refused["Content-Range"]) == (416, f"bytes */{SIZE}")


@pytest.mark.parametrize(
    "asked", ["bytes=9-3", "bytes=-", "bytes=a-b", "items=0-1", "bytes=0-1,5-6", "", "x"]
)
def test_other_range_headers_are_ignored(asked):
    whole = answer(Range=asked)
    assert whole.status_code == 200
    assert body(whole) == CLIP.read_bytes()


@given(st.text(max_size=30), st.integers(0, 10 * MIB))
def test_any_header_is_inside_the_file_or_nothing(header, size):
    span = range_response.parse_range(header, size)
    if span is not None and span[0] <= span[1]:
        assert 0 <= span[0] <= span[1] < size
        assert span[1] - span[0] < MIB


async def test_the_whole_file_comes_in_chunks_under_asgi():
    whole = range_response.sample(AsyncRequestFactory().get("/"), "clip.webm")
    chunks = [chunk async for chunk in whole.streaming_content]  # type: ignore[attr-defined]
    assert max(map(len, chunks)) <= range_response.CHUNK
    assert b"".join(chunks) == CLIP.read_bytes()
    assert whole["Content-Length"] == str(SIZE)


async def test_gstreamer_gets_all_that_it_asks_for_in_chunks():
    """It takes the end of an answer for the end of the file: after a seek a film broke off after a mebibyte."""
    asked = {"Range": "bytes=100-", "Icy-MetaData": "1"}
    part = range_response.sample(AsyncRequestFactory().get("/", headers=asked), "clip.webm")
    assert (part.status_code, part["Content-Range"]) == (206, f"bytes 100-{SIZE - 1}/{SIZE}")
    assert (part["Content-Length"], part["Content-Type"]) == (str(SIZE - 100), "video/webm")
    chunks = [chunk async for chunk in part.streaming_content]  # type: ignore[attr-defined]
    assert max(map(len, chunks)) <= range_response.CHUNK
    assert b"".join(chunks) == CLIP.read_bytes()[100:]
    assert SIZE > MIB + 100  # more than others get


async def test_a_reader_whose_permission_ends_gets_no_more(monkeypatch):
    now_ms = itertools.count(step=range_response.ASK_MS // 2)
    monkeypatch.setattr(server_clock, "now_ms", lambda: next(now_ms))
    allowed = iter([True, False])

    async def ask(call):
        return call()

    monkeypatch.setattr(range_response, "in_database", ask)
    file = range_response.found(open_below(Path(settings.SAMPLES_DIR), "clip.webm"), "video/webm")
    file = dataclasses.replace(file, may_continue=lambda: next(allowed))
    response = range_response.serve(AsyncRequestFactory().get("/"), file)
    chunks = [chunk async for chunk in response]  # type: ignore[attr-defined]
    assert 0 < len(chunks) < 10


def test_head_has_headers_without_a_body():
    response = range_response.sample(RequestFactory().head("/", headers={"Range": "bytes=0-9"}), "music.ogg")
    assert (response.status_code, response.content, response["Content-Type"]) == (200, b"", "audio/ogg")  # type: ignore[attr-defined]
    assert int(response["Content-Length"]) == (Path(settings.SAMPLES_DIR) / "music.ogg").stat().st_size


def test_a_client_with_the_same_etag_gets_304():
    first = answer(Range="bytes=0-1")
    for headers in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        again = answer(**headers)
        assert (again.status_code, again["ETag"]) == (304, first["ETag"])
    assert answer(**{"If-None-Match": '"other"', "Range": "bytes=0-1"}).status_code == 206


def test_the_rest_of_another_file_is_not_sent():
    tag, date = answer(Range="bytes=0-1")["ETag"], answer(Range="bytes=0-1")["Last-Modified"]
    for condition, status in ((tag, 206), (date, 206), ('"other"', 200), ("nonsense", 200)):
        assert answer(**{"If-Range": condition, "Range": "bytes=5-9"}).status_code == status


@pytest.mark.parametrize(
    "name", ["nothing.webm", "../manage.py", ".hidden", "make_samples.py", "%2e%2e", "clip.webm/"]
)
def test_nothing_else_is_served(name):
    with pytest.raises(Http404):
        answer(name)


def test_links_and_dotfiles_are_not_media(tmp_path):
    (tmp_path / ".secret").write_text("x")
    os.symlink(CLIP, tmp_path / "link.webm")
    for name in (".secret", "link.webm", "absent.webm", "."):
        with pytest.raises(Http404):
            range_response.found(open_below(tmp_path, name), "video/webm")


def test_other_methods_are_not_allowed():
    assert range_response.sample(RequestFactory().post("/"), "clip.webm").status_code == 405
