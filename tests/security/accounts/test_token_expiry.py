from __future__ import annotations

from datetime import timedelta
from unittest.mock import patch

from django.utils import timezone

from rooms import actions
from rooms.models import Person, Room, Token
from tests.watchium.api.callers import ApiCase


class ATokenWhosePersonLeft(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        made = self.anonymous.post(self.url("join/"), {"username": "Program"}).json()
        self.program = self.program_with(made["token"])
        self.person = Person.objects.get(user_id=made["user_id"])

    def later(self, **length: float):
        """Within it, so much time has passed for tokens."""
        moment = timezone.now() + timedelta(**length)
        return patch.object(timezone, "now", lambda: moment)

    def status(self) -> int:
        return self.program.get("/api/library/").status_code

    def test_is_good_for_an_hour_and_then_for_nothing(self):
        for _ in range(2):  # leaving twice is harmless
            assert self.program.post(self.url("leave/"), {}).status_code == 204
        with self.later(minutes=59):
            assert self.status() == 200
        with self.later(minutes=61):
            assert self.status() == 401
        assert not Token.objects.filter(person=self.person).exists()

    def test_is_good_as_before_when_the_person_is_in_a_room_again(self):
        self.program.post(self.url("leave/"), {})
        assert self.program.post("/api/rooms/", {}).status_code == 201
        with self.later(minutes=61):
            assert self.status() == 200
        with self.later(days=20):
            assert self.status() == 200

    def test_is_good_as_before_while_the_person_is_in_another_room(self):
        other = self.as_alice.post("/api/rooms/", {}).json()["room_id"]
        self.program.post(f"/api/rooms/{other}/join/", {})
        self.program.post(self.url("leave/"), {})
        with self.later(minutes=61):
            assert self.status() == 200

    def test_being_sent_out_and_the_end_of_the_room_are_leaving_too(self):
        with self.committing():
            actions.remove(self.room, self.person.user_id, actor=self.alice)
        with self.later(minutes=61):
            assert self.status() == 401
        with self.committing():
            actions.close_room(Room.objects.get(pk=self.room.pk), actor=self.alice)
        with self.later(minutes=61):
            assert self.as_bob.get("/api/library/").status_code == 401

    def test_an_owner_s_token_stays_while_the_room_does(self):
        actions.leave(self.alice)
        with self.later(minutes=61):
            assert self.as_alice.get("/api/library/").status_code == 200

    def test_can_be_ended_by_its_holder_who_is_then_out_of_every_socket(self):
        with self.committing():
            assert self.program.delete("/api/token/").status_code == 204
        assert (f"person.{self.person.pk}", 4012) in self.published.closed
        assert self.status() == 401
        self.refused(self.anonymous.delete("/api/token/"), 404, "not_member")
        assert self.as_bob.get("/api/library/").status_code == 200
