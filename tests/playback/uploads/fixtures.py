"""Uploads in a temporary folder, and files to send."""

from __future__ import annotations

import base64
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from django.test import override_settings

from playback.models import Upload
from playback.uploads import storage
from playback.uploads.tus import PIECE_TYPE
from tests.watchium.api.callers import ApiCase, Caller

FILM = ["-f", "lavfi", "-i", "testsrc2=s=160x90:r=10:d=2", "-f", "lavfi", "-i", "sine=d=2", "-shortest"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "32k"]


def film(name: str, *options: str) -> bytes:
    """Return two seconds of film in the container that the name's extension chooses."""
    return _made(name, options)


@cache
def _made(name: str, options: tuple[str, ...]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        command = ["ffmpeg", "-v", "error", *FILM, *(options or H264), str(path)]
        subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=60)
        return path.read_bytes()


def faststart_mp4() -> bytes:
    return film("film.mp4", *H264, "-movflags", "+faststart")


def metadata(**texts: str) -> str:
    return ",".join(f"{name} {base64.b64encode(text.encode()).decode()}" for name, text in texts.items())


class UploadCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        folder = Path(self.enterContext(tempfile.TemporaryDirectory())).resolve() / "uploads"
        self.enterContext(override_settings(UPLOADS_DIR=folder))

    def tus(
        self, caller: Caller, method: str, url: str, body: bytes = b"", kind: str = PIECE_TYPE, **headers: str
    ):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        every = {**caller.headers, "Tus-Resumable": "1.0.0", "Content-Type": kind, **named}
        return caller.client.generic(method, url, body, kind, headers=every)

    def begin(self, size: int, caller: Caller | None = None, *, forwarded: str = "", **texts: str):
        return self.tus(
            caller or self.as_alice,
            "POST",
            self.url("uploads/"),
            Upload_Length=str(size),
            Upload_Metadata=metadata(**texts),
            X_Forwarded_For=forwarded,
        )

    def address(self, size: int, **texts: str) -> str:
        response = self.begin(size, **texts)
        assert response.status_code == 201, response.content
        return response["Location"]

    def piece(self, url: str, at: int, body: bytes, caller: Caller | None = None, **headers: str):
        return self.tus(caller or self.as_alice, "PATCH", url, body, Upload_Offset=str(at), **headers)

    def offset(self, url: str) -> int:
        response = self.tus(self.as_alice, "HEAD", url)
        assert response.status_code == 200, response.status_code
        return int(response["Upload-Offset"])

    def sent(self, data: bytes, **texts: str) -> Upload:
        """Upload a whole file."""
        url = self.address(len(data), **texts)
        response = self.piece(url, 0, data)
        assert response.status_code == 204, response.content
        return self.upload_at(url)

    def upload_at(self, url: str) -> Upload:
        return Upload.objects.get(upload_id=url.rstrip("/").rpartition("/")[2])

    def stored(self) -> list[str]:
        return sorted(each.name for each in storage.folder().iterdir()) if storage.folder().exists() else []
