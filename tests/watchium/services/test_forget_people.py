"""A guest is deleted: nothing that a room keeps names them any more."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from playback.models import QueueHistory, StoredQueue
from rooms.models import Member, Person, Room
from tests.playback.room.start.fixtures import StartCase
from watchium.maintenance.work import maintain
from watchium.services.people.forget_people import forget_people, forget_person

FILMS = tuple(f"https://example.org/{name}.mp4" for name in "abc")


class ForgetPeople(StartCase):
    def setUp(self) -> None:
        super().setUp()
        adds = [{"media_url": url} for url in FILMS]
        self.does(self.bob, "queue_add", items=adds)
        first, second, third = (entry.id for entry in self.queue.entries[1:])
        self.does(self.bob, "vote_entry", entry_id=first, on=True)
        self.does(self.bob, "vote_skip", entry_id=str(self.queue.current), on=True)
        self.does(self.bob, "queue_check", checks=[{"entry_id": second, "plays": False, "codec": "HEVC"}])
        self.does(self.bob, "queue_remove", entry_ids=[third])
        self.does(self.alice, "open_poll", question="Next?", answers=[{"text": "A"}, {"text": "B"}])
        self.does(self.bob, "vote_poll", poll_id=str(self.state.poll.id), answer=0)
        self.does(self.alice, "ready_check", on=True)
        self.does(self.bob, "ready", on=True)

    @property
    def queue(self):
        return StoredQueue.objects.of(Room.objects.get(pk=self.room.pk))

    def kept(self) -> str:
        """All that the room keeps as documents."""
        history = QueueHistory.objects.get(room=self.room)
        stored = StoredQueue.objects.get(room=self.room).document
        return f"{stored} {history.removed} {self.playback.start}"

    def test_names_marks_votes_and_checks_are_gone_and_what_they_added_stays(self):
        bob = self.bob.person
        assert bob.user_id in self.kept()
        assert "Bob" in self.kept()
        with self.committing():
            assert forget_person(bob) == 1
        assert bob.user_id not in self.kept()
        assert "Bob" not in self.kept()
        assert [entry.media.url for entry in self.queue.entries][1:] == list(FILMS[:2])
        assert self.queue.skip is None
        assert self.state.poll is not None
        assert self.published.last("queue")["payload"]["cause"] == "forget"
        self.does(self.alice, "queue_undo")
        assert [entry.username for entry in self.queue.entries[1:]] == [None, None, None]

    def test_many_guests_are_looked_up_at_once(self):
        Person.objects.bulk_create(Person(username=f"guest {number}") for number in range(50))
        guests = Person.objects.exclude(pk__in=[self.alice.person_id, self.carol.pk])
        with self.committing(), CaptureQueriesContext(connection) as asked:
            assert forget_people(guests) == 51
        assert len([query for query in asked if query["sql"].startswith("SELECT")]) < 20
        assert self.bob.person.user_id not in self.kept()

    def test_what_they_asked_is_nobodys_any_more(self):
        alice, votes = self.alice.person, [self.bob.person.user_id]
        with self.committing():
            forget_person(alice)
        assert alice.user_id not in self.kept()
        assert self.state.ready_check is None
        assert (self.state.poll.username, self.state.poll.answers[0].votes) == ("", votes)

    def test_maintenance_forgets_the_guests_that_it_deletes(self):
        long_ago = timezone.now() - timedelta(days=40)
        Member.objects.filter(pk=self.bob.pk).update(left_at=long_ago, present=False)
        Person.objects.filter(pk=self.bob.person_id).update(last_seen_at=long_ago)
        label = "names of these guests in queues and polls"
        assert dict(maintain(dry_run=True))[label] == 1
        assert "Bob" in self.kept()
        assert dict(maintain())[label] == 1
        assert "Bob" not in self.kept()
        assert not Person.objects.filter(pk=self.bob.person_id).exists()
