"""What plays when the media end: once, for all, whoever is there."""

from __future__ import annotations

from unittest.mock import patch

from django.db import connection
from django.test.utils import CaptureQueriesContext
from msgspec.structs import replace

from playback.models import MediaItem, Playback, PlaybackEvent, StoredQueue
from playback.room import actions, duration_updates, end_of_media
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member, Room
from tests.playback.room.fixtures import NOW_MS, SONG, play, seek, set_rate
from tests.playback.room.queue.fixtures import FILMS, QueueCase
from watchium.db.prepared import run_in_one_round_trip
from watchium.protocol.commands import PlayerReport

END_MS = NOW_MS + 96_021


class AdvanceCase(QueueCase):
    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(duration_updates.forget_all)

    def due(self, now_ms: float) -> int:
        with self.committing():
            return end_of_media.due(now_ms)

    def loads(self) -> int:
        return PlaybackEvent.objects.filter(room=self.room, type="load").count()


class Advance(AdvanceCase):
    def test_the_next_entry_is_announced_before_the_end_and_starts_at_it_once(self):
        self.adds(self.bob, SONG, FILMS[0])
        self.started()
        assert self.due(END_MS - end_of_media.LOOP_AHEAD_MS - 1) == 0
        assert [self.due(END_MS - early) for early in (2000, 2000, 1000, 0)] == [1, 0, 0, 0]
        load, queue = self.published.last("load"), self.event()
        assert (load["timestamp"], load["payload"]["is_playing"], load["payload"]["cause"]) == (
            END_MS,
            True,
            "advance",
        )
        assert (load["payload"]["media"]["url"], load["payload"]["user_id"]) == (SONG, None)
        assert (queue["cause"], queue["current"], queue["following"]) == ("advance", "2", "3")
        assert self.titles == ["clip", "[music]", "a"]
        assert self.loads() == 1

    def test_it_advances_with_nobody_there(self):
        self.adds(self.bob, SONG)
        self.started()
        Member.objects.filter(room=self.room).update(present=False)
        assert self.due(END_MS + 500) == 1
        assert self.published.last("load")["timestamp"] == END_MS + 500 + 500

    def test_after_the_last_entry_the_media_end_and_the_queue_stays(self):
        self.adds(self.bob, SONG)
        self.started()
        self.due(END_MS - 2000)
        end_ms = self.timeline().ends_at_ms
        assert self.due(end_ms - 2000) == 0
        assert self.due(end_ms) == 1
        assert (self.timeline().phase, self.titles) == ("ended", ["clip", "[music]"])

    def test_media_that_play_again_after_their_entry_was_removed_are_the_last_entry(self):
        self.adds(self.bob, SONG)
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "queue_remove", entry_ids=["2"], now_ms=NOW_MS + 1000)
        assert (self.titles, self.timeline().phase) == (["clip"], "ended")
        with self.committing():
            actions.play(self.alice, play(), now_ms=NOW_MS + 2000)
        assert self.titles == ["clip", "[music]"]
        assert (self.event()["cause"], self.event()["user_id"]) == ("play", self.alice.person.user_id)
        end_ms = self.timeline().ends_at_ms
        assert self.due(end_ms) == 1
        assert (self.titles, self.timeline().phase) == (["clip", "[music]"], "ended")

    def test_a_seek_in_media_whose_entry_was_removed_enters_them_too(self):
        self.adds(self.bob, SONG)
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "queue_remove", entry_ids=["2"], now_ms=NOW_MS + 1000)
        with self.committing():
            actions.set_rate(self.alice, set_rate(2.0), now_ms=NOW_MS + 1500)
            assert self.titles == ["clip"]
            actions.seek(self.alice, seek(5.0), now_ms=NOW_MS + 2000)
        assert self.titles == ["clip", "[music]"]

    def test_a_queue_that_lost_its_current_entry_gets_it_back_with_the_next_change(self):
        """As rooms of an earlier version have it."""
        self.adds(self.bob, FILMS[0])
        run_in_one_round_trip(StoredQueue.to_store(self.room.pk, replace(self.queue, current=None)))
        self.started()
        self.adds(self.bob, FILMS[1])
        assert self.titles[0] == "[clip]"

    def test_repeat_all_begins_again_and_repeat_one_plays_the_same(self):
        self.adds(self.alice, SONG)
        self.does(self.alice, "set_queue", repeat="all")
        self.started()
        self.due(END_MS - 2000)
        self.due(self.timeline().ends_at_ms)
        assert self.titles == ["[clip]", "music"]
        self.does(self.alice, "set_queue", repeat="one")
        self.due(self.timeline().ends_at_ms - 2000)
        assert self.titles == ["[clip]", "music"]
        assert self.published.last("timeline")["payload"]["cause"] == "loop"

    def test_a_room_that_waits_for_members_stops_at_the_end_until_they_are_ready(self):
        Playback.objects.filter(room=self.room).update(stall_policy="wait")
        self.adds(self.bob, SONG)
        self.started()
        report = PlayerReport(
            current_time=95, is_playing=True, is_synced=True, latency_ms=5, state="tracking", revision=1
        )
        LAST_REPORTS.record(self.room.room_id, self.bob.person.user_id, report, END_MS)
        assert self.due(END_MS - 2000) == 0
        assert self.due(END_MS) == 1
        assert self.timeline().phase == "holding"

    def test_an_entry_whose_media_are_gone_is_passed_over_with_a_diagnosis(self):
        item = MediaItem.objects.create(title="Gone", kind="video", mime="video/mp4", path="gone.mp4")
        self.adds(self.bob, item.url, FILMS[0])
        MediaItem.objects.update(missing=True)
        self.started()
        assert self.due(END_MS) == 1
        assert self.titles[-1] == "[a]"
        gone = PlaybackEvent.objects.get(type="queue_skip")
        assert (gone.metadata["url"], gone.revision) == (item.url, None)

    def test_after_any_number_of_gone_entries_the_next_one_plays(self):
        item = MediaItem.objects.create(title="Gone", kind="video", mime="video/mp4", path="gone.mp4")
        self.adds(self.alice, *[item.url] * 30, FILMS[0])
        MediaItem.objects.update(missing=True)
        self.started()
        with CaptureQueriesContext(connection) as captured:
            assert self.due(END_MS) == 1
        assert self.titles[-1] == "[a]"
        assert PlaybackEvent.objects.filter(type="queue_skip").count() == 20
        assert sum("playback_mediaitem" in each["sql"] for each in captured) <= 3

    def test_nothing_but_gone_entries_ends_the_media(self):
        item = MediaItem.objects.create(title="Gone", kind="video", mime="video/mp4", path="gone.mp4")
        self.adds(self.alice, *[item.url] * 30)
        MediaItem.objects.update(missing=True)
        self.started()
        assert self.due(END_MS - 2000) == 0
        assert self.timeline().playing
        assert self.due(END_MS) == 1
        assert (self.timeline().phase, self.titles[0]) == ("ended", "[clip]")

    def test_a_converted_item_plays_as_it_is_now(self):
        item = MediaItem.objects.create(title="Film", kind="video", mime="video/mp4", path="film.mp4")
        self.adds(self.bob, item.url)
        MediaItem.objects.update(prepared="7/master.m3u8")
        self.started()
        self.due(END_MS)
        assert (
            self.published.last("load")["payload"]["media"]["url"]
            == f"/media/converted/{item.pk}/7/master.m3u8"
        )


class UnknownDuration(AdvanceCase):
    """An odd file: three players follow, none knows how long it is."""

    def setUp(self) -> None:
        super().setUp()
        self.carols = self.enrol(self.carol, here_since_ms=3.0)
        self.adds(self.bob, FILMS[0])
        self.started()
        Playback.objects.filter(room=self.room).update(duration=None, ends_at_ms=None)
        self.revision = Room.objects.get(pk=self.room.pk).revision

    def reports(
        self, member: Member, at_ms: float, ended_at: float | None = None, playing: bool = True
    ) -> bool:
        report = PlayerReport(
            current_time=(at_ms - NOW_MS) / 1000,
            is_playing=playing,
            is_synced=True,
            latency_ms=10,
            state="ended" if ended_at else "tracking",
            revision=self.revision,
            ended_at=ended_at,
        )
        LAST_REPORTS.record(self.room.room_id, member.person.user_id, report, at_ms)
        with self.committing():
            return duration_updates.update_from_report(member, report, at_ms)

    def everyone_plays(self, at_ms: float) -> None:
        for member in (self.alice, self.bob, self.carols):
            self.reports(member, at_ms)

    def test_a_majority_of_those_who_follow_ends_it(self):
        self.everyone_plays(NOW_MS + 40_000)
        assert not self.reports(self.bob, NOW_MS + 41_000, ended_at=41.0)
        assert self.loads() == 0
        assert self.reports(self.carols, NOW_MS + 41_300, ended_at=41.0)
        assert (self.loads(), self.titles) == (1, ["clip", "[a]"])
        assert not self.reports(self.alice, NOW_MS + 41_400, ended_at=41.0)
        assert self.loads() == 1

    def test_five_seconds_after_the_first_it_ends_unless_most_play_on(self):
        self.everyone_plays(NOW_MS + 40_000)
        self.reports(self.bob, NOW_MS + 41_000, ended_at=41.0)
        assert self.due(NOW_MS + 45_900) == 0
        for member in (self.alice, self.carols):
            self.reports(member, NOW_MS + 45_900)
        assert self.due(NOW_MS + 46_000) == 0
        assert self.loads() == 0
        self.reports(self.bob, NOW_MS + 50_000, ended_at=41.0)
        for member in (self.alice, self.carols):
            self.reports(member, NOW_MS + 54_900, playing=False)
        assert self.due(NOW_MS + 55_000) == 1
        assert self.loads() == 1

    def test_repeat_one_needs_the_same_agreement(self):
        self.does(self.alice, "set_queue", repeat="one")
        self.everyone_plays(NOW_MS + 40_000)
        assert not self.reports(self.bob, NOW_MS + 41_000, ended_at=41.0)
        assert self.timeline().position_at(NOW_MS + 41_000) == 41.0
        assert self.reports(self.carols, NOW_MS + 41_300, ended_at=41.0)
        assert self.published.last("timeline")["payload"]["cause"] == "loop"

    def test_repeat_one_plays_again_five_seconds_after_the_first_report(self):
        self.does(self.alice, "set_queue", repeat="one")
        self.everyone_plays(NOW_MS + 40_000)
        self.reports(self.bob, NOW_MS + 41_000, ended_at=41.0)
        for member in (self.alice, self.carols):
            self.reports(member, NOW_MS + 45_900, playing=False)
        assert self.due(NOW_MS + 46_000) == 1
        change = self.published.last("timeline")["payload"]
        assert (change["cause"], change["current_time"], change["is_playing"]) == ("loop", 0.0, True)


class ThroughTheFolder(AdvanceCase):
    def setUp(self) -> None:
        super().setUp()
        self.episodes = [
            MediaItem.objects.create(
                title=name, kind="video", mime="video/mp4", path=f"Show/{name}.mp4", duration=60.0
            )
            for name in ("S01E10", "S01E2", "S01E1")
        ]
        MediaItem.objects.create(title="Extra", kind="video", mime="video/mp4", path="Show/more/S01E3.mp4")
        MediaItem.objects.create(title="Song", kind="audio", mime="audio/mpeg", path="Show/S01E2 theme.mp3")
        self.does(self.alice, "queue_add", items=[{"item_id": self.episodes[2].pk}])
        self.does(self.alice, "set_queue", through_folder=True)

    def shown(self) -> list[str]:
        return [entry.media.title for entry in self.queue.entries]

    def test_the_next_file_follows_in_natural_order(self):
        self.does(self.alice, "queue_play", entry_id="2")
        assert self.shown()[1:] == ["S01E1", "S01E2"]
        assert self.queue.entries[-1].user_id is None
        self.does(self.alice, "skip", entry_id="2")
        assert self.shown()[1:] == ["S01E1", "S01E2", "S01E10"]
        self.does(self.alice, "skip", entry_id="3")
        assert self.shown()[1:] == ["S01E1", "S01E2", "S01E10"]
        assert self.event()["following"] is None

    def test_any_number_of_files_in_deeper_folders_are_passed_over(self):
        rows = [
            MediaItem(
                title="Extra", kind="video", mime="video/mp4", path=f"Show/a{number}/S01E2 {number}.mp4"
            )
            for number in range(250)
        ]
        rows.append(MediaItem(title="Other", kind="video", mime="video/mp4", path="show/S01E1b.mp4"))
        MediaItem.objects.upsert(rows)
        self.does(self.alice, "queue_play", entry_id="2")
        assert self.shown()[1:] == ["S01E1", "S01E2"]

    def test_files_without_a_folder_follow_each_other(self):
        paths = ("a.mp4", "b.mp4", "b/a.mp4")
        one, *_ = [
            MediaItem.objects.create(title=path, kind="video", mime="video/mp4", path=path) for path in paths
        ]
        self.does(self.alice, "queue_add", items=[{"item_id": one.pk}])
        self.does(self.alice, "queue_play", entry_id="3")
        assert self.shown()[2:] == ["a.mp4", "b.mp4"]

    def test_one_that_was_removed_does_not_come_back(self):
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "queue_remove", entry_ids=["3"])
        assert self.shown()[1:] == ["S01E1"]

    def test_what_members_added_comes_first(self):
        self.adds(self.bob, FILMS[0])
        self.does(self.alice, "queue_play", entry_id="2")
        assert self.shown()[2:] == ["a"]


class Loss(AdvanceCase):
    def test_a_failure_on_the_way_changes_neither_the_queue_nor_the_timeline(self):
        self.adds(self.bob, SONG)
        self.started()
        with (
            patch("playback.room.queue.playing.record", side_effect=RuntimeError),
            self.assertLogs("rooms.periodic"),
        ):
            assert self.due(END_MS) == 0
        assert (self.titles, self.timeline().phase) == (["[clip]", "music"], "playing")
        assert self.due(END_MS + 1000) == 1
        assert self.titles == ["clip", "[music]"]
