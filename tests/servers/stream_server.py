"""A media server for HLS with the manners of real ones: `/MANNER/NAME`.

`ok` serves the folder and allows other sites; `nocors` does not allow them; `missing` has nothing; `forbidden`
refuses; `html` answers with a page; `stall` never answers; `slow` answers each request after 60 ms; `expires`,
`stalls` and `turns` refuse segments from the fourth on, never send them, or send a page; `flood` is a list without an
end; `empty`, `itself` and `long` are lists without segments, of themselves, and of 10,000 segments; `live` and
`undated` are sliding windows of the film, with and without programme date time (DASH: `live` only); `growing` is the
list of a conversion that is still running; lists of `hevc` say that the picture is HEVC. Files whose suffix is in
`outage` get no answer, and the connection is closed, or an empty one with the code `outage_status`.
"""

from __future__ import annotations

import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.servers.stream_files import SEGMENT_S

TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".m4s": "video/iso.segment",
    ".mp4": "video/mp4",
    ".vtt": "text/vtt",
}
LINE_DELAY_S = 0.06
EXPIRES_AFTER = 3
SEGMENT_NUMBER = re.compile(r"(\d+)\.m4s$")
LIVE_SEGMENTS = 12
STALL_S = 30
FLOOD_MB = 1000
LONG_SEGMENTS = 10_000


class StreamServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Manners)
        self.folder = folder
        self.requests: Counter[str] = Counter()
        self.flooded = 0  # MB
        self.outage: tuple[str, ...] = ()
        self.outage_status: int | None = None
        self.closing = threading.Event()
        self.live_began_s = 0.0
        self.start_live()

    def start_live(self) -> None:
        """Begin the live film, with a full window of it already there."""
        self.live_began_s = time.time() - LIVE_SEGMENTS * SEGMENT_S

    def url(self, manner: str, name: str = "master.m3u8") -> str:
        """Return a new URL each time, so that nothing comes from the browser's cache."""
        return f"http://127.0.0.1:{self.server_port}/{manner}/{name}?{time.monotonic_ns()}"


class _Manners(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: StreamServer

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].strip("/")
        manner, _, name = path.partition("/")
        self.server.requests[path] += 1
        if self.server.outage and path.endswith(self.server.outage):
            self.close_connection = True
            if self.server.outage_status:
                self._send(b"", "text/plain", status=self.server.outage_status)
            return
        try:
            getattr(self, f"_{manner}", self._missing)(name)
        except OSError:
            self.close_connection = True  # the browser closed the connection

    # ------------------------------------------------------------ manners

    def _ok(self, name: str, *, cors: bool = True) -> None:
        path = self.server.folder / name
        if path.is_file():
            self._send(path.read_bytes(), TYPES[path.suffix], cors=cors)
        else:
            self._missing(name)

    def _nocors(self, name: str) -> None:
        self._ok(name, cors=False)

    def _hevc(self, name: str) -> None:
        path = self.server.folder / name
        text = re.sub(r"avc1\.\w+", "hvc1.1.6.L93.B0", path.read_text())
        self._send(text.encode(), TYPES[path.suffix])

    def _slow(self, name: str) -> None:
        self.server.closing.wait(LINE_DELAY_S)
        self._ok(name)

    def _missing(self, _name: str) -> None:
        self._send(b"", "text/plain", status=404)

    def _forbidden(self, _name: str) -> None:
        self._send(b"", "text/plain", status=403)

    def _html(self, _name: str) -> None:
        self._send(b"<!doctype html><title>Log in</title><p>Log in", "text/html")

    def _stall(self, _name: str) -> None:
        self.server.closing.wait(STALL_S)
        self.close_connection = True

    def _expires(self, name: str) -> None:
        self._from_the_fourth(name, self._forbidden)

    def _stalls(self, name: str) -> None:
        self._from_the_fourth(name, self._stall)

    def _turns(self, name: str) -> None:
        self._from_the_fourth(name, self._html)

    def _from_the_fourth(self, name: str, otherwise: Callable[[str], None]) -> None:
        number = SEGMENT_NUMBER.search(name)
        (otherwise if number and int(number[1]) >= EXPIRES_AFTER else self._ok)(name)

    def _flood(self, name: str) -> None:
        """As much as the browser takes, 100 MB/s at most."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", TYPES[Path(name).suffix])
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(b"#EXTM3U\n" if name.endswith(".m3u8") else b"<MPD>")
        for _ in range(FLOOD_MB):
            self.wfile.write(b"#" * 1_000_000)
            self.server.flooded += 1
            self.server.closing.wait(0.01)

    def _empty(self, name: str) -> None:
        self._send_list("#EXTM3U", "#EXT-X-TARGETDURATION:2", "#EXT-X-ENDLIST")

    def _itself(self, name: str) -> None:
        self._send_list("#EXTM3U", "#EXT-X-STREAM-INF:BANDWIDTH=100000", "master.m3u8")

    def _long(self, name: str) -> None:
        if name != "master.m3u8":
            return self._ok(name)
        segment = f"#EXTINF:{SEGMENT_S},\nv90/s00000.m4s"
        head = (
            "#EXTM3U",
            "#EXT-X-VERSION:7",
            f"#EXT-X-TARGETDURATION:{SEGMENT_S}",
            "#EXT-X-PLAYLIST-TYPE:VOD",
        )
        self._send_list(*head, '#EXT-X-MAP:URI="v90/init.mp4"', *[segment] * LONG_SEGMENTS, "#EXT-X-ENDLIST")

    def _live(self, name: str) -> None:
        self._window(name, dated=True)

    def _undated(self, name: str) -> None:
        self._window(name, dated=False)

    def _window(self, name: str, *, dated: bool) -> None:
        """The last segments that are complete by now, of a single rendition."""
        if name.endswith(".mpd"):
            began_s, film = self.server.live_began_s, (self.server.folder / name).read_text()
            return self._send(live_manifest(film, began_s, time.time()).encode(), TYPES[".mpd"])
        if not name.endswith(".m3u8"):
            return self._ok(name)
        known = len(list((self.server.folder / "v90").glob("*.m4s")))
        done = min(known, int((time.time() - self.server.live_began_s) / SEGMENT_S))
        first = max(0, done - LIVE_SEGMENTS)
        began = datetime.fromtimestamp(self.server.live_began_s + first * SEGMENT_S, UTC)
        date = [f"#EXT-X-PROGRAM-DATE-TIME:{began.isoformat(timespec='milliseconds')}"] if dated else []
        head = ("#EXTM3U", "#EXT-X-VERSION:7", f"#EXT-X-TARGETDURATION:{SEGMENT_S}")
        numbers = [f"#EXTINF:{SEGMENT_S},\nv90/s{number:05d}.m4s" for number in range(first, done)]
        start = (f"#EXT-X-MEDIA-SEQUENCE:{first}", '#EXT-X-MAP:URI="v90/init.mp4"')
        self._send_list(*head, *start, *date, *numbers)

    def _growing(self, name: str) -> None:
        """Half of each list, which has no end yet."""
        text = (self.server.folder / name).read_text() if name.endswith("index.m3u8") else ""
        if not text:
            return self._ok(name)
        lines = text.replace("PLAYLIST-TYPE:VOD", "PLAYLIST-TYPE:EVENT").split("#EXTINF")
        self._send_list("#EXTINF".join(lines[: len(lines) // 2 + 1]).removesuffix("#EXT-X-ENDLIST\n"))

    # ------------------------------------------------------------ responses

    def _send_list(self, *lines: str) -> None:
        self._send("\n".join((*lines, "")).encode(), TYPES[".m3u8"])

    def _send(self, data: bytes, mime: str, *, status: int = 200, cors: bool = True) -> None:
        asked = self.headers.get("Range", "").removeprefix("bytes=").partition("-")
        first = int(asked[0]) if status == 200 and asked[0] else 0
        last = min(int(asked[2] or len(data) - 1), len(data) - 1)
        self.send_response(206 if self.headers.get("Range") and status == 200 else status)
        self.send_header("Content-Type", mime)
        self.send_header("Cache-Control", "no-store")
        if self.headers.get("Range") and status == 200:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            data = data[first : last + 1]
        if cors:
            self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


def live_manifest(film: str, began_s: float, now_s: float) -> str:
    """Return the manifest of a film as that of its live broadcast: the last segments that are complete by now."""
    first_s, last_s = now_s - began_s - LIVE_SEGMENTS * SEGMENT_S, now_s - began_s

    def window(template: re.Match[str]) -> str:
        scale, at, number, kept = int(template[1]), 0, 1, []
        for length, repeats in re.findall(r'<S (?:t="0" )?d="(\d+)"(?: r="(\d+)")?', template[0]):
            for _ in range(int(repeats or 0) + 1):
                if at >= first_s * scale and at + int(length) <= last_s * scale:
                    kept.append((number, f'<S t="{at}" d="{length}" />'))
                at += int(length)
                number += 1
        start = kept[0][0] if kept else 1
        timeline = f"<SegmentTimeline>{''.join(each for _, each in kept)}</SegmentTimeline>"
        head = template[0].partition("<SegmentTimeline>")[0]
        return head.replace('startNumber="1"', f'startNumber="{start}"') + timeline

    began = datetime.fromtimestamp(began_s, UTC).isoformat(timespec="milliseconds")
    head = f'type="dynamic" availabilityStartTime="{began}" minimumUpdatePeriod="PT{SEGMENT_S}S"'
    head += f' timeShiftBufferDepth="PT{LIVE_SEGMENTS * SEGMENT_S}S"'
    text = re.sub(r'<SegmentTemplate timescale="(\d+)".*?</SegmentTimeline>', window, film, flags=re.DOTALL)
    return re.sub(r'type="static"\s+mediaPresentationDuration="[^"]*"', head, text)


@contextmanager
def stream_server(folder: Path) -> Iterator[StreamServer]:
    server = StreamServer(folder)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
