from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from django.test import override_settings
from django.utils import timezone

from playback import sandbox
from playback.conversion import actions, storage
from playback.domain.media_facts import MediaFacts, to_json
from playback.models import Conversion, MediaItem
from tests.playback.conversion.test_plan import AAC, DUB, H264, facts, with_changes
from tests.watchium.api.callers import ApiCase, Caller
from watchium import server_clock
from watchium.config.rate_limits import DEFAULTS

AC3 = with_changes(AAC, codec="ac3", channels=6)


class PreparationCase(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.converted = Path(self.enterContext(TemporaryDirectory()))
        self.enterContext(override_settings(CONVERTED_DIR=self.converted))
        self.enterContext(patch.object(sandbox, "ffmpeg", lambda: "/usr/bin/ffmpeg"))
        staff = self.account_named("staff")
        staff.account.is_staff = True
        staff.account.save()
        self.as_staff = self.program_of(staff)

    def add(self, title: str = "Film", found: MediaFacts | None = None, **values) -> MediaItem:
        found = facts(H264, AC3, DUB) if found is None else found
        defaults = {"plays": "audio", "why": "Not every browser plays its sound.", "starts_directly": False}
        return MediaItem.objects.create(
            title=title,
            kind="video",
            mime="video/x-matroska",
            path=f"{title}.mkv",
            duration=60.0,
            size=1000,
            changed_ns=5,
            facts=to_json(found),
            **(defaults | values),
        )

    def prepare(self, caller: Caller, item: MediaItem, body: object = None):
        return caller.post(f"/api/library/{item.pk}/prepare/", body if body is not None else {})

    def cancel(self, caller: Caller, item: MediaItem, query: str = ""):
        return caller.delete(f"/api/library/{item.pk}/prepare/{query}")

    def in_room(self) -> dict[str, str]:
        return {"room_id": self.room.room_id}

    def shown(self, item: MediaItem) -> dict:
        return self.as_bob.get(f"/api/library/{item.pk}/").json()

    def finished(self, item: MediaItem) -> Conversion:
        """A result with small files in place of ffmpeg's."""
        job = actions.prepare(item)
        folder = storage.whole(str(item.pk), job.pk)
        for name, data in {
            "master.m3u8": b"#EXTM3U\n",
            "v/index.m3u8": b"#EXTM3U\n",
            "v/s00000.m4s": b"v" * 99,
        }.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)
        Conversion.objects.filter(pk=job.pk).update(
            state="done", size=99, finished_at=timezone.now(), duration=60.5
        )
        Conversion.objects.show_result(job)
        job.refresh_from_db()
        return job


class WhoMayPrepare(PreparationCase):
    def test_staff_prepares_and_cancels(self):
        item = self.add()
        prepared = self.prepare(self.as_staff, item).json()
        state = {"state": "queued", "progress": 0.0, "speed": None, "left_s": None, "error": None}
        assert prepared["conversion"] == state
        assert (prepared["id"], prepared["plays"], prepared["playable"]) == (item.pk, "audio", False)
        assert self.cancel(self.as_staff, item).json()["conversion"]["state"] == "cancelled"

    def test_a_member_who_may_change_media_prepares_for_the_room(self):
        item = self.add()
        assert self.prepare(self.as_alice, item, self.in_room()).status_code == 200
        self.refused(self.prepare(self.as_bob, item, self.in_room()), 403, "not_host")
        self.refused(self.prepare(self.as_carol, item, self.in_room()), 404, "not_member")
        self.refused(self.prepare(self.as_alice, item), 403, "not_host")
        self.refused(self.prepare(self.anonymous, item), 403, "not_host")
        assert Conversion.objects.get().asked_by == self.alice.person

    def test_only_the_person_who_asked_and_staff_cancel(self):
        item = self.add()
        self.prepare(self.as_staff, item)
        room = f"?room_id={self.room.room_id}"
        assert (
            "Another person"
            in self.refused(self.cancel(self.as_alice, item, room), 403, "not_host")["message"]
        )
        self.cancel(self.as_staff, item)
        self.prepare(self.as_alice, item, self.in_room())
        assert self.cancel(self.as_alice, item, room).json()["conversion"]["state"] == "cancelled"

    def test_twice_is_one_job(self):
        item = self.add()
        first = self.prepare(self.as_staff, item).json()
        assert self.prepare(self.as_alice, item, self.in_room()).json() == first
        assert Conversion.objects.count() == 1

    def test_again_after_a_failure(self):
        item = self.add()
        self.prepare(self.as_staff, item)
        claimed = Conversion.objects.claim("worker", server_clock.now_ms())
        Conversion.objects.fail(claimed, "The disk is full.")
        assert self.shown(item)["conversion"]["error"] == "The disk is full."
        assert self.prepare(self.as_staff, item).json()["conversion"]["state"] == "queued"

    def test_a_member_may_have_five_at_a_time(self):
        for number in range(5):
            assert self.prepare(self.as_alice, self.add(str(number)), self.in_room()).status_code == 200
        self.refused(self.prepare(self.as_alice, self.add("six"), self.in_room()), 429, "rate_limited")
        assert self.prepare(self.as_staff, self.item_named("six")).status_code == 200

    @override_settings(PROXIES=1, LIMITS={**DEFAULTS, "prepare": (2, 600)})
    def test_all_guests_of_an_address_ask_for_as_many_as_one_person(self):
        """Guests are free: whoever makes ten of them has one address."""
        self.update_room(control_policy="everyone")
        here, elsewhere = {"X-Forwarded-For": "203.0.113.9"}, {"X-Forwarded-For": "198.51.100.7"}
        for caller in (self.as_alice, self.as_bob, self.as_staff):
            caller.headers |= here
        for number in range(2):
            assert self.prepare(self.as_alice, self.add(str(number)), self.in_room()).status_code == 200
        more = self.add("more")
        self.refused(self.prepare(self.as_bob, more, self.in_room()), 429, "rate_limited")
        assert self.prepare(self.as_bob, self.item_named("1"), self.in_room()).status_code == 200
        assert self.prepare(self.as_staff, self.add("of staff")).status_code == 200
        self.as_bob.headers |= elsewhere
        assert self.prepare(self.as_bob, more, self.in_room()).status_code == 200

    @override_settings(LIMITS={**DEFAULTS, "room_prepare": (2, 600)})
    def test_a_room_asks_for_a_bounded_number_whoever_presses(self):
        self.update_room(control_policy="everyone")
        for caller in (self.as_alice, self.as_bob):
            item = self.add(f"of {caller.headers}")
            assert self.prepare(caller, item, self.in_room()).status_code == 200
        more = self.add("more")
        self.refused(self.prepare(self.as_alice, more, self.in_room()), 429, "rate_limited")
        assert self.prepare(self.as_staff, more).status_code == 200

    @override_settings(LIMITS={**DEFAULTS, "prepare": (2, 600)})
    def test_a_cancelled_preparation_counts(self):
        item = self.add()
        for _ in range(2):
            assert self.prepare(self.as_alice, item, self.in_room()).status_code == 200
            assert self.cancel(self.as_alice, item, f"?room_id={self.room.room_id}").status_code == 200
        self.refused(self.prepare(self.as_alice, item, self.in_room()), 429, "rate_limited")

    def item_named(self, title: str) -> MediaItem:
        return MediaItem.objects.get(title=title)

    def test_what_needs_no_preparation_or_cannot_be_prepared(self):
        direct = self.add("direct", facts(H264, AAC, container="mp4"), plays="direct", starts_directly=True)
        unknown = self.add("unknown")
        MediaItem.objects.filter(pk=unknown.pk).update(facts=None)
        gone = self.add("gone", missing=True)
        assert (
            "as it is" in self.refused(self.prepare(self.as_staff, direct), 400, "unknown_media")["message"]
        )
        assert "scan" in self.refused(self.prepare(self.as_staff, unknown), 400, "unknown_media")["message"]
        self.refused(self.prepare(self.as_staff, gone), 404, "not_found")
        self.refused(self.as_staff.post("/api/library/999999/prepare/", {}), 404, "not_found")

    def test_without_ffmpeg_the_reason_is_given(self):
        with patch.object(sandbox, "ffmpeg", lambda: None):
            refused = self.refused(self.prepare(self.as_staff, self.add()), 503, "unavailable")
            assert "ffmpeg" in refused["message"]
            assert "ffmpeg" in self.as_bob.get("/api/library/conversions/").json()["unavailable"]
            with override_settings(CONVERSIONS=0):  # a worker elsewhere
                assert self.prepare(self.as_staff, self.add("other")).status_code == 200


class Progress(PreparationCase):
    def test_a_running_conversion_shows_speed_and_time_left(self):
        item = self.add()
        self.prepare(self.as_staff, item)
        now_ms = server_clock.now_ms()
        job = Conversion.objects.claim("worker", now_ms)
        Conversion.objects.renew(job, now_ms - 500, progress=0.225, speed=3.0)  # of a film of 60 s
        self.enterContext(patch.object(server_clock, "now_ms", lambda: now_ms))
        expected = {"state": "running", "progress": 0.25, "speed": 3.0, "left_s": 15.0, "error": None}
        assert self.shown(item)["conversion"] == expected
        listed = self.as_bob.get("/api/library/conversions/").json()
        assert [(row["id"], row["conversion"]) for row in listed["items"]] == [(item.pk, expected)]
        assert self.as_bob.get("/api/library/").json()["items"][0]["conversion"] == expected

    def test_strangers_see_nothing(self):
        assert self.anonymous.get("/api/library/conversions/").status_code == 404

    def test_the_list_of_the_library_has_a_fixed_number_of_queries(self):
        self.as_bob.get("/api/library/")
        for number in range(3):
            actions.prepare(self.add(str(number)))
        with self.assertNumQueries(3):
            self.as_bob.get("/api/library/")


class Serving(PreparationCase):
    def test_a_result_has_types_and_lasting_caches(self):
        job = self.finished(self.add())
        at = f"/media/converted/{job.item_id}/{job.pk}"
        master = self.as_bob.get(f"{at}/master.m3u8")
        segment = self.as_bob.get(f"{at}/v/s00000.m4s")
        assert master["Content-Type"] == "application/vnd.apple.mpegurl"
        assert master["Cache-Control"] == "private, no-cache"
        assert segment["Content-Type"] == "video/mp4"
        assert "immutable" in segment["Cache-Control"]
        assert (b"".join(segment.streaming_content), segment["Content-Length"]) == (b"v" * 99, "99")
        part = self.as_bob.client.get(
            f"{at}/v/s00000.m4s", headers={**self.as_bob.headers, "Range": "bytes=0-9"}
        )
        assert (part.status_code, part.content) == (206, b"v" * 10)

    def test_strangers_get_nothing(self):
        job = self.finished(self.add())
        assert self.anonymous.get(f"/media/converted/{job.item_id}/{job.pk}/master.m3u8").status_code == 404

    def test_only_files_of_the_result_are_served(self):
        job = self.finished(self.add())
        outside = self.converted / "secret.m3u8"
        outside.write_text("secret")
        (storage.whole(job.owner, job.pk) / "v" / "link.m4s").symlink_to(outside)
        (storage.whole(job.owner, job.pk) / "v" / "ffmpeg.m3u8").write_text("secret")
        at = f"/media/converted/{job.item_id}/{job.pk}"
        for path in (
            *("../../secret.m3u8", "..%2F..%2Fsecret.m3u8", "v/../../../secret.m3u8", "v/.hidden.m4s"),
            *("v/link.m4s", "v/ffmpeg.m3u8", "v/s99999.m4s", "v/index.txt", "/etc/passwd", "v//s00000.m4s"),
        ):
            assert self.as_bob.get(f"{at}/{path}").status_code == 404, path
        assert self.as_bob.get(f"/media/converted/{job.item_id + 1}/{job.pk}/v/index.m3u8").status_code == 404

    def test_half_made_results_are_not_served(self):
        item = self.add()
        job = actions.prepare(item)
        claimed = Conversion.objects.claim("worker", server_clock.now_ms())
        folder = storage.begin(str(item.pk), job.pk, claimed.attempts, ("v",))
        (folder / "master.m3u8").write_text("#EXTM3U\n")
        url = f"/media/converted/{item.pk}/{job.pk}/master.m3u8"
        assert self.as_bob.get(url).status_code == 404
        Conversion.objects.renew(claimed, server_clock.now_ms(), playable=True)
        assert self.as_bob.get(url).status_code == 200
        actions.cancel(item)
        assert self.as_bob.get(url).status_code == 404

    def test_an_old_address_leads_to_the_present_result(self):
        job = self.finished(self.add())
        answer = self.as_bob.get(f"/media/converted/{job.item_id}/{job.pk + 7}/master.m3u8")
        assert (answer.status_code, answer["Location"]) == (302, job.url)

    def test_playing_is_recorded_once_a_minute(self):
        job = self.finished(self.add())
        self.as_bob.get(f"{job.url}")
        first = Conversion.objects.get(pk=job.pk).played_at
        self.as_bob.get(f"{job.url}")
        assert Conversion.objects.get(pk=job.pk).played_at == first
        assert first is not None


class InRooms(PreparationCase):
    def load(self, url: str):
        body = {"action": "load", "event_id": url[-20:], "media_url": url}
        return self.as_alice.post(self.url("sync/control/"), body)

    def media(self) -> dict:
        return self.as_alice.get(self.url("state/")).json()["timeline"]

    def test_a_prepared_item_plays_its_result(self):
        item = self.add()
        self.refused(self.load(item.url), 400, "unknown_media")
        job = self.finished(item)
        assert self.load(item.url).status_code == 200
        timeline = self.media()
        assert timeline["media"]["url"] == f"/media/converted/{item.pk}/{job.pk}/master.m3u8"
        assert timeline["media"]["mime"] == "application/vnd.apple.mpegurl"
        assert (timeline["duration"], timeline["duration_source"]) == (60.5, "exact")
        assert self.shown(item)["playable"]

    def test_a_running_conversion_plays_with_the_length_of_the_file(self):
        item = self.add()
        actions.prepare(item)
        job = Conversion.objects.claim("worker", server_clock.now_ms())
        self.refused(self.load(item.url), 400, "unknown_media")
        Conversion.objects.renew(job, server_clock.now_ms(), playable=True, progress=0.2)
        assert self.load(item.url).status_code == 200
        assert (self.media()["duration"], self.media()["duration_source"]) == (60.0, "exact")

    def test_the_address_of_a_result_is_the_item(self):
        job = self.finished(self.add())
        assert self.load(job.url).status_code == 200
        assert self.media()["media"]["title"] == "Film"


class InThePersonalPlayer(PreparationCase):
    def test_an_item_that_browsers_do_not_play_has_the_address_of_its_result(self):
        item = self.add()
        assert self.shown(item)["url"] == item.url
        job = self.finished(item)
        shown = self.shown(item)
        assert (shown["url"], shown["mime"]) == (job.url, "application/vnd.apple.mpegurl")
        assert MediaItem.objects.playable([item.pk]) == {item.pk}

    def test_an_item_that_only_some_browsers_play_has_it_too(self):
        item = self.add("several languages", plays="remux", starts_directly=True)
        job = self.finished(item)
        assert self.shown(item)["url"] == job.url
