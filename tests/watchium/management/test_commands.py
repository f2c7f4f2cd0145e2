from __future__ import annotations

from datetime import timedelta
from io import StringIO

from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.utils import timezone

import playback.room.actions
from chat import actions
from chat.models import Comment
from chat.notices import notice
from playback.models import MediaItem, Playback, PlaybackEvent, SyncState
from rooms.display_names import DEMO_TITLE
from rooms.models import ALPHABET, Ban, Connection, Member, ModerationAct, Person, Room, Token
from tests.cases import Cast
from watchium import server_clock
from watchium.db.batch_delete import delete_in_batches
from watchium.management.commands import demo
from watchium.protocol.commands import Play, Seek, SeekTarget


def days_ago(days: float):
    return timezone.now() - timedelta(days=days)


def run(*args, **options) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


class OldData(Cast):
    def log(self, count: int, *, days: float, first: int = 1, room: Room | None = None) -> None:
        """Add `count` events to the room's log, all created `days` days ago."""
        room = room or self.room
        fields = {"room": room, "type": "seek", "at_ms": 0, "position": 0, "rate": 1, "phase": "paused"}
        PlaybackEvent.objects.bulk_create(
            PlaybackEvent(revision=revision, **fields) for revision in range(first, first + count)
        )
        PlaybackEvent.objects.filter(room=room, revision__gte=first).update(created_at=days_ago(days))
        Room.objects.filter(pk=room.pk).update(revision=first + count - 1)

    def make_inactive(self, days: float) -> None:
        Room.objects.filter(pk=self.room.pk).update(last_active_at=days_ago(days))
        Member.objects.filter(room=self.room).update(present=False)

    def revisions(self) -> list[int]:
        return sorted(PlaybackEvent.objects.filter(room=self.room).values_list("revision", flat=True))


class CleanupPlaybackEvents(OldData):
    def test_events_older_than_seven_days_of_inactive_rooms_are_deleted(self):
        self.log(3, days=8)
        self.log(2, days=6, first=4)
        self.make_inactive(2)
        assert "3 deleted" in run("cleanup_playback_events")
        assert self.revisions() == [4, 5]

    def test_the_last_five_hundred_events_of_an_active_room_stay(self):
        self.log(510, days=30)
        self.make_inactive(0.5)
        run("cleanup_playback_events")
        assert self.revisions() == list(range(11, 511))

    def test_a_room_with_members_present_is_active(self):
        self.log(3, days=30)
        Room.objects.filter(pk=self.room.pk).update(last_active_at=days_ago(3))
        run("cleanup_playback_events")
        assert self.revisions() == [1, 2, 3]

    def test_old_rows_without_a_revision_are_deleted(self):
        self.log(1, days=30)
        PlaybackEvent.objects.update(revision=None)
        run("cleanup_playback_events")
        assert self.revisions() == []

    def test_a_dry_run_counts_events_and_deletes_nothing(self):
        self.log(3, days=8)
        self.make_inactive(2)
        assert ": 3 (dry run)" in run("cleanup_playback_events", dry_run=True)
        assert len(self.revisions()) == 3

    def test_the_number_of_days_is_an_option(self):
        self.log(3, days=3)
        self.make_inactive(2)
        run("cleanup_playback_events", days=2)
        assert self.revisions() == []

    def test_rows_are_deleted_in_batches(self):
        self.log(25, days=8)
        self.make_inactive(2)
        # Each batch: savepoint, select, delete, release; the last one finds nothing and deletes nothing.
        with self.assertNumQueries(4 + 4 + 4 + 3):
            assert delete_in_batches(PlaybackEvent.objects.discardable(days_ago(7)), batch=10) == 25
        assert self.revisions() == []

    def test_twice_is_harmless(self):
        self.log(3, days=8)
        self.make_inactive(2)
        run("cleanup_playback_events")
        assert ": 0 deleted" in run("cleanup_playback_events")


class ResetInactiveRooms(OldData):
    def play_from_40(self) -> None:
        playback.room.actions.seek(self.alice, Seek(event_id="s", payload=SeekTarget(current_time=40)))
        playback.room.actions.play(self.alice, Play(event_id="p"))

    def test_a_room_inactive_for_a_day_is_reset_with_an_event(self):
        self.play_from_40()
        self.make_inactive(1.1)
        with self.committing():
            assert "rooms reset: 1" in run("reset_inactive_rooms")
        row = Playback.objects.get(room=self.room)
        assert (row.phase, row.position, row.media["url"]) == (
            "paused",
            0,
            "/media/samples/clip.webm",
        )
        assert self.published.last("timeline")["payload"]["cause"] == "reset"
        assert self.revisions() == [1, 2, 3]

    def test_a_room_with_members_present_is_not_reset(self):
        self.play_from_40()
        Room.objects.update(last_active_at=days_ago(3))
        run("reset_inactive_rooms")
        assert Playback.objects.get(room=self.room).phase == "playing"

    def test_a_room_that_was_active_today_is_not_reset(self):
        self.play_from_40()
        self.make_inactive(0.9)
        run("reset_inactive_rooms")
        assert Playback.objects.get(room=self.room).phase == "playing"

    def test_twice_is_harmless_and_a_dry_run_changes_nothing(self):
        self.play_from_40()
        self.make_inactive(2)
        assert "reset: 1 (dry run)" in run("reset_inactive_rooms", dry_run=True)
        run("reset_inactive_rooms")
        self.make_inactive(2)
        assert "reset: 0" in run("reset_inactive_rooms")
        assert self.revisions() == [1, 2, 3]

    def test_members_with_expired_leases_leave(self):
        hour_ms = 3_600_000
        self.lease(self.bob, server_clock.now_ms() - 2 * hour_ms)
        self.lease(self.alice, server_clock.now_ms() - 60_000)
        with self.committing():
            assert "lapsed leases: 1" in run("reset_inactive_rooms")
        self.bob.refresh_from_db()
        self.alice.refresh_from_db()
        assert (self.bob.present, self.alice.present) == (False, True)
        assert self.published.last("member_left")["payload"]["username"] == "Bob"

    def lease(self, member: Member, lapses_at_ms: float) -> None:
        Connection.objects.create(member=member, process="stopped", opened_at_ms=0, lapses_at_ms=lapses_at_ms)


class Maintain(OldData):
    def setUp(self) -> None:
        super().setUp()
        self.state = SyncState.objects.create(
            room=self.room, member=self.bob, host_time=0, sync_event_type="play"
        )
        self.guest = Person.objects.create(username="Gone", last_seen_at=days_ago(31))
        self.token = Token.objects.create(person=self.carol, digest="x", last_used_at=days_ago(31))
        self.ban = Ban.objects.create(room=self.room, person=self.carol, until=days_ago(0.1))
        self.closed = self.old_room("closed", closed_at=days_ago(31))
        self.unused = self.old_room("unused")
        self.session = Session.objects.create(session_key="s", expire_date=days_ago(1))
        self.log(3, days=31, room=self.closed)
        SyncState.objects.update(created_at=days_ago(8))

    def old_room(self, title: str, **fields) -> Room:
        return Room.objects.create(title=title, last_active_at=days_ago(31), **fields)

    def leftovers(self) -> set[object]:
        rows = (self.state, self.guest, self.token, self.ban, self.closed, self.unused, self.session)
        return {row for row in rows if type(row)._default_manager.filter(pk=row.pk).exists()}

    def test_expired_data_is_deleted_and_other_data_stays(self):
        output = run("maintain")
        assert self.leftovers() == set()
        assert "rooms closed 30 days ago: 1" in output
        assert Room.objects.get() == self.room
        assert Person.objects.count() == 3
        assert Member.objects.count() == 2
        assert not PlaybackEvent.objects.exists()

    def test_a_dry_run_counts_and_deletes_nothing(self):
        output = run("maintain", dry_run=True)
        assert len(self.leftovers()) == 7
        # The guest counts twice: its row, and its names in queues and polls.
        assert output.count(": 1 (dry run)") == 8, output

    def test_twice_is_harmless(self):
        run("maintain")
        assert all(line.endswith(": 0") for line in run("maintain").splitlines())

    def test_data_within_its_retention_stays(self):
        Token.objects.update(last_used_at=days_ago(29))
        Ban.objects.update(until=timezone.now() + timedelta(hours=1))
        SyncState.objects.update(created_at=days_ago(6))
        Session.objects.update(expire_date=timezone.now() + timedelta(days=1))
        Room.objects.filter(pk=self.closed.pk).update(closed_at=days_ago(29))
        Room.objects.filter(pk=self.unused.pk).update(last_active_at=days_ago(29))
        Person.objects.filter(pk=self.guest.pk).update(last_seen_at=days_ago(29))
        run("maintain")
        assert len(self.leftovers()) == 7

    def test_a_room_with_comments_is_not_abandoned(self):
        facts = {"room": self.unused, "seq": 1, "position": 0, "at_ms": 0}
        Comment.objects.create(text="hello", is_system=False, **facts)
        run("maintain")
        assert self.unused in self.leftovers()

    def test_old_moderation_acts_and_system_comments_are_deleted_and_user_comments_stay(self):
        def act(kind: str, days: float) -> ModerationAct:
            made = ModerationAct.objects.create(room=self.room, kind=kind, by=self.alice.person)
            ModerationAct.objects.filter(pk=made.pk).update(created_at=days_ago(days))
            return made

        deleted = [act("transfer_host", 31), act("moderator", 31), act("ban", 367)]
        retained = [act("claim_host", 29), act("ban", 300), act("remove", 31)]
        for seq, (is_system, days) in enumerate([(True, 31), (True, 29), (False, 31)], 1):
            facts = {"room": self.room, "position": 0, "at_ms": 0, "text": "x"}
            Comment.objects.create(seq=seq, is_system=is_system, **facts)
            Comment.objects.filter(seq=seq).update(created_at=days_ago(days))
        run("maintain")
        assert set(ModerationAct.objects.all()) == set(retained), deleted
        assert set(Comment.objects.values_list("seq", flat=True)) == {2, 3}

    def test_a_room_with_only_system_comments_is_abandoned(self):
        actions.post_system_comment(self.unused, notice("joined", name="Bob"), 0.0, now_ms=0.0)
        Room.objects.filter(pk=self.unused.pk).update(last_active_at=days_ago(31))
        run("maintain")
        assert self.unused not in self.leftovers()

    def test_a_guest_with_a_room_a_membership_or_a_ban_stays(self):
        other = Room.objects.create(title="other")
        ties = [Person.objects.create(username=name, last_seen_at=days_ago(90)) for name in "abc"]
        Room.objects.filter(pk=other.pk).update(owner=ties[0])
        Member.objects.create(room=other, person=ties[1], username="b")
        Ban.objects.create(room=other, person=ties[2], until=timezone.now() + timedelta(days=1))
        run("maintain")
        assert Person.objects.filter(pk__in=[person.pk for person in ties]).count() == 3

    def test_comments_outlive_their_guest(self):
        Comment.objects.create(room=self.room, seq=1, person=self.guest, text="x", position=0, at_ms=0)
        run("maintain")
        assert Comment.objects.get().person is None


class DemoRoom(Cast):
    def test_the_demo_room_is_public_loops_and_has_no_owner(self):
        assert f"/rooms/{demo.ROOM_ID}/" in run("demo")
        room = Room.objects.get(room_id=demo.ROOM_ID)
        assert (room.visibility, room.owner, room.is_demo) == ("public", None, True)
        assert (room.playback.loops, room.playback.current_media.url) == (True, demo.CLIP)

    def test_its_id_uses_the_alphabet_of_room_ids(self):
        assert len(demo.ROOM_ID) == 10
        assert set(demo.ROOM_ID) <= set(ALPHABET)

    def test_running_twice_does_not_disturb_playback(self):
        run("demo")
        playing = Playback.objects.get(room__room_id=demo.ROOM_ID)
        Playback.objects.filter(pk=playing.pk).update(phase="playing", position=3)
        Room.objects.filter(room_id=demo.ROOM_ID).update(title="changed", revision=7)
        run("demo", verbosity=0)
        playing.refresh_from_db()
        room = Room.objects.get(room_id=demo.ROOM_ID)
        assert (playing.phase, room.title, room.revision) == ("playing", DEMO_TITLE, 7)

    def test_an_empty_library_gets_the_samples(self):
        run("demo")
        titles = sorted(MediaItem.objects.values_list("title", flat=True))
        assert titles == ["Sample clip", "Sample music"]
        MediaItem.objects.filter(title="Sample clip").delete()
        run("demo")
        assert MediaItem.objects.get().title == "Sample music"

    def test_a_closed_demo_room_is_reopened(self):
        run("demo")
        Room.objects.filter(room_id=demo.ROOM_ID).update(closed_at=timezone.now())
        run("demo")
        assert Room.objects.open().filter(room_id=demo.ROOM_ID).exists()
