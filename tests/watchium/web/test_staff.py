from __future__ import annotations

from collections import deque
from unittest.mock import patch

from django.contrib.auth.models import Permission, User
from django.urls import reverse

from playback.domain.drift import spread_ms
from playback.domain.timeline import PLAYING
from playback.models import Playback
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member, Person, Role, Room
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.commands import PlayerReport
from watchium.telemetry import recorder
from watchium.telemetry.aggregate import Metrics
from watchium.telemetry.history import History, Reading
from watchium.web import staff

PAGE, METRICS = "/staff/", "/staff/figures/"


class StaffPage(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.replace(staff, "STATUS", staff.Cached())
        LAST_REPORTS.clear()
        Playback.objects.update(at_ms=server_clock.now_ms() - 60_000)
        self.root = User.objects.create_superuser("root")

    def sign_in_as_superuser(self) -> None:
        self.client.force_login(self.root)

    def metrics(self, **query: object) -> dict:
        response = self.client.get(METRICS, query)
        assert response.status_code == 200, response.content
        return response.json()

    def report(self, member: Member, position_s: float, *, in_step: bool | None = None) -> None:
        now_ms = server_clock.now_ms()
        report = PlayerReport(current_time=position_s, is_playing=False, is_synced=True, at=now_ms)
        LAST_REPORTS.record(self.room.room_id, member.person.user_id, report, now_ms)
        Member.objects.filter(pk=member.pk).update(is_synced=in_step)


class Access(StaffPage):
    def test_a_signed_out_visitor_is_redirected_to_sign_in(self):
        self.assertRedirects(
            self.client.get(PAGE), f"{reverse('login')}?next=/staff/", fetch_redirect_response=False
        )

    def test_other_accounts_get_404(self):
        self.client.force_login(User.objects.create_user("eve"))
        assert self.client.get(PAGE).status_code == 404
        assert self.client.get(METRICS).status_code == 404

    def test_metrics_need_a_session(self):
        assert self.client.get(METRICS).status_code == 404

    def test_a_deactivated_account_gets_404(self):
        self.sign_in_as_superuser()
        User.objects.filter(pk=self.root.pk).update(is_active=False)
        assert self.client.get(METRICS).status_code == 404

    def test_staff_without_the_room_permission_see_metrics_but_no_rooms(self):
        self.client.force_login(User.objects.create_user("op", is_staff=True))
        assert self.metrics()["house"] == {"rooms": None, "rooms_live": 1, "people": 2}
        self.assertContains(self.client.get(PAGE), "may not view rooms")

    def test_staff_with_the_room_permission_see_rooms(self):
        operator = User.objects.create_user("op", is_staff=True)
        operator.user_permissions.add(Permission.objects.get(codename="view_room"))
        self.client.force_login(operator)
        assert len(self.metrics()["house"]["rooms"]) == 1

    def test_only_get_is_allowed(self):
        self.sign_in_as_superuser()
        for address in (PAGE, METRICS):
            assert self.client.post(address).status_code == 405


class LiveRooms(StaffPage):
    def setUp(self) -> None:
        super().setUp()
        self.sign_in_as_superuser()

    def room_row(self) -> dict:
        (row,) = self.metrics()["house"]["rooms"]
        return row

    def test_a_live_room_shows_its_host_and_media(self):
        Room.objects.filter(pk=self.room.pk).update(revision=7)
        Playback.objects.filter(room=self.room).update(phase=PLAYING)
        row = self.room_row()
        assert row["title"] == "movie-night"
        assert (row["host"], row["viewers"], row["phase"], row["revision"]) == ("Alice", 2, "playing", 7)
        assert row["visibility"] == "unlisted"
        assert row["medium"]
        assert self.client.get(row["admin"]).status_code == 200

    def test_an_empty_or_closed_room_is_not_live(self):
        Member.objects.update(present=False)
        assert self.metrics()["house"]["rooms"] == []

    def test_spread_and_share_in_step_count_only_members_with_reports(self):
        row = self.room_row()
        assert (row["in_step"], row["spread_ms"], row["heard"]) == (None, None, 0)
        staff.STATUS = staff.Cached()
        self.report(self.alice, 0.0, in_step=True)
        self.report(self.bob, 0.25, in_step=False)
        row = self.room_row()
        assert (row["in_step"], row["spread_ms"], row["heard"]) == (50, 250, 2)

    def test_the_fullest_rooms_come_first_and_the_list_is_limited(self):
        for number in range(staff.MAX_ROOMS + 5):
            room = Room.objects.create(title=f"room {number}")
            Playback.objects.create(room=room)
            Member.objects.create(
                room=room, person=self.carol, username="Carol", present=True, role=Role.HOST
            )
        instance = self.metrics()["house"]
        assert len(instance["rooms"]) == staff.MAX_ROOMS
        assert instance["rooms"][0]["title"] == "movie-night"
        assert instance["rooms_live"] == staff.MAX_ROOMS + 6

    def test_the_number_of_queries_is_fixed_and_the_status_is_cached_for_a_second(self):
        self.metrics()
        with self.assertNumQueries(3):  # session, account, and the salt of a session without a person
            self.metrics()
        staff.STATUS = staff.Cached()
        with self.assertNumQueries(7):
            self.metrics()
        room = Room.objects.create(title="another")
        Playback.objects.create(room=room)
        Member.objects.create(
            room=room, person=Person.objects.create(username="Dana"), username="Dana", present=True
        )
        staff.STATUS = staff.Cached()
        with self.assertNumQueries(7):
            self.metrics()


class MetricHistory(StaffPage):
    def setUp(self) -> None:
        super().setUp()
        self.sign_in_as_superuser()
        self.history = History()
        for second in range(5):
            self.history.add(Reading(1000.0 * second, 2, Metrics(counters={"events": {"play": 3 * second}})))

    def test_a_page_receives_only_newer_samples(self):
        with patch.object(recorder, "after", self.history.after):
            body = self.metrics(since=2000)
        assert [sample["at_ms"] for sample in body["samples"]] == [3000, 4000]
        assert [sample["events"] for sample in body["samples"]] == [3, 3]
        assert body["processes"] == 2

    def test_an_invalid_since_selects_all_samples(self):
        with patch.object(recorder, "after", self.history.after):
            for since in ("", "x", "-1", "1e999x"):
                assert len(self.metrics(since=since)["samples"]) == 4
            assert self.metrics(since="nan")["samples"] == []
            assert self.metrics(since="inf")["samples"] == []

    def test_before_the_first_sample_the_list_is_empty(self):
        with patch.object(recorder._state, "recorder", None):
            body = self.metrics()
        assert (body["samples"], body["since_ms"], body["processes"]) == ([], None, 1)

    def test_ten_minutes_of_samples_have_a_limited_size(self):
        self.history.samples = deque(list(self.history.samples) * 150, maxlen=600)
        with patch.object(recorder, "after", self.history.after):
            response = self.client.get(METRICS)
        assert len(response.content) < 200_000


class DriftSpread(StaffPage):
    def test_one_report_has_no_spread(self):
        self.report(self.alice, 3.0)
        reports = LAST_REPORTS.for_room(self.room.room_id).values()
        timeline = Playback.objects.of(self.room).timeline
        assert spread_ms(reports, timeline, server_clock.now_ms()) == (None, 1)

    def test_reports_before_the_last_change_are_not_counted(self):
        self.report(self.alice, 3.0)
        self.report(self.bob, 4.0)
        reports = LAST_REPORTS.for_room(self.room.room_id).values()
        now_ms = server_clock.now_ms() + 1000
        sought = Playback.objects.of(self.room).timeline.sought(at_ms=now_ms - 500, position_s=60)
        assert spread_ms(reports, sought, now_ms) == (None, 0)

    def test_old_reports_are_not_counted(self):
        self.report(self.alice, 3.0)
        self.report(self.bob, 4.0)
        reports = LAST_REPORTS.for_room(self.room.room_id).values()
        timeline = Playback.objects.of(self.room).timeline
        assert spread_ms(reports, timeline, server_clock.now_ms() + 10_001) == (None, 0)
