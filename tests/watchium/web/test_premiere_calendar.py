from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar

from playback.models import Playback
from rooms.models import Room, Visibility
from tests.cases import Cast
from watchium import server_clock
from watchium.services.premiere_calendar import calendar_file


class PremiereFile(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.at = (datetime.now(UTC) + timedelta(days=3)).replace(microsecond=0)
        self.set(self.at)

    def set(self, at: datetime | None) -> None:
        playback = Playback.objects.of(Room.objects.get(pk=self.room.pk))
        playback.save_start(playback.start_state.with_premiere(at and at.timestamp() * 1000))

    def file(self, room_id: str | None = None):
        return self.client.get(f"/rooms/{room_id or self.room.room_id}/premiere.ics")

    def test_a_calendar_gets_the_instant_in_utc_the_link_and_a_lasting_id(self):
        response = self.file()
        assert response["Content-Type"] == "text/calendar; charset=utf-8"
        assert response["Content-Disposition"].startswith("attachment")
        calendar = Calendar.from_ical(response.content)
        (event,) = calendar.walk("VEVENT")
        assert event.decoded("DTSTART") == self.at
        assert f"DTSTART:{self.at:%Y%m%dT%H%M%SZ}\r\n".encode() in response.content
        assert event["SUMMARY"] == "movie-night"
        assert event["URL"] == f"http://testserver/rooms/{self.room.room_id}/"
        self.set(self.at + timedelta(hours=1))
        (moved,) = Calendar.from_ical(self.file().content).walk("VEVENT")
        assert moved["UID"] == event["UID"]
        assert moved.decoded("DTSTART") == self.at + timedelta(hours=1)

    def test_a_later_file_replaces_an_earlier_one_and_does_not_say_how_busy_the_room_is(self):
        room = Room.objects.get(pk=self.room.pk)
        now = self.at - timedelta(days=2)

        def sequence(at: datetime) -> int:
            (event,) = Calendar.from_ical(calendar_file(room, "http://testserver/", at) or b"").walk("VEVENT")
            return int(event["SEQUENCE"])

        first = sequence(now)
        room.revision += 500
        assert sequence(now) == first
        assert first < sequence(now + timedelta(minutes=1)) < 2**31

    def test_a_title_cannot_add_lines(self):
        Room.objects.filter(pk=self.room.pk).update(title="Film; night, \\n with ATTENDEE:x" + "é" * 40)
        response = self.file()
        (event,) = Calendar.from_ical(response.content).walk("VEVENT")
        assert event["SUMMARY"] == Room.objects.get(pk=self.room.pk).title
        assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))

    def test_rooms_that_a_visitor_may_not_see_have_none(self):
        Room.objects.filter(pk=self.room.pk).update(visibility=Visibility.PRIVATE)
        assert self.file().status_code == 404
        assert self.file("nosuchroom").status_code == 404

    def test_a_room_without_a_premiere_one_whose_premiere_is_past_and_a_closed_one_have_none(self):
        self.set(datetime.now(UTC) - timedelta(minutes=1))
        assert self.file().status_code == 404
        self.set(None)
        assert self.file().status_code == 404
        self.set(self.at)
        Room.objects.filter(pk=self.room.pk).update(closed_at=datetime.now(UTC))
        assert self.file().status_code == 404

    def test_the_join_page_shows_it_to_those_who_see_the_title(self):
        page = self.client.get(f"/rooms/{self.room.room_id}/").content.decode()
        assert f'<time datetime="{self.at:%Y-%m-%dT%H:%M:%S}+00:00"' in page
        Room.objects.filter(pk=self.room.pk).update(visibility=Visibility.PRIVATE)
        assert "<time" not in self.client.get(f"/rooms/{self.room.room_id}/").content.decode()

    def test_a_room_is_created_with_it_and_a_time_in_the_past_is_refused_at_its_field(self):
        at_ms = server_clock.now_ms() + 3_600_000
        assert self.client.post("/", {"premiere_at": str(at_ms)}).status_code == 302
        created = Playback.objects.exclude(room=self.room).get()
        assert created.start_state.premiere_at == at_ms
        assert created.start_due_ms == at_ms - 15_000
        for wrong in (str(at_ms - 7_200_000), "soon", "nan"):
            response = self.client.post("/", {"premiere_at": wrong})
            assert response.status_code == 400
            assert list(response.context["errors"]) == ["premiere_at"], wrong
        response = self.client.post(
            "/api/rooms/", {"premiere_at": at_ms, "title": "x"}, content_type="application/json"
        )
        assert response.status_code == 201
