from __future__ import annotations

from unittest.mock import patch

from playback.conversion import actions, play_when_ready
from playback.models import Conversion, PlayWhenReady
from rooms.models import Member, Role
from tests.playback.conversion.test_api import PreparationCase
from watchium import server_clock


class PlayingWhenReady(PreparationCase):
    def ask(self, item, caller=None):
        return self.prepare(caller or self.as_alice, item, {**self.in_room(), "play": True})

    def make_ready(self, item) -> Conversion:
        """What the worker does once its conversion stays ahead of a player."""
        job = Conversion.objects.claim("worker", server_clock.now_ms())
        Conversion.objects.renew(job, server_clock.now_ms(), playable=True, progress=0.5, speed=9.0)
        play_when_ready.play_ready(job)
        return job

    def timeline(self) -> dict:
        return self.as_alice.get(self.url("state/")).json()["timeline"]

    def test_the_room_plays_it_in_the_name_of_the_member_who_asked(self):
        item = self.add()
        assert self.ask(item).status_code == 200
        assert (
            self.as_bob.get(f"/api/library/conversions/?room_id={self.room.room_id}").json()["play_next"]
            == item.pk
        )
        job = self.make_ready(item)
        assert self.timeline()["media"]["url"] == job.url
        assert self.timeline()["is_playing"]
        assert not PlayWhenReady.objects.exists()
        play_when_ready.play_ready(job)  # twice is harmless

    def test_a_result_that_is_there_plays_at_once(self):
        job = self.finished(item := self.add())
        self.ask(item)
        assert self.timeline()["media"]["url"] == job.url

    def test_media_that_were_loaded_since_stay(self):
        item = self.add()
        self.ask(item)
        load = {"action": "load", "event_id": "other", "media_url": "https://example.org/film.mp4"}
        assert self.as_alice.post(self.url("sync/control/"), load).status_code == 200
        self.make_ready(item)
        assert self.timeline()["media"]["url"] == "https://example.org/film.mp4"

    def test_a_member_who_lost_the_right_changes_nothing(self):
        item = self.add()
        self.ask(item)
        before = self.timeline()["media"]
        Member.objects.filter(pk=self.alice.pk).update(role=Role.MEMBER)
        self.make_ready(item)
        assert self.timeline()["media"] == before

    def test_only_who_may_change_media_asks_for_it(self):
        item = self.add()
        self.refused(self.ask(item, self.as_bob), 403, "not_host")
        self.refused(self.prepare(self.as_staff, item, {"play": True}), 400, "bad_message")
        self.refused(self.prepare(self.as_staff, item, {**self.in_room(), "play": True}), 404, "not_member")
        assert not PlayWhenReady.objects.exists()

    def test_a_second_request_replaces_the_first(self):
        first, second = self.add("first"), self.add("second")
        self.ask(first)
        self.ask(second)
        assert PlayWhenReady.objects.get().conversion.item == second

    def test_a_conversion_that_ended_before_the_request_was_stored_is_played_or_forgotten(self):
        member = Member.objects.get(pk=self.alice.pk)
        for state, loads in (("done", 1), ("failed", 0), ("cancelled", 0)):
            stale = actions.prepare(self.add(state), member.person, limited=True)
            Conversion.objects.filter(pk=stale.pk).update(state=state)
            with patch.object(play_when_ready, "play_ready") as play_ready:
                play_when_ready.request(member, stale)
            assert play_ready.call_count == loads, state
            assert PlayWhenReady.objects.filter(conversion=stale).exists() == bool(loads)

    def test_cancelling_forgets_it(self):
        item = self.add()
        self.ask(item)
        actions.cancel(item)
        assert not PlayWhenReady.objects.exists()
