"""A room that plays the sample clip, and short functions that build commands."""

from __future__ import annotations

from playback.models import Playback, PlaybackEvent
from playback.room import actions
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Room
from tests.cases import Cast
from watchium.protocol.commands import (
    Load,
    MediaRequest,
    OptionalPosition,
    Pause,
    Play,
    RateChange,
    Seek,
    SeekTarget,
    SetRate,
)

NOW_MS = 1_795_219_200_000.0
SONG = "/media/samples/music.ogg"


def play(event_id="play", **where) -> Play:
    return Play(event_id=event_id, payload=OptionalPosition(**where))


def pause(event_id="pause", **where) -> Pause:
    return Pause(event_id=event_id, payload=OptionalPosition(**where))


def seek(position_s: float, event_id="seek", **where) -> Seek:
    return Seek(event_id=event_id, payload=SeekTarget(current_time=position_s, **where))


def set_rate(rate: float, event_id="rate", **where) -> SetRate:
    return SetRate(event_id=event_id, payload=RateChange(rate=rate, **where))


def load(url=SONG, event_id="load", title=None, mime=None) -> Load:
    return Load(event_id=event_id, payload=MediaRequest(media_url=url, title=title, mime=mime))


class ActionCase(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(LAST_REPORTS.clear)
        Playback.objects.filter(room=self.room).update(at_ms=NOW_MS - 60_000)

    def timeline(self):
        return Playback.objects.of(Room.objects.get(pk=self.room.pk)).timeline

    def started(self, at_ms=NOW_MS) -> None:
        """Play from 0 since `at_ms`."""
        actions.play(self.alice, play("start", current_time=0), now_ms=at_ms - 250)

    def last_row(self) -> PlaybackEvent:
        return PlaybackEvent.objects.filter(room=self.room).latest("pk")
