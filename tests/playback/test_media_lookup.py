from __future__ import annotations

import pytest
from django.test import override_settings
from django.utils.translation import override

from playback import media_lookup
from playback.media_lookup import find
from playback.models import MediaItem, Playback
from playback.room import actions
from playback.sources.samples import SAMPLES
from rooms.access import Identity
from rooms.display_names import DEMO_TITLE
from rooms.forms import NewRoom
from tests.cases import CLIP
from tests.playback.room.fixtures import ActionCase, load
from watchium.protocol.errors import NotHost, UnknownMedia
from watchium.protocol.types import Media
from watchium.services.create_room import create_room
from watchium.templatetags.titles import OWN_TITLES, shown_title


class RoomsPlayTheLibrary(ActionCase):
    song: MediaItem
    film: MediaItem

    @classmethod
    def setUpTestData(cls) -> None:
        super().setUpTestData()
        cls.song = MediaItem.objects.create(
            title="Song", artist="Somebody", duration=83.5, kind="audio", mime="audio/flac", path="song.flac"
        )
        cls.film = MediaItem.objects.create(title="Film", kind="video", mime="video/webm", path="film.webm")

    def playback(self) -> Playback:
        return Playback.objects.of(self.room)

    def test_an_item_is_loaded_with_its_title_and_its_duration(self):
        with self.committing():
            actions.load(self.alice, load(self.song.url))
        event = self.published.last("load")["payload"]
        assert event["media"] == {
            "url": self.song.url, "kind": "audio", "title": "Song \u2013 Somebody", "mime": "audio/flac",
            "source": "library", "item_id": self.song.pk, "size": None, "duration": None, "sha256": None,
        }  # fmt: skip
        assert (event["duration"], self.playback().duration) == (83.5, 83.5)

    def test_media_stored_before_sources_existed_are_a_file(self):
        Playback.objects.filter(room=self.room).update(media={"url": CLIP, "kind": "video", "title": "Clip"})
        assert self.playback().current_media == Media(url=CLIP, kind="video", title="Clip", source="file")

    def test_the_media_type_of_a_program_decides_where_the_address_says_nothing(self):
        actions.load(self.alice, load("https://example.org/radio", mime="audio/mpeg"))
        assert self.playback().current_media.kind == "audio"

    def test_a_video_of_youtube_is_loaded_with_its_own_address(self):
        actions.load(self.alice, load("https://youtu.be/aqz-KE-bpKQ?si=shared&t=90"))
        media = self.playback().current_media
        assert media.source == "youtube"
        assert media.url == "https://www.youtube.com/watch?v=aqz-KE-bpKQ&t=90s"
        assert self.playback().duration is None

    def test_a_server_without_youtube_refuses_its_addresses(self):
        with (
            override_settings(EMBEDS=frozenset()),
            pytest.raises(UnknownMedia, match="does not show YouTube"),
        ):
            actions.load(self.alice, load("https://youtu.be/aqz-KE-bpKQ"))

    def test_an_unknown_duration_is_left_to_players(self):
        actions.load(self.alice, load(self.film.url, title="  Our film "))
        assert self.playback().duration is None
        assert self.playback().current_media.title == "Our film"

    def test_a_room_is_made_with_it(self):
        form = NewRoom(title="Party", media_url=f" {self.song.url} ")
        room = create_room(Identity(self.carol), form).room
        assert (room.playback.current_media.url, room.playback.duration) == (self.song.url, 83.5)

    def test_unknown_and_missing_items_cannot_be_played(self):
        MediaItem.objects.filter(pk=self.film.pk).update(missing=True)
        addresses = (
            *(self.film.url, f"{self.song.url}/", f"{self.song.url}?x", f"/media/library/{'9' * 40}"),
            *("/media/library/999", "/media/library/0", "/media/library/", "/media/library/../secret_key"),
        )
        for address in addresses:
            with pytest.raises(UnknownMedia):
                actions.load(self.alice, load(address))
        with pytest.raises(UnknownMedia):
            media_lookup.find("/media/covers/0a.png")

    def test_what_browsers_would_play_mute_or_black_is_refused_with_the_reason(self):
        MediaItem.objects.filter(pk=self.film.pk).update(
            plays="audio", why="Not every browser plays its sound (DTS).", starts_directly=False
        )
        with pytest.raises(UnknownMedia, match=r"Film.*DTS.*has to be converted first"):
            actions.load(self.alice, load(self.film.url))
        MediaItem.objects.filter(pk=self.film.pk).update(plays="no", why="It is encrypted.")
        with pytest.raises(UnknownMedia, match=r"It is encrypted\.$"):
            media_lookup.find(self.film.url)

    def test_what_chromium_and_firefox_play_at_once_is_allowed(self):
        MediaItem.objects.filter(pk=self.film.pk).update(plays="remux", why="x", starts_directly=True)
        assert media_lookup.find(self.film.url).title == "Film"

    def test_members_without_control_cannot_load(self):
        with pytest.raises(NotHost):
            actions.load(self.bob, load(self.song.url))

    def test_other_media_make_no_query(self):
        with self.assertNumQueries(0):
            media = media_lookup.find("https://example.org/a.mp4")
            assert media_lookup.duration_of(media) is None
            assert media_lookup.duration_of(
                media_lookup.find("/media/samples/clip.webm")
            ).seconds == pytest.approx(96.021)


def test_a_sample_is_called_as_in_the_language_of_who_puts_it_on():
    clip = SAMPLES[0]
    assert {DEMO_TITLE, *(sample.title for sample in SAMPLES)} == {*OWN_TITLES}
    with override("de"):
        assert find(clip.media.url).title == "Beispielclip"
        assert find(clip.media.url, "Friday").title == "Friday"
        assert shown_title(clip.title) == "Beispielclip"
        assert shown_title(DEMO_TITLE) == "Demo: ein Clip zum gemeinsamen Ansehen"
        assert shown_title("Settings") == "Settings"  # what people typed stays, also if pages have the word
    assert find(clip.media.url).title == clip.title
