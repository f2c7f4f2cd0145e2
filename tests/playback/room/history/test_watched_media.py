from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from playback.models import HistoryOff, Playback, WatchedMedia
from playback.room import actions
from rooms.actions import leave
from rooms.models import Member, Person
from tests.cases import CLIP
from tests.playback.room.fixtures import NOW_MS, SONG, ActionCase, load, seek
from tests.playback.room.history.concurrent import before_writing
from watchium import server_clock
from watchium.maintenance.work import maintain
from watchium.services.people.merge_guest import merge_guest_into_account


class WhatPeopleWatched(ActionCase):
    def of(self, person: Person) -> list[tuple[str, float]]:
        rows = WatchedMedia.objects.before(person, 2**53, 400)
        return [(row.watched_media.url, round(row.position, 3)) for row in rows]

    def change_media_at(
        self, position_s: float, name: str = "", url: str = SONG, *, after_s: float = 0
    ) -> None:
        at_ms = NOW_MS + after_s * 1000
        actions.seek(self.alice, seek(position_s, f"s{name}"), now_ms=at_ms)
        actions.load(self.alice, load(url, f"l{name}"), now_ms=at_ms + 1)

    def test_present_members_remember_where_the_room_left_media(self):
        absent = self.enrol(self.carol)
        Member.objects.filter(pk=absent.pk).update(present=False)
        self.change_media_at(41)
        assert self.of(self.alice.person) == self.of(self.bob.person) == [(CLIP, 41.0)]
        assert self.of(self.carol) == []

    def test_each_media_is_remembered_once_at_its_latest_position(self):
        self.change_media_at(41, "a")
        self.change_media_at(5, "b", CLIP, after_s=6)
        self.change_media_at(12, "c", after_s=12)
        rows = dict(self.of(self.bob.person))
        assert rows == {CLIP: 12.0, SONG: 5.0}

    def test_media_that_were_watched_for_less_than_five_seconds_are_not_remembered(self):
        self.change_media_at(4.9, "a")
        assert self.of(self.bob.person) == []
        self.change_media_at(41, "b", CLIP, after_s=6)
        self.change_media_at(300, "c", after_s=9)
        assert self.of(self.bob.person) == [(SONG, 41.0)], "a seek is not watching"
        self.change_media_at(42, "d", after_s=10)
        assert self.of(self.bob.person) == [(SONG, 42.0)], "a later position of the same media"
        self.change_media_at(30, "e", CLIP, after_s=16)
        assert len(self.of(self.bob.person)) == 1
        self.change_media_at(7, "f", after_s=30)
        assert self.of(self.bob.person) == [(CLIP, 7.0), (SONG, 30.0)]

    def test_a_member_who_leaves_remembers_where_the_room_was(self):
        Playback.objects.filter(room=self.room).update(at_ms=server_clock.now_ms(), position=33.0)
        with self.committing():
            leave(self.bob)
        assert self.of(self.bob.person) == [(CLIP, 33.0)]
        assert self.of(self.alice.person) == []
        assert WatchedMedia.objects.get().room == self.room

    def test_a_history_that_is_off_records_nothing(self):
        HistoryOff.objects.switch(self.bob.person, on=False)
        HistoryOff.objects.switch(self.bob.person, on=False)
        self.change_media_at(41, "a")
        assert self.of(self.bob.person) == []
        HistoryOff.objects.switch(self.bob.person, on=True)
        self.change_media_at(5, "b", CLIP)
        assert self.of(self.bob.person) == [(SONG, 5.0)]

    def test_signing_in_moves_the_history_and_keeps_it_off(self):
        self.change_media_at(41)
        HistoryOff.objects.switch(self.bob.person, on=False)
        merge_guest_into_account(self.bob.person, self.carol)
        assert self.of(self.carol) == [(CLIP, 41.0)]
        assert HistoryOff.objects.has(self.carol)

    def test_what_both_watched_stays_as_the_account_left_it(self):
        self.change_media_at(41, "a")
        WatchedMedia.objects.filter(person=self.alice.person).update(person=self.carol, position=7)
        merge_guest_into_account(self.bob.person, self.carol)
        assert self.of(self.carol) == [(CLIP, 7.0)]

    def test_what_the_account_leaves_during_the_merge_stays_as_it_left_it(self):
        self.change_media_at(41)
        with before_writing(WatchedMedia, of=self.bob.person, for_=self.carol, position=7):
            merge_guest_into_account(self.bob.person, self.carol)
        assert self.of(self.carol) == [(CLIP, 7.0)]
        assert self.of(self.bob.person) == []

    def test_it_goes_with_the_person_and_survives_the_room(self):
        self.change_media_at(41)
        self.bob.person.delete()
        self.room.delete()
        assert [row.room_id for row in WatchedMedia.objects.all()] == [None]
        assert self.of(self.alice.person) == [(CLIP, 41.0)]

    def test_maintenance_keeps_the_latest_of_each_person(self):
        rows = [
            WatchedMedia(person=person, media_key=f"{n}", media={}, position=1, at_ms=n)
            for person in (self.bob.person, self.carol)
            for n in range(303 if person == self.carol else 3)
        ]
        WatchedMedia.objects.bulk_create(rows)
        with CaptureQueriesContext(connection) as captured:
            surplus = set(WatchedMedia.objects.of_persons_above(300).values_list("at_ms", flat=True))
        assert (surplus, len(captured)) == ({0.0, 1.0, 2.0}, 1)
        dict(maintain())
        kept = (
            WatchedMedia.objects.filter(person=self.carol).order_by("at_ms").values_list("at_ms", flat=True)
        )
        assert (len(kept), kept[0]) == (300, 3.0)
        assert WatchedMedia.objects.filter(person=self.bob.person).count() == 3
