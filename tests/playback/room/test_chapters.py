from __future__ import annotations

import pytest

from playback.models import Playback, PlaybackEvent
from playback.room import actions, end_of_media
from rooms.models import ControlPolicy, Member, Room
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, load, play
from watchium.protocol.commands import ChapterList, SetChapters
from watchium.protocol.errors import EventIdConflict, NotHost, NotMember, TooLong, UnknownMedia
from watchium.protocol.types import TypedChapter

OPENING = TypedChapter(start=0, title="Opening")
HARBOUR = TypedChapter(start=90.5, title="The harbour")


def typed(*chapters: TypedChapter, event_id="chapters") -> SetChapters:
    return SetChapters(event_id=event_id, payload=ChapterList(chapters=list(chapters)))


class TypedChaptersCase(ActionCase):
    def stored(self) -> list[TypedChapter]:
        return Playback.objects.get(room=self.room).typed_chapters

    def set(self, *chapters: TypedChapter, by=None, event_id="chapters"):
        return actions.set_chapters(by or self.alice, typed(*chapters, event_id=event_id), now_ms=NOW_MS)

    def test_everyone_gets_them_in_order_and_the_players_are_not_moved(self):
        self.started(NOW_MS - 10_000)
        with self.committing():
            accepted = self.set(HARBOUR, OPENING)
        event = self.published.last("room_changed")
        assert accepted.revision == event["revision"]
        assert event["payload"]["room"]["chapters"] == [
            {"start": 0, "title": "Opening"},
            {"start": 90.5, "title": "The harbour"},
        ]
        assert event["payload"]["username"] == "Alice"
        assert self.last_row().metadata["room"] == event["payload"]["room"]
        assert self.stored() == [OPENING, HARBOUR]
        assert self.timeline().position_at(NOW_MS) == 10

    def test_the_same_command_twice_is_one_change_and_the_same_chapters_are_none(self):
        assert self.set(OPENING) == self.set(OPENING)
        with pytest.raises(EventIdConflict):
            self.set(HARBOUR)
        assert self.set(OPENING, event_id="again").revision is None
        self.set(event_id="none")
        assert self.stored() == []

    def test_members_without_control_and_outsiders_are_refused(self):
        with pytest.raises(NotHost):
            self.set(OPENING, by=self.bob)
        outsider = Member(room=self.room, person=self.carol, username="carol", pk=10**9)
        with pytest.raises(NotMember):
            self.set(OPENING, by=outsider)
        assert self.stored() == []
        assert not PlaybackEvent.objects.filter(event_id="chapters").exists()
        Room.objects.filter(pk=self.room.pk).update(control_policy=ControlPolicy.EVERYONE)
        self.set(OPENING, by=self.bob)
        assert self.stored() == [OPENING]

    def test_titles_that_are_too_long_together_are_refused(self):
        with pytest.raises(TooLong):
            self.set(*(TypedChapter(start=n, title="港" * 80) for n in range(100)))
        assert self.stored() == []

    def test_they_end_with_the_media_they_belong_to(self):
        self.set(OPENING)
        actions.play(self.alice, play(), now_ms=NOW_MS)
        assert self.stored() == [OPENING]
        actions.load(self.alice, load(SONG), now_ms=NOW_MS)
        assert self.stored() == []
        self.set(HARBOUR, event_id="other")
        self.room.members.update(present=False)
        assert end_of_media.reset(self.room.pk, NOW_MS)
        assert self.stored() == []

    def test_a_room_without_media_has_none(self):
        Playback.objects.filter(room=self.room).update(media=None, phase="idle")
        with pytest.raises(UnknownMedia):
            self.set(OPENING)
