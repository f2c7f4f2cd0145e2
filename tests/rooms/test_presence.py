from __future__ import annotations

from unittest.mock import patch

import pytest
from django.test import override_settings

from rooms import actions
from rooms.actions import presence
from rooms.actions.merge_guest import merge_guest
from rooms.models import Connection, Member, Person, Pulse, Role, Room
from rooms.models.room import RoomQuerySet
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.errors import NotMember, TooManyConnections
from watchium.realtime.groups import process_id


class PresenceCase(Cast):
    def setUp(self) -> None:
        super().setUp()
        Member.objects.update(present=False)

    def enter(self, member: Member, device_id: str = "") -> Connection:
        with self.committing():
            return actions.connect(member, device_id)[1]

    def leave_tab(self, connection: Connection) -> None:
        with self.committing():
            actions.disconnect(connection)

    def pass_ms(self, duration_ms: float) -> float:
        """Do the work that is due `duration_ms` from now, and return that instant."""
        later_ms = server_clock.now_ms() + duration_ms
        with self.committing():
            actions.due(later_ms)
        return later_ms

    def assert_only_their_message_closes(self, *revoked: int) -> None:
        """Their renewal neither extends them nor reports them, which would close them without the reason."""
        leases = Connection.objects.filter(pk__in=revoked).order_by("pk")
        before = list(leases.values_list("lapses_at_ms", flat=True))
        assert actions.renew(set(revoked)) == set()
        assert list(leases.values_list("lapses_at_ms", flat=True)) == before

    def host(self) -> Member | None:
        return Member.objects.host_of(self.room)


class PresenceTests(PresenceCase):
    def test_five_tabs_are_one_member(self):
        for _ in range(5):
            self.enter(self.bob)
        assert self.published.types().count("member_joined") == 1
        assert self.bob.connections.count() == 5

    def test_a_reload_is_neither_a_leave_nor_a_join(self):
        self.leave_tab(self.enter(self.bob))
        self.pass_ms(5000)
        self.enter(self.bob)
        self.pass_ms(9000)
        assert self.published.types().count("member_joined") == 1
        assert "member_left" not in self.published.types()

    def test_a_closed_tab_is_a_leave_after_the_grace_period(self):
        self.leave_tab(self.enter(self.bob))
        self.pass_ms(presence.GRACE_MS + 1)
        assert self.published.last("member_left")["payload"]["reason"] == "lost"

    def test_a_lapse_is_broadcast_once(self):
        self.leave_tab(self.enter(self.bob))
        self.pass_ms(presence.GRACE_MS + 1)
        self.pass_ms(presence.GRACE_MS + 1)
        assert self.published.types().count("member_left") == 1

    def test_a_killed_process_leaves_no_ghosts(self):
        self.enter(self.bob)
        self.pass_ms(15_000)
        assert not Member.objects.get(pk=self.bob.pk).present

    def test_a_renewed_lease_does_not_lapse(self):
        connection = self.enter(self.bob)
        Connection.objects.update(lapses_at_ms=0)
        assert actions.renew({connection.pk}) == set()
        self.pass_ms(presence.SILENCE_MS - 1000)
        assert Member.objects.get(pk=self.bob.pk).present

    def test_a_lapsed_lease_is_reported_instead_of_renewed(self):
        connection = self.enter(self.bob)
        self.pass_ms(presence.SILENCE_MS + 1)
        assert actions.renew({connection.pk}) == {connection.pk}

    def test_a_socket_of_a_guest_who_signed_in_closes_as_that_account(self):
        connection = self.enter(self.bob)
        account = self.enrol(Person.objects.create(username="mira", user_id="u_mira"))
        with self.committing():
            merge_guest(self.bob.person, account.person)
        self.leave_tab(connection)
        connection.refresh_from_db()
        assert (connection.member_id, connection.closed) == (account.pk, True)

    def test_merging_a_guest_locks_each_room_before_its_leases(self):
        """As `disconnect` does: in the other order the two transactions would deadlock."""
        self.enter(self.bob)
        account = self.enrol(Person.objects.create(username="mira", user_id="u_mira"))
        locked, revoked = RoomQuerySet.locked, []

        def lock(rooms: RoomQuerySet, pk: int) -> Room:
            revoked.append(Connection.objects.filter(closed=True).exists())
            return locked(rooms, pk)

        with patch.object(RoomQuerySet, "locked", lock), self.committing():
            merge_guest(self.bob.person, account.person)
        assert revoked == [False]
        assert not Connection.objects.filter(closed=False).exists()

    def test_downtime_does_not_count_as_absence(self):
        self.enter(self.alice)
        Connection.objects.update(lapses_at_ms=0)
        actions.grant_fresh_leases()
        self.pass_ms(14_000)
        assert Member.objects.get(pk=self.alice.pk).present

    def test_a_server_in_a_crash_loop_keeps_no_absent_member(self):
        self.enter(self.alice)
        now_ms = server_clock.now_ms()
        for start in range(25):
            with patch.object(server_clock, "now_ms", lambda start=start: now_ms + 1500 * start):
                actions.grant_fresh_leases()
                self.pass_ms(0)
        assert not Member.objects.get(pk=self.alice.pk).present

    def test_a_second_start_soon_after_the_first_extends_leases_by_the_pause_only(self):
        lease = self.enter(self.alice)
        now_ms = server_clock.now_ms()
        for at_ms in (0, 60_000):
            with patch.object(server_clock, "now_ms", lambda at_ms=at_ms: now_ms + at_ms):
                actions.grant_fresh_leases()
        lease.refresh_from_db()
        assert lease.lapses_at_ms == now_ms + 60_000 + presence.FRESH_MS - presence.START_MS

    def test_starts_far_apart_each_grant_fresh_leases(self):
        lease = self.enter(self.alice)
        now_ms = server_clock.now_ms()
        for at_ms in (0, 600_000):
            Pulse.objects.update(at_ms=now_ms + at_ms - 1000)
            with patch.object(server_clock, "now_ms", lambda at_ms=at_ms: now_ms + at_ms):
                actions.grant_fresh_leases()
        lease.refresh_from_db()
        assert lease.lapses_at_ms == now_ms + 600_000 + presence.FRESH_MS

    def test_an_error_in_one_room_does_not_affect_another(self):
        self.leave_tab(self.enter(self.alice))
        other = actions.create_room(self.carol)
        self.leave_tab(self.enter(other))
        mark_absent = presence.mark_absent

        def fail_here(member: Member, reason: str) -> None:
            if member.room_id == self.room.pk:
                raise ValueError("this one room")
            mark_absent(member, reason)

        self.replace(presence, "mark_absent", fail_here)
        with self.assertLogs("rooms.periodic"):
            self.pass_ms(presence.GRACE_MS + 1)
        assert Member.objects.get(pk=self.alice.pk).present
        assert not Member.objects.get(pk=other.pk).present

    def test_superseded_leases_are_deleted_in_one_query(self):
        for member in (self.alice, self.bob):
            self.enter(member)
        Connection.objects.update(lapses_at_ms=0)
        for member in (self.alice, self.bob):
            self.enter(member)
        with self.assertNumQueries(4):  # the others select lapsed leases, twice, and expired grace periods
            actions.due(server_clock.now_ms())
        assert Connection.objects.count() == 2
        assert "seat_held" not in self.published.types()

    def test_nothing_due_is_two_queries(self):
        self.enter(self.alice)
        with self.assertNumQueries(2):
            actions.due(server_clock.now_ms())

    def test_leaving_is_broadcast_immediately_and_closes_all_tabs(self):
        self.enter(self.bob)
        with self.committing():
            actions.leave(self.bob)
        assert self.published.last("member_left")["payload"]["reason"] == "left"
        assert (f"member.{self.bob.pk}", 4501) in self.published.closed
        with pytest.raises(NotMember):
            actions.connect(self.bob, "")

    def test_removal_and_reconnect_revoke_leases_of_all_processes(self):
        alice, bob = self.enter(self.alice).pk, self.enter(self.bob).pk
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice)
        assert Connection.objects.closed_of(process_id()) == {bob}
        actions.reconnect_person(self.alice.person.pk)
        assert Connection.objects.closed_of(process_id()) == {alice, bob}
        self.assert_only_their_message_closes(alice, bob)

    def test_closing_a_room_revokes_its_leases(self):
        closed = {self.enter(member).pk for member in (self.alice, self.bob)}
        other = self.enter(actions.create_room(self.carol))
        with self.committing():
            actions.close_room(self.room, actor=self.alice)
        assert Connection.objects.closed_of(process_id()) == closed
        self.assert_only_their_message_closes(*closed)
        assert actions.renew({other.pk}) == set()

    def test_the_grace_period_of_a_host_told_to_reconnect_begins_at_the_close(self):
        tab = self.enter(self.alice)
        with self.committing():
            actions.reconnect_person(self.alice.person.pk)
        self.leave_tab(tab)
        assert "seat_held" in self.published.types()

    def test_a_member_who_left_is_not_online(self):
        self.enter(self.alice)
        self.enter(self.bob)
        actions.leave(self.bob)
        assert Connection.objects.people_online() == 1

    def test_leaving_is_idempotent(self):
        actions.leave(self.bob)
        actions.leave(self.bob)

    def test_a_polling_member_is_present(self):
        with self.committing():
            actions.record_poll(self.bob)
            actions.record_poll(self.bob)
        assert Member.objects.get(pk=self.bob.pk).present
        assert self.bob.connections.count() == 1

    @override_settings(MAX_SOCKETS_PER_DEVICE=2)
    def test_a_browser_has_a_limited_number_of_sockets(self):
        for _ in range(2):
            self.enter(self.bob, "A" * 16)
        with pytest.raises(TooManyConnections):
            actions.connect(self.bob, "A" * 16)

    @override_settings(MAX_SOCKETS_PER_DEVICE=2)
    def test_sockets_without_a_device_are_not_counted(self):
        with patch.object(Connection, "to_count_open") as counted:
            for _ in range(3):
                self.enter(self.bob)
        counted.assert_not_called()


class HostGraceTests(PresenceCase):
    def test_the_host_keeps_the_role_during_a_reload(self):
        tab = self.enter(self.alice)
        self.enter(self.bob)
        self.leave_tab(tab)
        grace = self.published.last("seat_held")["payload"]
        assert (grace["username"], grace["next_username"]) == ("Alice", "Bob")
        self.pass_ms(5000)
        self.enter(self.alice)
        assert self.published.last("seat_kept")["payload"]["user_id"] == self.alice.person.user_id
        self.pass_ms(19_000)
        assert self.host() == self.alice

    def test_a_second_tab_prevents_the_grace_period(self):
        tab = self.enter(self.alice)
        self.enter(self.alice)
        self.leave_tab(tab)
        assert "seat_held" not in self.published.types()

    def test_the_longest_present_member_is_next_when_the_grace_period_ends(self):
        tab = self.enter(self.alice)
        self.enter(self.bob)
        self.leave_tab(tab)
        Connection.objects.filter(member=self.bob).update(lapses_at_ms=1e15)
        self.pass_ms(20_001)
        assert self.host() == self.bob
        assert self.published.types().count("new_host") == 1
        self.pass_ms(20_001)
        assert self.published.types().count("new_host") == 1

    def test_a_moderator_becomes_host_before_a_member(self):
        tab = self.enter(self.alice)
        self.enter(self.bob)
        carol = self.enrol(self.carol, role=Role.MODERATOR, here_since_ms=9e12)
        self.leave_tab(tab)
        Connection.objects.filter(member=self.bob).update(lapses_at_ms=1e15)
        self.pass_ms(20_001)
        assert self.host() == carol

    def test_the_next_arrival_hosts_a_room_without_a_host(self):
        self.leave_tab(self.enter(self.alice))
        self.pass_ms(20_001)
        assert self.host() is None
        self.enter(self.bob)
        assert self.host() == self.bob

    def test_a_host_who_leaves_gives_up_the_role_immediately(self):
        self.enter(self.alice)
        self.enter(self.bob)
        with self.committing():
            actions.leave(self.alice)
        assert self.host() == self.bob

    def test_the_creator_keeps_the_host_role_until_first_present(self):
        member = actions.create_room(self.carol)
        self.pass_ms(0)
        assert Member.objects.host_of(member.room) == member
        self.pass_ms(600_001)
        assert Member.objects.host_of(member.room) is None
