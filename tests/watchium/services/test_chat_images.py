from __future__ import annotations

import base64
import shutil
import struct
import zlib
from datetime import timedelta
from threading import Event, Thread
from typing import Any
from unittest import skipUnless
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import SimpleTestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from chat.models import Comment, CommentImage
from playback import sandbox
from playback.uploads import storage
from rooms.models import Member
from tests.watchium.api.callers import ApiCase
from watchium import server_clock
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.errors import BadMessage, RateLimited
from watchium.services.images import encoding
from watchium.services.images.chat_images import CAPTION, MAX_BYTES
from watchium.services.images.encoding import encode, place_of, size_of
from watchium.services.people.merge_guest import merge_guest_into_account


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *, rows: int | None = None, comment: bytes = b"") -> bytes:
    """A grey picture; `rows` are less than it claims to have."""
    lines = b"".join(b"\0" + b"\x80" * width for _ in range(height if rows is None else rows))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    text = chunk(b"tEXt", b"Comment\0" + comment) if comment else b""
    data = chunk(b"IDAT", zlib.compress(lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + text + data + chunk(b"IEND", b"")


@skipUnless(shutil.which("ffmpeg"), "ffmpeg re-encodes the images")
class ChatImages(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        dora = self.account_named("dora")
        self.enrol(dora)
        self.as_dora = self.program_of(dora)

    def send(self, caller: Any, image: bytes, event_id: str = "i1", **fields: Any):
        body = {"image": base64.b64encode(image).decode(), "event_id": event_id, **fields}
        with self.committing():
            return caller.post(self.url("comments/images/"), body)

    def image(self, caller: Any):
        return caller.get(self.url(f"comments/{Comment.objects.get(event_id='i1').pk}/image/"))

    def test_an_account_sends_an_image_that_is_re_encoded_and_everyone_sees(self):
        assert (
            self.send(self.as_dora, png(1600, 400, comment=b"taken at home"), text="look").status_code == 200
        )
        sent = self.published.last("new_comment")["payload"]
        assert (sent["text"], sent["image"]) == ("look", {"width": 1280, "height": 320})
        shown = self.image(self.as_bob)
        assert (shown["Content-Type"], shown["Cache-Control"]) == ("image/webp", "private, max-age=3600")
        assert size_of(shown.content) == (1280, 320)
        assert b"home" not in shown.content
        assert self.as_carol.get(self.url(f"comments/{sent['id']}/image/")).status_code == 404

    def test_without_a_text_it_has_a_picture_as_its_text(self):
        self.send(self.as_dora, png(2, 3))
        assert Comment.objects.get(event_id="i1").text == CAPTION

    def test_guests_may_not_unless_the_server_says_so(self):
        self.refused(self.send(self.as_bob, png(2, 2)), 403, "not_allowed")
        with override_settings(CHAT_IMAGES="everyone"):
            assert self.send(self.as_bob, png(2, 2)).status_code == 200
        with override_settings(CHAT_IMAGES="off"):
            self.refused(self.send(self.as_dora, png(2, 2), "i2"), 403, "not_allowed")
        self.refused(self.send(self.as_carol, png(2, 2)), 404, "not_member")

    def test_what_is_no_image_or_a_bomb_is_refused(self):
        for bad in (
            b"<svg onload=alert(1)>",
            b"",
            png(2, 2)[:20],
            png(60_000, 60_000, rows=1),
            b"GIF8" + b"x" * 99,
        ):
            self.refused(self.send(self.as_dora, bad), 400, "bad_message")
        self.refused(self.send(self.as_dora, png(2, 2) + b"x" * MAX_BYTES), 400, "too_long")
        assert not CommentImage.objects.exists()

    @override_settings(LIMITS={**DEFAULTS, "image": (2, 60)})
    def test_a_repeated_command_sends_once_and_images_are_rate_limited(self):
        first = self.send(self.as_dora, png(2, 2))
        assert self.send(self.as_dora, png(2, 2)).content == first.content
        assert CommentImage.objects.count() == 1
        self.send(self.as_dora, png(2, 2), "i2")
        self.refused(self.send(self.as_dora, png(2, 2), "i3"), 429, "rate_limited")

    def test_another_image_under_the_same_event_id_is_a_conflict(self):
        self.send(self.as_dora, png(2, 2))
        self.refused(self.send(self.as_dora, png(3, 3)), 409, "event_id_conflict")

    def test_a_repeated_command_and_one_that_is_refused_encode_nothing(self):
        first = self.send(self.as_dora, png(2, 2))
        dora = self.room.members.get(person__username="dora")
        with patch.object(sandbox, "run", side_effect=AssertionError("an image is read")):
            assert self.send(self.as_dora, png(2, 2)).content == first.content
            self.refused(self.send(self.as_dora, png(3, 3)), 409, "event_id_conflict")
            for refusal, code in (
                ({"muted_until_ms": server_clock.now_ms() + 60_000}, "muted"),
                ({"muted_until_ms": None, "exceptions": "-chat"}, "not_allowed"),
            ):
                Member.objects.filter(pk=dora.pk).update(**refusal)
                self.refused(self.send(self.as_dora, png(2, 2), "i2"), 403, code)
            Member.objects.filter(pk=dora.pk).update(exceptions="")
            self.refused(self.send(self.as_dora, png(2, 2), "i2", reply_to=999), 404, "not_found")
            self.update_room(chat_filter="damn")
            self.refused(self.send(self.as_dora, png(2, 2), "i2", text="damn"), 403, "filtered")
            self.update_room(chat_enabled=False)
            self.refused(self.send(self.as_dora, png(2, 2), "i2"), 403, "chat_off")

    def test_photos_are_read_and_larger_images_are_not(self):
        for width, height, shown in ((4000, 3000, (1280, 960)), (1, 3000, (1, 1280)), (30, 3, (30, 3))):
            encoded = encode(png(width, height), "dora")
            assert (encoded.width, encoded.height) == shown
        with pytest.raises(BadMessage):
            encode(png(5000, 5000, rows=1), "dora")

    def test_a_deleted_comment_shows_no_image(self):
        self.send(self.as_dora, png(2, 2))
        self.as_dora.delete(self.url(f"comments/{Comment.objects.get(event_id='i1').pk}/"))
        assert self.image(self.as_bob).status_code == 404

    def test_a_room_keeps_its_latest_images(self):
        with patch("chat.models.comment_image.MAX_OF_ROOM", 2):
            for number in range(1, 4):
                self.send(self.as_dora, png(2, 2), f"i{number}")
        kept = Comment.objects.filter(pk__in=CommentImage.objects.values("comment"))
        assert sorted(kept.values_list("event_id", flat=True)) == ["i2", "i3"]
        assert self.image(self.as_bob).status_code == 404

    def test_the_oldest_images_of_a_person_make_room_for_the_latest(self):
        other = self.account_named("eve")
        self.enrol(other)
        self.send(self.program_of(other), png(300, 300), "e")
        one = CommentImage.objects.get().size
        assert one > 0
        with patch("chat.actions.MB", 5 * one // 2), override_settings(CHAT_IMAGES_OF_PERSON_MB=1):
            for number in range(1, 5):
                self.send(self.as_dora, png(300, 300), f"i{number}")
        kept = Comment.objects.filter(pk__in=CommentImage.objects.values("comment"))
        assert sorted(kept.values_list("event_id", flat=True)) == ["e", "i3", "i4"]
        assert Comment.objects.filter(is_system=False).count() == 5

    def test_the_images_of_all_rooms_are_limited(self):
        self.send(self.as_dora, png(2, 2))
        CommentImage.objects.update(size=2 * 1024 * 1024)
        with override_settings(CHAT_IMAGES_MB=2):
            self.refused(self.send(self.as_dora, png(2, 2), "i2"), 403, "not_allowed")
            assert self.send(self.as_dora, png(2, 2)).status_code == 200  # accepted before
        with patch.object(storage, "SPARE_BYTES", 2**62):
            self.refused(self.send(self.as_dora, png(2, 2), "i2"), 403, "not_allowed")
        assert self.send(self.as_dora, png(2, 2), "i2").status_code == 200

    def test_sums_read_no_image(self):
        with CaptureQueriesContext(connection) as captured:
            CommentImage.objects.bytes_of(self.alice.person)
            CommentImage.objects.total_bytes()
        if connection.vendor == "sqlite":
            for query in captured:
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                    assert "COVERING INDEX image_space" in str(cursor.fetchall())

    def test_old_images_are_found_by_their_message(self):
        self.send(self.as_dora, png(2, 2))
        now = timezone.now()
        assert CommentImage.objects.older_than(now + timedelta(days=1)).count() == 1
        assert CommentImage.objects.older_than(now - timedelta(days=1)).count() == 0

    def test_the_images_of_a_guest_who_signs_in_count_for_the_account(self):
        with override_settings(CHAT_IMAGES="everyone"):
            self.send(self.as_bob, png(2, 2))
        account = self.account_named("bobby")
        merge_guest_into_account(self.bob.person, account)
        assert CommentImage.objects.bytes_of(account) == CommentImage.objects.total_bytes() > 0

    def test_transparent_images_stay_transparent(self):
        header = struct.pack(">IIBBBBB", 2, 2, 8, 6, 0, 0, 0)
        pixels = chunk(b"IDAT", zlib.compress((b"\0" + b"\xff\0\0\x40" * 2) * 2))
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")
        encoded = encode(data, "dora")
        assert (encoded.width, encoded.height) == (2, 2)
        assert encoded.data[12:16] == b"VP8X"


class EncodingPlaceTests(SimpleTestCase):
    def test_a_person_has_one_place_and_has_it_again_afterwards(self):
        for _ in range(2):
            with place_of("dora"), pytest.raises(RateLimited) as refused, place_of("dora"):
                pass
            assert refused.value.retry_after_ms

    def test_few_are_read_at_a_time_and_others_wait_for_a_place(self):
        has_place = Event()

        def read() -> None:
            with place_of("c"):
                has_place.set()

        waiting = Thread(target=read)
        with place_of("a"), place_of("b"):
            waiting.start()
            assert not has_place.is_set()
        waiting.join(60)
        assert has_place.is_set()

    def test_few_wait(self):
        with patch.multiple(encoding, MOST_WAITING=0, WAIT_S=60.0), place_of("a"), place_of("b"):
            with pytest.raises(RateLimited) as refused, place_of("c"):
                pass
            assert refused.value.retry_after_ms

    def test_who_waits_too_long_is_asked_to_try_again(self):
        with patch.object(encoding, "WAIT_S", 0.0), place_of("a"), place_of("b"):
            with pytest.raises(RateLimited), place_of("c"):
                pass
            assert encoding._state.senders == {"a", "b"}
