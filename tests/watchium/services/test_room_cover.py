from __future__ import annotations

import base64
import shutil
from typing import Any
from unittest import skipUnless
from unittest.mock import patch

import pytest
from django.test import Client, override_settings

from rooms.actions.cover import set_cover
from rooms.domain.rights import Level, Right
from rooms.models import Member, ModerationAct, Role, Room, RoomCover
from tests.watchium.api.callers import ApiCase
from tests.watchium.services.test_chat_images import png
from watchium.services.images import room_cover
from watchium.services.images.encoding import size_of
from watchium.services.lobby import lobby_state


@skipUnless(shutil.which("ffmpeg"), "ffmpeg re-encodes the images")
class RoomCovers(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        dora = self.account_named("dora")
        self.enrol(dora)
        Member.objects.filter(person=dora).update(role=Role.MODERATOR)
        self.room.set_levels({**self.room.levels, Right.SETTINGS: Level.MODERATORS})
        self.room.save()
        self.as_dora = self.program_of(dora)

    def gives(self, caller: Any, image: bytes) -> Any:
        body = base64.b64encode(image).decode()
        with self.committing():
            return caller.raw("PUT", self.url("cover/"), f'{{"image": "{body}"}}'.encode())

    def address(self) -> str | None:
        cover = self.as_bob.get(self.url("about/")).json()["cover"]
        assert cover is None or isinstance(cover, str)
        return cover

    def test_a_cover_is_re_encoded_and_shown_in_the_lobby_and_before_joining(self):
        assert self.address() is None
        assert self.gives(self.as_dora, png(1600, 400, comment=b"taken at home")).status_code == 204
        address = self.address()
        shown = Client().get(address)
        assert shown["Content-Type"] == "image/webp"
        assert size_of(shown.content) == (1280, 320)
        assert b"home" not in shown.content
        assert size_of(Client().get(f"{address}&size=small").content) == (480, 120)
        Room.objects.filter(pk=self.room.pk).update(visibility="public")
        assert lobby_state().rooms[0].cover == address
        assert f'data-cover-image="{address}&amp;size=small"' in Client().get("/").text
        assert f'data-cover-image="{address}"' in Client().get(f"/rooms/{self.room.room_id}/").text

    def test_a_cover_from_before_there_were_two_sizes_is_shown_in_one(self):
        self.gives(self.as_dora, png(1600, 400))
        RoomCover.objects.update(small=b"")
        assert size_of(Client().get(f"{self.address()}&size=small").content) == (1280, 320)

    @pytest.mark.once
    def test_another_picture_has_another_address(self):
        self.gives(self.as_dora, png(4, 4))
        first = self.address()
        self.gives(self.as_dora, png(8, 4))
        assert self.address() not in (first, None)

    def test_it_can_be_removed(self):
        self.gives(self.as_dora, png(4, 4))
        assert self.as_dora.delete(self.url("cover/")).status_code == 204
        assert self.address() is None
        assert Client().get(self.url("cover/")).status_code == 404
        assert self.as_dora.delete(self.url("cover/")).status_code == 204

    def test_outsiders_do_not_see_the_cover_of_a_private_room(self):
        self.gives(self.as_dora, png(4, 4))
        Room.objects.filter(pk=self.room.pk).update(visibility="private")
        assert self.as_bob.get(self.url("cover/")).status_code == 200
        hidden, unknown = Client().get(self.url("cover/")), Client().get("/api/rooms/nosuchroom/cover/")
        assert hidden.status_code == unknown.status_code == 404
        assert hidden.json() == unknown.json()

    def test_only_accounts_that_may_change_the_settings_give_one(self):
        self.refused(self.gives(self.as_bob, png(4, 4)), 403, "not_allowed")
        self.refused(self.gives(self.as_alice, png(4, 4)), 403, "not_allowed")  # a guest
        with override_settings(CHAT_IMAGES="everyone"):
            assert self.gives(self.as_alice, png(4, 4)).status_code == 204
        self.refused(self.gives(self.as_carol, png(4, 4)), 404, "not_member")
        self.refused(self.as_bob.delete(self.url("cover/")), 403, "not_allowed")

    @pytest.mark.once
    def test_what_is_no_image_changes_nothing(self):
        self.gives(self.as_dora, png(4, 4))
        before = self.address()
        self.refused(self.gives(self.as_dora, b"<svg onload=alert(1)>"), 400, "bad_message")
        assert self.address() == before

    def test_covers_take_space_of_the_images(self):
        self.gives(self.as_dora, png(4, 4))
        RoomCover.objects.update(data=b"x" * 1024 * 1024, small=b"x" * 1024 * 1024)
        assert RoomCover.objects.total_bytes() == 2 * 1024 * 1024
        with override_settings(CHAT_IMAGES_MB=2), patch.object(room_cover, "encode") as encode:
            self.refused(self.gives(self.as_dora, png(8, 4)), 403, "not_allowed")
            encode.assert_not_called()
        assert self.gives(self.as_dora, png(8, 4)).status_code == 204

    def test_staff_remove_one_with_a_reason(self):
        self.gives(self.as_dora, png(4, 4))
        set_cover(self.room, None, actor=None, reason="not for all ages")
        assert not RoomCover.objects.exists()
        assert ModerationAct.objects.get(kind="change_room").why == "not for all ages"
