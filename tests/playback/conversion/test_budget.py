from __future__ import annotations

from datetime import timedelta

from django.test import override_settings
from django.utils import timezone

from playback.conversion import actions, budget, storage
from playback.conversion.plan import plan_of
from playback.conversion.running import failures
from playback.models import Conversion, Playback
from tests.playback.conversion.fixtures import ConversionCase
from tests.playback.conversion.test_api import PreparationCase
from tests.playback.conversion.test_plan import AAC, H264, facts, with_changes

NOW = timezone.now()
HOUR = timedelta(hours=1)
BYTES = 1000


@override_settings(CONVERTED_GB=5 * BYTES / budget.GB)
class Room(PreparationCase):
    def result(
        self, title: str, *, finished: timedelta = HOUR, played: timedelta | None = None
    ) -> Conversion:
        """A result of 1,000 bytes that was finished, and played, so long ago."""
        job = self.finished(self.add(title))
        values = {"size": BYTES, "finished_at": NOW - finished}
        values["played_at"] = NOW - played if played is not None else None
        Conversion.objects.filter(pk=job.pk).update(**values)
        return job

    def kept(self) -> list[str]:
        titles = list(Conversion.objects.done().order_by("pk").values_list("item__title", flat=True))
        folders = [folder.job for folder in storage.all_folders()]
        assert sorted(folders) == sorted(Conversion.objects.values_list("pk", flat=True))
        return titles

    def test_nothing_is_removed_while_there_is_room(self):
        self.result("a")
        assert budget.make_room(4 * BYTES, NOW)
        assert self.kept() == ["a"]

    def test_unplayed_results_go_first_and_the_oldest_of_them(self):
        self.result("played today", played=5 * HOUR)
        self.result("played long ago", played=500 * HOUR)
        self.result("new", finished=HOUR)
        self.result("old", finished=900 * HOUR)
        assert budget.make_room(2 * BYTES, NOW)
        assert self.kept() == ["played today", "played long ago", "new"]
        assert budget.make_room(4 * BYTES, NOW)
        assert self.kept() == ["played today"]

    def test_what_is_in_use_stays(self):
        playing = self.result("playing", played=0 * HOUR)
        loaded = self.result("loaded in a room", played=100 * HOUR)
        self.result("free", played=100 * HOUR)
        Playback.objects.filter(room=self.room).update(
            media={"url": loaded.url, "kind": "video", "title": ""}
        )
        assert budget.make_room(3 * BYTES, NOW)
        assert self.kept() == ["playing", "loaded in a room"]
        assert not budget.make_room(4 * BYTES, NOW)
        assert self.kept() == ["playing", "loaded in a room"]
        assert playing.item.title == "playing"

    def test_nothing_is_removed_for_what_would_not_fit_anyway(self):
        self.result("a", played=100 * HOUR)
        assert not budget.make_room(6 * BYTES, NOW)
        assert self.kept() == ["a"]

    def test_an_item_whose_result_was_removed_can_be_prepared_again(self):
        job = self.result("a", played=100 * HOUR)
        assert budget.make_room(5 * BYTES, NOW)
        assert self.shown(job.item)["conversion"] is None
        assert not self.shown(job.item)["playable"]
        assert actions.prepare(job.item).state == "queued"


class Refusals(ConversionCase):
    def test_a_film_larger_than_the_budget_is_refused_with_both_numbers(self):
        with override_settings(CONVERTED_GB=0.00001):
            job = self.convert(self.add("episode.mkv"))
        assert job.state == "failed"
        assert "0.0 GB" in job.error
        assert "WATCHIUM_CONVERTED_GB" in job.error
        assert self.left_over() == []


def test_an_estimate_is_a_bound_for_what_is_copied():
    plan = plan_of(facts(H264, AAC), 720)
    assert 1_000_000 < budget.expected_bytes(plan, 1_000_000) < 1_100_000


def test_a_light_picture_needs_space_of_its_own():
    for video in (H264, with_changes(H264, codec="hevc")):
        alone, both = (
            budget.expected_bytes(plan_of(facts(video, AAC), 720, light), 10**9) for light in (0, 480)
        )
        assert both - alone > 1_200_000 / 8 * 60


def test_a_smaller_picture_needs_less():
    hevc = with_changes(H264, codec="hevc")
    sizes = [
        budget.expected_bytes(plan_of(facts(hevc, AAC), height), 10**9) for height in (480, 720, 1080, 0)
    ]
    assert sizes == sorted(sizes)
    assert sizes[0] < sizes[-1]


def test_sentences_name_what_to_change():
    assert "5.0 GB" in failures.no_room(5.0, 2.0)
