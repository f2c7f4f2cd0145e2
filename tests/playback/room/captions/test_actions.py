from __future__ import annotations

import pytest
from django.utils import timezone

from playback.models import Playback, RoomCaptions
from playback.models.room_captions import MAX_SHARED
from playback.room import actions as playback_actions
from playback.room.captions import actions
from rooms.models import Member, Room
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, load
from watchium.protocol.errors import BadMessage, NotHost, NotMember, TooLong, UnknownMedia

SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\n"


class SharedCaptions(ActionCase):
    def listed(self) -> list[str]:
        return [shared.label for shared in Playback.objects.get(room=self.room).shared_captions]

    def stored(self) -> int:
        return RoomCaptions.objects.filter(room=self.room).count()

    def test_everyone_learns_where_a_shared_file_is(self):
        with self.committing():
            shared = actions.share_file(self.alice, "film.en.srt", "en", SRT)
        event = self.published.last("room_changed")["payload"]
        expected = {"id": shared.id, "label": "film.en.srt", "language": "en", "url": shared.url}
        assert event["room"]["captions"] == [expected]
        assert event["username"] == "Alice"
        assert shared.url == f"/api/rooms/{self.room.room_id}/captions/{shared.id}/"
        assert RoomCaptions.objects.of(self.room, shared.id).text.decode() == SRT  # type: ignore[union-attr]

    def test_the_same_file_twice_is_one(self):
        first = actions.share_file(self.alice, "a", "en", SRT)
        revision = Room.objects.get(pk=self.room.pk).revision
        assert actions.share_file(self.alice, "a", "en", SRT) == first
        assert Room.objects.get(pk=self.room.pk).revision == revision
        actions.share_file(self.alice, "b", "en", SRT)
        assert (self.listed(), self.stored()) == (["b"], 1)

    def test_an_address_is_shared_without_being_fetched(self):
        shared = actions.share_address(self.alice, "", "de", "https://example.org/a film.srt")
        assert (shared.url, self.stored()) == ("https://example.org/a%20film.srt", 0)
        for bad in ("javascript:alert(1)", "file:///etc/passwd", "https://a:b@example.org/x.srt", "x"):
            with pytest.raises(UnknownMedia):
                actions.share_address(self.alice, "", "", bad)
        with pytest.raises(TooLong):
            actions.share_address(self.alice, "", "", "https://example.org/" + "x" * 2000)

    def test_what_is_no_caption_file_or_too_large_is_refused(self):
        with pytest.raises(BadMessage):
            actions.share_file(self.alice, "", "", "<!doctype html>")
        actions.share_file(self.alice, "", "", SRT + "x" * (actions.MAX_BYTES - len(SRT)))
        with pytest.raises(TooLong):
            actions.share_file(self.alice, "", "", SRT + "\u00e9" * (actions.MAX_BYTES // 2))
        assert self.stored() == 1

    def test_a_lone_surrogate_and_odd_names_are_cleaned(self):
        shared = actions.share_file(self.alice, "\u202e<b>\x00" + "x" * 300, "en\n", SRT + "\ud800")
        assert shared.label == "<b>" + "x" * 97
        assert shared.language == "en"
        assert RoomCaptions.objects.of(self.room, shared.id).text.endswith(b"?")  # type: ignore[union-attr]

    def test_a_room_has_a_bounded_number(self):
        for n in range(MAX_SHARED):
            actions.share_file(self.alice, str(n), "", f"{SRT}{n}")
        with pytest.raises(TooLong):
            actions.share_file(self.alice, "one more", "", f"{SRT}x")
        assert (len(self.listed()), self.stored()) == (MAX_SHARED, MAX_SHARED)

    def test_members_without_control_and_outsiders_are_refused(self):
        shared = actions.share_file(self.alice, "a", "en", SRT)
        outsider = Member(room=self.room, person=self.carol, username="carol", pk=10**9)
        for member, refusal in ((self.bob, NotHost), (outsider, NotMember)):
            with pytest.raises(refusal):
                actions.share_file(member, "b", "en", SRT)
            with pytest.raises(refusal):
                actions.share_address(member, "b", "en", "https://example.org/x.srt")
            with pytest.raises(refusal):
                actions.withdraw(member, shared.id)
        assert self.listed() == ["a"]

    def test_captions_are_taken_back_once(self):
        shared = actions.share_file(self.alice, "a", "en", SRT)
        with self.committing():
            actions.withdraw(self.alice, shared.id)
        assert self.published.last("room_changed")["payload"]["room"]["captions"] == []
        revision = Room.objects.get(pk=self.room.pk).revision
        actions.withdraw(self.alice, shared.id)
        assert (self.stored(), Room.objects.get(pk=self.room.pk).revision) == (0, revision)

    def test_other_media_have_none_and_nothing_is_left(self):
        actions.share_file(self.alice, "a", "en", SRT)
        playback_actions.load(self.alice, load(SONG), now_ms=NOW_MS)
        assert (self.listed(), self.stored()) == ([], 0)

    def test_a_room_without_media_takes_none(self):
        Playback.objects.filter(room=self.room).update(media=None)
        with pytest.raises(UnknownMedia):
            actions.share_file(self.alice, "a", "en", SRT)

    def test_files_of_closed_rooms_are_unused(self):
        actions.share_file(self.alice, "a", "en", SRT)
        assert not RoomCaptions.objects.unused().exists()
        Room.objects.filter(pk=self.room.pk).update(closed_at=timezone.now())
        assert RoomCaptions.objects.unused().count() == 1
        self.room.delete()
        assert RoomCaptions.objects.count() == 0
