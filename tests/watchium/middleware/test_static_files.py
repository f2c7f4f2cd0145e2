"""Static files come from the door, whole, in ranges or not at all, and nothing else does."""

from pathlib import Path
from typing import Any

import pytest

from watchium.middleware.static_files import CHUNK_BYTES, serve_static_files

LONG = bytes(range(256)) * (CHUNK_BYTES // 128)  # exactly two pieces


class Answer:
    status = 0
    body = b""
    pieces = 0
    headers: dict[bytes, bytes]

    async def take(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]
            self.pieces += 1
            self.over = not message.get("more_body", False)


@pytest.fixture
def get(settings, tmp_path: Path):
    settings.STATIC_ROOT, settings.DEBUG, settings.SECURE_HSTS_SECONDS = tmp_path, False, 60
    (tmp_path / "long.bin").write_bytes(LONG)
    (tmp_path / "empty.css").write_bytes(b"")
    (tmp_path / "short.js").write_bytes(b"let a = 1")
    (tmp_path.parent / "secret.txt").write_bytes(b"secret")

    async def django(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 299, "headers": []})
        await send({"type": "http.response.body", "body": b"Django"})

    async def nothing() -> dict[str, Any]:
        return {"type": "http.request"}

    application = serve_static_files(django)

    async def ask(path: str, method: str = "GET", **headers: str) -> Answer:
        told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        answer = Answer()
        await application(
            {"type": "http", "path": path, "method": method, "headers": told}, nothing, answer.take
        )
        assert answer.over
        return answer

    return ask


async def test_a_file_comes_whole_a_piece_at_a_time(get):
    answer = await get("/static/long.bin")
    assert (answer.status, answer.body, answer.pieces) == (200, LONG, 3)
    assert answer.headers[b"content-length"] == str(len(LONG)).encode()
    assert (await get("/static/empty.css")).body == b""


async def test_a_range_of_it_comes_alone(get):
    answer = await get("/static/long.bin", range="bytes=10-19")
    assert (answer.status, answer.body) == (206, LONG[10:20])
    assert answer.headers[b"content-range"] == f"bytes 10-19/{len(LONG)}".encode()
    assert (await get("/static/long.bin", range=f"bytes={len(LONG)}-")).status == 416


async def test_what_the_browser_has_already_is_not_sent_again(get):
    first = await get("/static/short.js")
    again = await get("/static/short.js", if_none_match=first.headers[b"etag"].decode())
    assert (again.status, again.body) == (304, b"")


async def test_it_says_that_it_is_nothing_else_than_it_says(get):
    headers = (await get("/static/short.js")).headers
    assert headers[b"content-type"].startswith(b"text/javascript")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"strict-transport-security"] == b"max-age=60"
    assert b"referrer-policy" in headers


async def test_only_the_head_is_told_where_that_is_asked_and_nothing_is_written(get):
    head = await get("/static/short.js", "HEAD")
    assert (head.status, head.body, head.headers[b"content-length"]) == (200, b"", b"9")
    assert (await get("/static/short.js", "POST")).status == 405


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/static/",
        "/static/none.js",
        "/static/../secret.txt",
        "/static//short.js",
        "/rooms/static/short.js",
    ],
)
async def test_all_else_is_for_django(get, path: str):
    assert (await get(path)).status == 299
