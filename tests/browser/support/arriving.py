"""An upload that arrives as a test wants it: no line has a speed, and no test waits for a time."""

from __future__ import annotations

import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

FILM_S = 8  # WebKitGTK holds back the last 3 MB and then stalls; of 4 s there was no time left to go on
EDGE_BYTES = 64 * 1024  # of the beginning and of the end, by which a file is known
TUS = {"Tus-Resumable": "1.0.0"}


def make_film(folder: Path) -> Path:
    """A film that begins with its index and takes a megabyte a second: noise cannot be compressed."""
    film = folder / "arriving.mp4"
    picture = f"color=gray:s=320x180:r=10:d={FILM_S},noise=alls=100:allf=t"
    sources = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", f"sine=d={FILM_S}"]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "2", "-g", "20", "-c:a", "aac"]
    command = ["ffmpeg", "-v", "error", *sources, *codecs, "-movflags", "+faststart", str(film)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120)
    return film


class ArrivingUpload:
    """An upload to the room that is open in a page, by its member."""

    def __init__(self, page: Page, film: Path) -> None:
        self.page, self.data = page, film.read_bytes()
        self.sent = 0
        room_id = page.evaluate("watchium.room.boot.room_id")
        texts = {
            "title": film.stem,
            "sha256": sha256(self.data[:EDGE_BYTES] + self.data[-EDGE_BYTES:]).hexdigest(),
        }
        pairs = (f"{name} {b64encode(text.encode()).decode()}" for name, text in texts.items())
        size = {"Upload-Length": str(len(self.data)), "Upload-Metadata": ",".join(pairs)}
        self.address = self._ask("POST", f"/api/rooms/{room_id}/uploads/", size)["location"]
        self.media_url = f"/media/uploads/{self.address.rstrip('/').rpartition('/')[2]}"

    def send(self, share: float) -> None:
        """Send the next bytes, up to this share of the file."""
        end = round(share * len(self.data))
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(self.sent)}
        self._ask("PATCH", self.address, kind, self.data[self.sent : end])
        self.sent = end

    def _ask(self, method: str, url: str, headers: dict[str, str], body: bytes = b"") -> dict[str, str]:
        cookies = {cookie["name"]: cookie["value"] for cookie in self.page.context.cookies()}
        parts = urlsplit(self.page.url)
        every = {
            **TUS,
            **headers,
            "X-CSRFToken": cookies["csrftoken"],
            "Origin": f"{parts.scheme}://{parts.netloc}",
        }
        response = self.page.request.fetch(url, method=method, headers=every, data=body)
        assert response.ok, response.text()
        return response.headers
