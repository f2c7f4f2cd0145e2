"""The middleware serves static files, whole or in ranges, and passes on every other request."""

from pathlib import Path
from typing import Any

import pytest

from watchium.middleware.static_files import CHUNK_BYTES, serve_static_files

LONG = bytes(range(256)) * (CHUNK_BYTES // 128)  # exactly two chunks


class Response:
    status = 0
    body = b""
    chunks = 0
    headers: dict[bytes, bytes]

    async def send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], dict(message["headers"])
        else:
            self.body += message["body"]
            self.chunks += 1
            self.complete = not message.get("more_body", False)


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

    async def request(path: str, method: str = "GET", **headers: str) -> Response:
        raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        response = Response()
        await application(
            {"type": "http", "path": path, "method": method, "headers": raw}, nothing, response.send
        )
        assert response.complete
        return response

    return request


async def test_a_file_is_sent_completely_in_chunks(get):
    response = await get("/static/long.bin")
    assert (response.status, response.body, response.chunks) == (200, LONG, 3)
    assert response.headers[b"content-length"] == str(len(LONG)).encode()
    assert (await get("/static/empty.css")).body == b""


async def test_a_range_is_sent_alone(get):
    response = await get("/static/long.bin", range="bytes=10-19")
    assert (response.status, response.body) == (206, LONG[10:20])
    assert response.headers[b"content-range"] == f"bytes 10-19/{len(LONG)}".encode()
    assert (await get("/static/long.bin", range=f"bytes={len(LONG)}-")).status == 416


async def test_an_unchanged_file_gets_a_304(get):
    first = await get("/static/short.js")
    again = await get("/static/short.js", if_none_match=first.headers[b"etag"].decode())
    assert (again.status, again.body) == (304, b"")


async def test_a_file_removed_since_the_start_is_passed_on_until_it_is_back(get, settings):
    short = settings.STATIC_ROOT / "short.js"
    content = short.read_bytes()
    short.unlink()
    assert (await get("/static/short.js")).status == 299
    short.write_bytes(content)
    assert (await get("/static/short.js")).body == content


async def test_responses_have_content_type_and_security_headers(get):
    headers = (await get("/static/short.js")).headers
    assert headers[b"content-type"].startswith(b"text/javascript")
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"strict-transport-security"] == b"max-age=60"
    assert b"referrer-policy" in headers


async def test_head_gets_headers_only_and_post_is_rejected(get):
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
async def test_other_paths_go_to_django(get, path: str):
    assert (await get(path)).status == 299
