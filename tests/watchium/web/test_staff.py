from __future__ import annotations

from collections import deque
from unittest.mock import patch

from django.contrib.auth.models import Permission, User
from django.urls import reverse

from playback.domain.drift import spread_ms
from playback.domain.timeline import PLAYING
from playback.models import Playback
from playback.room.status_reports import LAST
from rooms.models import Member, Person, Role, Room
from tests.cases import Cast
from watchium import server_clock
from watchium.protocol.commands import PlayerReport
from watchium.telemetry import recorder
from watchium.telemetry.aggregate import Figures
from watchium.telemetry.history import Course, Look
from watchium.web import staff

PAGE, FIGURES = "/staff/", "/staff/figures/"


class Watching(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.replace(staff, "HOUSE", staff.Kept())
        LAST.clear()
        Playback.objects.update(at_ms=server_clock.now_ms() - 60_000)
        self.root = User.objects.create_superuser("root")

    def as_staff(self, **rights: bool) -> None:
        self.client.force_login(self.root)

    def figures(self, **query: object) -> dict:
        response = self.client.get(FIGURES, query)
        assert response.status_code == 200, response.content
        return response.json()

    def reports(self, member: Member, position_s: float, *, in_step: bool | None = None) -> None:
        now_ms = server_clock.now_ms()
        report = PlayerReport(current_time=position_s, is_playing=False, is_synced=True, at=now_ms)
        LAST.note(self.room.room_id, member.person.user_id, report, now_ms)
        Member.objects.filter(pk=member.pk).update(is_synced=in_step)


class TheDoor(Watching):
    def test_who_is_signed_out_may_sign_in(self):
        self.assertRedirects(
            self.client.get(PAGE), f"{reverse('login')}?next=/staff/", fetch_redirect_response=False
        )

    def test_for_everybody_else_there_is_no_such_page(self):
        self.client.force_login(User.objects.create_user("eve"))
        assert self.client.get(PAGE).status_code == 404
        assert self.client.get(FIGURES).status_code == 404

    def test_the_figures_are_for_nobody_who_is_signed_out(self):
        assert self.client.get(FIGURES).status_code == 404

    def test_a_switched_off_account_is_nobody(self):
        self.as_staff()
        User.objects.filter(pk=self.root.pk).update(is_active=False)
        assert self.client.get(FIGURES).status_code == 404

    def test_staff_without_the_right_see_figures_and_no_rooms(self):
        self.client.force_login(User.objects.create_user("op", is_staff=True))
        assert self.figures()["house"] == {"rooms": None, "rooms_live": 1, "people": 2}
        self.assertContains(self.client.get(PAGE), "may not look at rooms")

    def test_with_the_right_they_see_them(self):
        operator = User.objects.create_user("op", is_staff=True)
        operator.user_permissions.add(Permission.objects.get(codename="view_room"))
        self.client.force_login(operator)
        assert len(self.figures()["house"]["rooms"]) == 1

    def test_nothing_is_changed_there(self):
        self.as_staff()
        for address in (PAGE, FIGURES):
            assert self.client.post(address).status_code == 405


class TheRooms(Watching):
    def setUp(self) -> None:
        super().setUp()
        self.as_staff()

    def room_row(self) -> dict:
        (row,) = self.figures()["house"]["rooms"]
        return row

    def test_a_live_room_says_who_hosts_and_what_plays(self):
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
        assert self.figures()["house"]["rooms"] == []

    def test_spread_and_share_are_of_those_who_said_something(self):
        row = self.room_row()
        assert (row["in_step"], row["spread_ms"], row["heard"]) == (None, None, 0)
        staff.HOUSE = staff.Kept()
        self.reports(self.alice, 0.0, in_step=True)
        self.reports(self.bob, 0.25, in_step=False)
        row = self.room_row()
        assert (row["in_step"], row["spread_ms"], row["heard"]) == (50, 250, 2)

    def test_the_fullest_come_first_and_there_is_an_end_to_them(self):
        for number in range(staff.ROOMS + 5):
            room = Room.objects.create(title=f"room {number}")
            Playback.objects.create(room=room)
            Member.objects.create(
                room=room, person=self.carol, username="Carol", present=True, role=Role.HOST
            )
        house = self.figures()["house"]
        assert len(house["rooms"]) == staff.ROOMS
        assert house["rooms"][0]["title"] == "movie-night"
        assert house["rooms_live"] == staff.ROOMS + 6

    def test_it_takes_a_fixed_number_of_queries_and_once_a_second_for_all_who_look(self):
        self.figures()
        with self.assertNumQueries(2):  # session and account
            self.figures()
        staff.HOUSE = staff.Kept()
        with self.assertNumQueries(6):
            self.figures()
        room = Room.objects.create(title="another")
        Playback.objects.create(room=room)
        Member.objects.create(
            room=room, person=Person.objects.create(username="Dana"), username="Dana", present=True
        )
        staff.HOUSE = staff.Kept()
        with self.assertNumQueries(6):
            self.figures()


class TheCourse(Watching):
    def setUp(self) -> None:
        super().setUp()
        self.as_staff()
        self.course = Course()
        for second in range(5):
            self.course.add(Look(1000.0 * second, 2, Figures(counters={"events": {"play": 3 * second}})))

    def test_a_page_is_told_only_what_it_does_not_have(self):
        with patch.object(recorder, "after", self.course.after):
            told = self.figures(since=2000)
        assert [sample["at_ms"] for sample in told["samples"]] == [3000, 4000]
        assert [sample["events"] for sample in told["samples"]] == [3, 3]
        assert told["processes"] == 2

    def test_nonsense_asks_for_all_of_it(self):
        with patch.object(recorder, "after", self.course.after):
            for since in ("", "x", "-1", "1e999x"):
                assert len(self.figures(since=since)["samples"]) == 4
            assert self.figures(since="nan")["samples"] == []
            assert self.figures(since="inf")["samples"] == []

    def test_before_anything_was_recorded_it_says_so(self):
        with patch.object(recorder, "_recorder", None):
            told = self.figures()
        assert (told["samples"], told["since_ms"], told["processes"]) == ([], None, 1)

    def test_ten_minutes_are_a_bounded_answer(self):
        self.course.samples = deque(list(self.course.samples) * 150, maxlen=600)
        with patch.object(recorder, "after", self.course.after):
            response = self.client.get(FIGURES)
        assert len(response.content) < 200_000


class TheSpread(Watching):
    def test_one_player_alone_is_not_apart(self):
        self.reports(self.alice, 3.0)
        seen = LAST.for_room(self.room.room_id).values()
        timeline = Playback.objects.of(self.room).timeline
        assert spread_ms(seen, timeline, server_clock.now_ms()) == (None, 1)

    def test_what_was_said_before_the_last_change_is_not_counted(self):
        self.reports(self.alice, 3.0)
        self.reports(self.bob, 4.0)
        seen = LAST.for_room(self.room.room_id).values()
        now_ms = server_clock.now_ms() + 1000
        sought = Playback.objects.of(self.room).timeline.sought(at_ms=now_ms - 500, position_s=60)
        assert spread_ms(seen, sought, now_ms) == (None, 0)

    def test_whoever_fell_silent_is_not_counted(self):
        self.reports(self.alice, 3.0)
        self.reports(self.bob, 4.0)
        seen = LAST.for_room(self.room.room_id).values()
        timeline = Playback.objects.of(self.room).timeline
        assert spread_ms(seen, timeline, server_clock.now_ms() + 10_001) == (None, 0)
