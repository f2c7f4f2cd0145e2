from __future__ import annotations

from rooms.models import Room
from tests.playback.library.media_files import wav
from tests.playback.uploads.fixtures import UploadCase, faststart_mp4

SONG = wav(2)


class Serving(UploadCase):
    def get(self, url: str, caller=None, **headers: str):
        caller = caller or self.as_bob
        return caller.client.get(url, headers={**caller.headers, **headers})

    def test_members_of_the_room_read_ranges_of_it(self):
        url = self.sent(SONG).url
        part = self.get(url, Range="bytes=100-199")
        assert (part.status_code, part.content) == (206, SONG[100:200])
        assert part["Content-Range"] == f"bytes 100-199/{len(SONG)}"
        assert part["Content-Type"] == "audio/wav"
        assert b"".join(self.get(url)) == SONG
        assert self.get(url, If_None_Match=part["ETag"]).status_code == 304

    def test_nobody_else_does(self):
        url = self.sent(SONG).url
        for caller in (self.as_carol, self.anonymous):
            assert self.get(url, caller).status_code == 404
        assert self.get(url.replace(url[-8:], "0" * 8)).status_code == 404
        assert self.get("/media/uploads/../../etc/passwd").status_code == 404
        Room.objects.filter(pk=self.room.pk).update(visibility="public")
        assert self.get(url, self.as_carol).status_code == 404

    def test_those_who_left_do_not(self):
        url = self.sent(SONG).url
        assert self.get(url).status_code == 200
        assert self.as_bob.post(self.url("leave/"), {}).status_code == 204
        assert self.get(url).status_code == 404

    def test_a_range_ends_at_what_has_arrived_and_has_the_final_size(self):
        data = faststart_mp4()
        url = self.address(len(data))
        self.piece(url, 0, data[:5000])
        media = self.upload_at(url).url
        part = self.get(media, Range="bytes=0-")
        assert (part.status_code, part.content) == (206, data[:5000])
        assert part["Content-Range"] == f"bytes 0-4999/{len(data)}"
        assert part["Cache-Control"] == "no-store"
        for header in ("bytes=5000-", "bytes=-10"):
            late = self.get(media, Range=header)
            assert (late.status_code, late["Retry-After"]) == (503, "2")
        assert self.get(media).status_code == 503
        assert self.get(media, Range=f"bytes={len(data)}-").status_code == 416
        self.piece(url, 5000, data[5000:])
        whole = self.get(media, Range="bytes=4990-5009")
        assert (whole.content, whole["ETag"]) == (data[4990:5010], part["ETag"])

    def test_a_head_request_has_the_final_size(self):
        url = self.address(len(SONG))
        self.piece(url, 0, SONG[:1000])
        head = self.as_bob.client.head(self.upload_at(url).url, headers=self.as_bob.headers)
        assert (head.status_code, head["Content-Length"]) == (200, str(len(SONG)))
