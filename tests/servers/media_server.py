"""A media server on its own address, with range requests and files that may still be growing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

MIMES = {".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".webm": "video/webm", ".flac": "audio/flac"}
OTHER_MIME = "application/octet-stream"


class MediaServer(ThreadingHTTPServer):
    """By file name: `bytes_there` limits the current size; no byte beyond `held` is sent until `go_on`.

    Pages of other hosts may read the files in `readable`.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.bytes_there: dict[str, int] = {}
        self.held: dict[str, int] = {}
        self.readable: set[str] = set()
        self.go_on = Event()

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/{name}"


class _Handler(BaseHTTPRequestHandler):
    server: MediaServer
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: object) -> None:
        """Log nothing: the output of the test is enough."""

    def do_GET(self) -> None:
        name = self.path.lstrip("/").partition("?")[0]
        data = (self.server.folder / name).read_bytes()[: self.server.bytes_there.get(name)]
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = min(int(asked[2] or len(data) - 1), len(data) - 1) if asked else len(data) - 1
        self.send_response(206 if asked else 200)
        self.send_header("Content-Type", MIMES.get(Path(name).suffix, OTHER_MIME))
        if name in self.server.readable:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(last + 1 - first))
        if asked:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.end_headers()
        held_at = max(first, self.server.held.get(name, last + 1))
        try:
            self.wfile.write(data[first : min(held_at, last + 1)])
            if held_at <= last:
                self.server.go_on.wait(30)
                self.wfile.write(data[held_at : last + 1])
        except OSError:
            self.close_connection = True  # the browser closed the connection


@contextmanager
def media_server(folder: Path) -> Iterator[MediaServer]:
    server = MediaServer(folder)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.go_on.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
