from __future__ import annotations

from playback.models import Playback
from tests.playback.room.fixtures import NOW_MS, ActionCase
from watchium.db.prepared import run_in_one_round_trip


class Writing(ActionCase):
    def stored(self) -> Playback:
        return Playback.objects.get(room=self.room)

    def test_documents_are_written_when_they_became_others_and_only_then(self):
        playback = Playback.objects.of(self.room)
        Playback.objects.filter(room=self.room).update(media={"url": "meanwhile"}, waited={"x": [1.0, 2.0]})
        playback.position = 7.0
        run_in_one_round_trip(playback.update_query())
        assert (self.stored().position, self.stored().media) == (7.0, {"url": "meanwhile"})
        playback.media = {"url": "another"}
        run_in_one_round_trip(playback.update_query())
        assert (self.stored().media, self.stored().waited) == ({"url": "another"}, playback.waited)

    def test_a_json_field_set_back_to_its_value_is_written_again(self):
        playback = Playback.objects.of(self.room)
        for hold, until_ms in (({"why": "stall"}, NOW_MS), (None, None)):
            playback.hold, playback.hold_until_ms = hold, until_ms
            run_in_one_round_trip(playback.update_query())
            assert (self.stored().hold, self.stored().hold_until_ms) == (hold, until_ms)

    def test_until_when_it_waits_is_written_where_nothing_else_became_another(self):
        playback = Playback.objects.of(self.room)
        playback.hold_until_ms = NOW_MS
        run_in_one_round_trip(playback.update_query())
        assert self.stored().hold_until_ms == NOW_MS

    def test_a_row_read_by_the_orm_is_written_completely(self):
        playback = self.stored()
        playback.media, playback.at_ms = {"url": "another"}, NOW_MS
        run_in_one_round_trip(playback.update_query())
        assert (self.stored().media, self.stored().at_ms) == ({"url": "another"}, NOW_MS)
