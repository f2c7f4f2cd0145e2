"""Votes to skip and for entries; and who leaves takes a vote back."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import rooms.actions
from playback.models import Playback
from playback.room import end_of_media
from rooms.models import Member, Person, Room
from tests.playback.room.fixtures import NOW_MS, SONG
from tests.playback.room.queue.fixtures import FILMS, QueueCase
from watchium.protocol.errors import RuleRefused
from watchium.services.people.merge_guest import merge_guest_into_account


class VotesToSkip(QueueCase):
    def setUp(self) -> None:
        super().setUp()
        self.carols = self.enrol(self.carol, here_since_ms=3.0)
        self.adds(self.bob, SONG, FILMS[0])
        self.started()

    def vote(self, by: Member, entry_id: str = "1", *, on: bool = True):
        return self.does(by, "vote_skip", entry_id=entry_id, on=on)

    def test_more_than_half_of_those_present_skip_it(self):
        self.vote(self.bob)
        assert self.event()["skip"] == {"votes": [self.bob.person.user_id], "needed": 2, "of": 3}
        assert self.vote(self.bob).revision is None
        self.vote(self.carols)
        assert (self.titles, self.event()["skip"]) == (["clip", "[music]", "a"], None)
        assert self.published.last("load")["payload"]["username"] == "Carol"

    def test_a_vote_for_an_entry_that_does_not_play_any_more_is_answered(self):
        assert self.vote(self.bob, "2").revision is None

    def test_a_vote_is_taken_back(self):
        self.vote(self.bob)
        self.vote(self.bob, on=False)
        assert self.event()["skip"] is None

    def test_the_share_is_a_setting(self):
        self.does(self.alice, "set_queue", skip_percent=100)
        self.vote(self.bob)
        assert self.event()["skip"]["needed"] == 3
        self.does(self.alice, "set_queue", skip_percent=50)
        assert (self.titles[0], self.event()["skip"]["needed"]) == ("[clip]", 2)
        self.does(self.alice, "set_queue", skip_percent=0)
        assert (self.titles[1], self.event()["skip"]) == ("[music]", None)

    def test_who_leaves_takes_the_vote_back(self):
        self.vote(self.bob)
        with self.committing():
            rooms.actions.leave(self.bob)
        assert (self.event()["skip"], self.event()["cause"]) == (None, "leave")
        assert self.titles[0] == "[clip]"

    def test_when_others_leave_fewer_votes_are_enough(self):
        dora = self.enrol(Person.objects.create(username="Dora"), here_since_ms=4.0)
        self.vote(self.bob)
        assert self.event()["skip"]["needed"] == 3
        for member in (self.carols, dora):
            assert self.titles[0] == "[clip]"
            with self.committing():
                rooms.actions.leave(member)
        assert self.event()["skip"] == {"votes": [self.bob.person.user_id], "needed": 2, "of": 2}
        with self.committing():
            rooms.actions.leave(self.alice)
        assert self.titles[:2] == ["clip", "[music]"]

    def test_another_entry_begins_without_votes(self):
        self.vote(self.bob)
        self.does(self.alice, "queue_play", entry_id="3")
        assert self.queue.skip is None


class Skips(QueueCase):
    def test_two_presses_skip_one_entry(self):
        self.adds(self.bob, SONG, FILMS[0])
        self.started()
        assert self.does(self.alice, "skip", entry_id="1").revision == 2
        assert self.does(self.alice, "skip", entry_id="1").revision is None
        assert self.titles == ["clip", "[music]", "a"]
        with pytest.raises(RuleRefused, match="vote to skip"):
            self.does(self.bob, "skip", entry_id="2")

    def test_a_room_that_is_paused_stays_paused(self):
        self.adds(self.bob, SONG)
        self.does(self.alice, "skip", entry_id="1")
        assert (self.titles, self.timeline().phase) == (["clip", "[music]"], "paused")

    def test_without_a_next_one_the_media_end_there(self):
        self.adds(self.bob, SONG)
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "skip", entry_id="2", now_ms=NOW_MS + 5000)
        timeline = self.timeline()
        assert (timeline.phase, timeline.position_s) == ("ended", timeline.duration_s)
        assert self.does(self.alice, "skip", entry_id="2").revision is None

    def test_to_remove_what_plays_is_to_skip_it(self):
        self.adds(self.bob, SONG, FILMS[0])
        self.started()
        self.does(self.alice, "queue_play", entry_id="2")
        with pytest.raises(RuleRefused, match="plays now"):
            self.does(self.bob, "queue_remove", entry_ids=["2"])
        self.does(self.alice, "queue_remove", entry_ids=["2"])
        assert (self.titles, self.timeline().phase) == (["clip", "[a]"], "playing")
        self.does(self.alice, "queue_remove", entry_ids=["3"])
        assert (self.titles, self.timeline().phase) == (["clip"], "ended")
        self.does(self.alice, "queue_undo")
        assert (self.titles, self.timeline().phase) == (["clip", "a"], "ended")

    def test_a_repeated_queue_goes_on_at_its_beginning(self):
        self.adds(self.alice, SONG)
        self.does(self.alice, "set_queue", repeat="all")
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.alice, "queue_remove", entry_ids=["2"])
        assert self.titles == ["[clip]"]


class VotesForEntries(QueueCase):
    def test_they_order_the_queue_if_the_room_wants_that(self):
        self.adds(self.bob, *FILMS[:3])
        self.does(self.bob, "vote_entry", entry_id="4")
        assert self.titles == ["[clip]", "a", "b", "c"]
        assert self.event()["order"] is None
        self.does(self.alice, "set_queue", order="votes")
        assert self.titles == ["[clip]", "c", "a", "b"]
        self.does(self.alice, "vote_entry", entry_id="3")
        self.does(self.alice, "vote_entry", entry_id="4")
        assert self.titles == ["[clip]", "c", "b", "a"]
        self.does(self.bob, "vote_entry", entry_id="4", on=False)
        self.does(self.alice, "vote_entry", entry_id="4", on=False)
        assert self.titles == ["[clip]", "b", "a", "c"]
        with pytest.raises(RuleRefused, match="Votes decide"):
            self.does(self.alice, "queue_move", entry_id="2", before="3")

    def test_one_member_votes_for_twenty_entries_at_most(self):
        self.adds(self.alice, *[FILMS[0]] * 21)
        for number in range(2, 22):
            self.does(self.bob, "vote_entry", entry_id=str(number))
        with pytest.raises(RuleRefused, match="20 entries"):
            self.does(self.bob, "vote_entry", entry_id="22")
        self.does(self.bob, "vote_entry", entry_id="2", on=False)
        self.does(self.bob, "vote_entry", entry_id="22")

    def test_a_vote_for_what_played_is_used_up(self):
        self.adds(self.alice, *[FILMS[0]] * 21)
        for number in range(2, 22):
            self.does(self.bob, "vote_entry", entry_id=str(number))
        self.does(self.alice, "queue_play", entry_id="2")
        self.does(self.bob, "vote_entry", entry_id="22")
        assert self.queue.order.entry("22").votes == [self.bob.person.user_id]


class Rules(QueueCase):
    def refused(self, match: str, kind: str, **payload) -> None:
        with pytest.raises(RuleRefused, match=match):
            self.does(self.bob, kind, **payload)

    def test_who_adds(self):
        for who, sentence in (
            ("host", "Only the host may add"),
            ("moderators", "host and moderators may add"),
        ):
            self.does(self.alice, "set_queue", who_adds=who)
            self.refused(sentence, "queue_add", items=[{"media_url": SONG}])
        Member.objects.filter(pk=self.bob.pk).update(role="moderator")
        self.adds(self.bob, SONG)
        self.does(self.alice, "set_queue", who_adds="host")
        self.refused("Only the host may add", "queue_add", items=[{"media_url": SONG}])

    def test_a_quota_counts_what_is_still_to_come(self):
        self.does(self.alice, "set_queue", quota=2)
        self.adds(self.bob, *FILMS[:2])
        self.refused(
            "at most 2 entries waiting in this queue, and you have 2",
            "queue_add",
            items=[{"media_url": SONG}],
        )
        self.does(self.alice, "queue_play", entry_id="2")
        self.adds(self.bob, SONG)
        self.adds(self.alice, *FILMS[:5])

    def test_a_locked_queue_is_for_controllers_but_everyone_takes_their_own_back(self):
        """Votes for entries would change it. Votes to skip are about what plays."""
        self.adds(self.bob, *FILMS[:2])
        self.does(self.bob, "vote_entry", entry_id="2")
        self.does(self.alice, "set_queue", locked=True)
        self.refused("locked", "queue_add", items=[{"media_url": SONG}])
        self.refused("locked", "queue_move", entry_id="2", before=None)
        self.refused("locked", "vote_entry", entry_id="3")
        self.does(self.bob, "vote_skip", entry_id="1")
        self.does(self.bob, "vote_entry", entry_id="2", on=False)
        self.does(self.bob, "queue_remove", entry_ids=["2"])
        self.adds(self.alice, SONG)
        self.does(self.alice, "vote_entry", entry_id="3")
        assert self.titles == ["[clip]", "b", "music"]

    def test_in_fair_turns_everyone_has_one_entry_in_each_round(self):
        carols = self.enrol(self.carol, here_since_ms=3.0)
        self.does(self.alice, "set_queue", order="fair")
        self.adds(self.bob, *FILMS[:3])
        self.adds(carols, *FILMS[3:5])
        assert self.titles == ["[clip]", "a", "d", "b", "e", "c"]
        self.does(self.alice, "queue_play", entry_id=self.id_of("a"))
        self.adds(self.alice, FILMS[5])
        assert self.titles == ["clip", "[a]", "d", "f", "b", "e", "c"]
        with pytest.raises(RuleRefused, match="not ordered by hand"):
            self.does(self.alice, "queue_shuffle")

    def test_settings_of_the_rules_are_for_moderators_and_those_of_playing_for_controllers(self):
        self.room.control_policy = "everyone"
        self.room.save()
        self.does(self.bob, "set_queue", repeat="all", through_folder=True)
        self.refused("rules of the queue", "set_queue", locked=True)
        self.refused("rules of the queue", "set_queue", repeat="one", quota=0)
        assert self.event()["settings"]["repeat"] == "all"
        self.room.control_policy = "host"
        self.room.save()
        self.refused("how the queue plays", "set_queue", repeat="off")

    def test_the_same_settings_change_nothing(self):
        self.does(self.alice, "set_queue", locked=True)
        assert self.does(self.alice, "set_queue", locked=True).revision is None

    def test_only_controllers_clear_shuffle_undo_and_redo(self):
        self.adds(self.bob, SONG)
        for kind in ("queue_clear", "queue_shuffle", "queue_undo", "queue_redo"):
            self.refused("Only members who may edit the queue", kind)

    def test_a_demo_begins_again_with_nothing_but_its_own_clip_queued(self):
        self.adds(self.bob, SONG)
        self.room.refresh_from_db()
        self.room.is_demo = True
        self.room.save()
        Member.objects.filter(room=self.room).update(present=False)
        with self.committing():
            assert end_of_media.reset(self.room.pk, NOW_MS)
        assert (self.titles, self.event()["cause"], self.event()["can_undo"]) == (["[clip]"], "reset", False)
        assert Playback.objects.get(room=self.room).phase == "paused"
        Member.objects.filter(pk=self.alice.pk).update(present=True)
        self.adds(self.alice, SONG)
        assert [entry.id for entry in self.queue.entries] == ["3", "4"]


class SigningIn(QueueCase):
    def test_a_guest_who_signs_in_keeps_entries_and_votes(self):
        self.adds(self.bob, SONG)
        self.does(self.bob, "vote_entry", entry_id="2")
        self.does(self.bob, "vote_skip", entry_id="1")
        account = Person.objects.create(username="Robert")
        with self.committing():
            merge_guest_into_account(self.bob.person, account)
        entry = self.queue.order.entry("2")
        assert (entry.user_id, entry.votes) == (account.user_id, [account.user_id])
        assert self.event()["cause"] in ("merge", "leave")
        member = Member.objects.select_related("person", "room").get(person=account, left_at=None)
        self.does(member, "queue_remove", entry_ids=["2"])
        assert self.titles == ["[clip]"]

    def test_rooms_that_only_the_account_is_in_are_not_locked(self):
        def statements(others: int) -> int:
            guest, account = (Person.objects.create(username=name) for name in ("Guest", "Robert"))
            for _ in range(others):
                room = Room.objects.create(title="Other", queue_revision=1)
                Member.objects.create(room=room, person=account, username="Robert")
            with CaptureQueriesContext(connection) as captured:
                merge_guest_into_account(guest, account)
            return len(captured)

        assert statements(3) == statements(0)
