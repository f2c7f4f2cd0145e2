from __future__ import annotations

from unittest.mock import patch

import pytest

from playback.models import Playback, StoredQueue
from rooms.models import ControlPolicy, Member, Person, Role, Room
from tests.playback.room.fixtures import NOW_MS, SONG
from tests.playback.room.start.fixtures import StartCase
from watchium.protocol.errors import BadMessage, NotMember, RuleRefused, TooLong, UnknownMedia
from watchium.services.people.merge_guest import merge_guest_into_account


class Polls(StartCase):
    def ask(self, *answers, by=None, **more):
        listed = [
            each if isinstance(each, dict) else {"text": each} for each in answers or ("Alien", "Brazil")
        ]
        return self.does(by or self.alice, "open_poll", question="What next?", answers=listed, **more)

    def vote(self, by: Member, answer: int | None, poll_id: str | None = None):
        return self.does(by, "vote_poll", poll_id=poll_id or self.poll.id, answer=answer)

    def close(self, by=None):
        return self.does(by or self.alice, "close_poll", poll_id=self.poll.id)

    @property
    def poll(self):
        assert self.state.poll is not None
        return self.state.poll

    def votes(self) -> list[list[str]]:
        names = {member.person.user_id: member.username for member in self.room.members.all()}
        return [[names[each] for each in answer["votes"]] for answer in self.room_event()["poll"]["answers"]]

    def test_everyone_votes_once_changes_the_vote_and_takes_it_back(self):
        self.ask("Alien", "Brazil", "Charade")
        self.vote(self.bob, 0)
        self.vote(self.alice, 0)
        assert self.votes() == [["Bob", "Alice"], [], []]
        self.vote(self.bob, 2)
        assert self.votes() == [["Alice"], [], ["Bob"]]
        assert self.vote(self.bob, 2).revision is None
        self.vote(self.bob, None)
        assert self.votes() == [["Alice"], [], []]
        assert self.vote(self.bob, 3).revision is None

    def test_most_votes_win_the_first_of_several_and_none_without_votes(self):
        self.ask("Alien", "Brazil", "Charade")
        self.vote(self.alice, 2)
        self.vote(self.bob, 1)
        self.close()
        assert (self.room_event()["poll"]["winner"], self.room_event()["poll"]["closed"]) == (1, True)
        assert self.room.comments.latest("pk").text == "Poll: What next? Brazil has 1 of 2 votes."
        assert self.vote(self.bob, 0).revision is None
        self.ask()
        self.close()
        assert self.poll.winner is None
        assert self.room.comments.latest("pk").text == "Poll: What next? There were no votes."

    def test_media_that_win_go_into_the_queue_after_the_current_entry(self):
        self.does(self.alice, "queue_add", items=[{"media_url": "https://example.org/later.mp4"}])
        self.ask({"media_url": SONG}, {"text": "Pause"})
        self.vote(self.bob, 0)
        self.close()
        queue = StoredQueue.objects.of(Room.objects.get(pk=self.room.pk))
        assert [entry.media.url.rpartition("/")[2] for entry in queue.entries] == [
            "clip.webm",
            "music.ogg",
            "later.mp4",
        ]
        assert self.published.last("queue")["payload"]["cause"] == "poll"
        assert self.timeline().phase == "paused"

    def test_in_an_idle_room_the_winner_is_loaded(self):
        Playback.objects.filter(room=self.room).update(media=None, phase="idle")
        self.ask({"media_url": SONG}, {"text": "Pause"}, closes_in_s=30)
        self.vote(self.bob, 0)
        assert self.due(NOW_MS + 29_000) == 0
        assert self.due(NOW_MS + 30_000) == 1
        assert self.due(NOW_MS + 30_000) == 0
        assert self.published.last("load")["payload"]["media"]["url"] == SONG
        assert self.poll.closed

    def test_one_poll_is_open_at_a_time(self):
        self.ask()
        with pytest.raises(RuleRefused, match="open already"):
            self.ask()
        self.close()
        self.ask("Other", "Answers")
        assert self.poll.answers[0].text == "Other"

    def test_who_may_control_or_moderate_asks(self):
        with pytest.raises(RuleRefused):
            self.ask(by=self.bob)
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        self.ask(by=self.bob)
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MEMBER)
        self.close(by=self.bob)
        self.ask()
        with pytest.raises(RuleRefused):
            self.close(by=self.bob)
        outsider = Member(room=self.room, person=self.carol, username="carol", pk=10**9)
        with pytest.raises(NotMember):
            self.vote(outsider, 0)

    def test_who_may_not_add_to_the_queue_offers_no_media(self):
        Room.objects.filter(pk=self.room.pk).update(control_policy=ControlPolicy.HOST)
        Member.objects.filter(pk=self.bob.pk).update(role=Role.MODERATOR)
        self.does(self.alice, "set_queue", locked=True)
        with pytest.raises(RuleRefused, match="locked"):
            self.ask({"media_url": SONG}, "Pause", by=self.bob)
        self.ask("Alien", "Brazil", by=self.bob)
        self.close()
        self.ask({"media_url": SONG}, "Pause")

    def test_a_full_poll_forgets_the_votes_of_members_who_left(self):
        self.ask()
        self.vote(self.bob, 0)
        self.carols = self.enrol(self.carol, here_since_ms=3.0)
        self.vote(self.carols, 1)
        Member.objects.filter(pk=self.bob.pk).update(present=False)
        with patch("playback.domain.start.polls.MAX_VOTES", 2):
            self.vote(self.alice, 0)
        assert self.votes() == [["Alice"], ["Carol"]]

    def test_bad_answers_are_refused_whole(self):
        for answers, refusal in (
            (("Same", "Same"), BadMessage),
            (("Alien", "\u200b"), BadMessage),
            (("Alien", {"media_url": "ftp://example.org/a.mp4"}), UnknownMedia),
            (("Alien", {"item_id": 999}), UnknownMedia),
            (("Alien", {"media_url": f"https://example.org/{'x' * 4000}.mp4"}), TooLong),
        ):
            with pytest.raises(refusal):
                self.ask(*answers)
        with pytest.raises(BadMessage):
            self.does(self.alice, "open_poll", question="\u200b", answers=[{"text": "a"}, {"text": "b"}])
        assert self.playback.start is None

    def test_texts_are_cleaned(self):
        self.ask("  a\u202e\tlong " + "x" * 200, "b")
        assert self.poll.answers[0].text == ("a long " + "x" * 200)[:100]

    def test_a_poll_that_is_gone_changes_nothing(self):
        assert self.does(self.bob, "vote_poll", poll_id="1", answer=0).revision is None
        assert self.does(self.bob, "close_poll", poll_id="1").revision is None

    def test_the_same_command_twice_is_one_change(self):
        self.ask()
        first = self.does(self.bob, "vote_poll", event_id="v", poll_id=self.poll.id, answer=1)
        assert self.does(self.bob, "vote_poll", event_id="v", poll_id=self.poll.id, answer=1) == first

    def test_the_votes_of_a_guest_who_signs_in_are_of_the_account(self):
        account = Person.objects.create(username="Bobby")
        self.ask()
        self.vote(self.bob, 1)
        with self.committing():
            merge_guest_into_account(self.bob.person, account)
        assert self.poll.answers[1].votes == [account.user_id]

    def test_nothing_due_is_one_query_over_an_index(self):
        self.ask()
        with self.assertNumQueries(1):
            assert self.due(NOW_MS) == 0
