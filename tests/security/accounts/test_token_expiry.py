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
        """Move the clock of tokens forward within the block."""
        moment = timezone.now() + timedelta(**length)
        return patch.object(timezone, "now", lambda: moment)

    def status(self) -> int:
        return self.program.get("/api/library/").status_code

    def test_a_token_expires_an_hour_after_leaving(self):
        for _ in range(2):  # leaving twice is harmless
            assert self.program.post(self.url("leave/"), {}).status_code == 204
        with self.later(minutes=59):
            assert self.status() == 200
        with self.later(minutes=61):
            assert self.status() == 401
        assert not Token.objects.filter(person=self.person).exists()

    def test_a_token_stays_valid_when_the_person_joins_again(self):
        self.program.post(self.url("leave/"), {})
        assert self.program.post("/api/rooms/", {}).status_code == 201
        with self.later(minutes=61):
            assert self.status() == 200
        with self.later(days=20):
            assert self.status() == 200

    def test_a_token_stays_valid_while_the_person_is_in_another_room(self):
        other = self.as_alice.post("/api/rooms/", {}).json()["room_id"]
        self.program.post(f"/api/rooms/{other}/join/", {})
        self.program.post(self.url("leave/"), {})
        with self.later(minutes=61):
            assert self.status() == 200

    def test_removal_and_the_end_of_the_room_count_as_leaving(self):
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

    def test_its_holder_can_revoke_a_token_and_is_disconnected_from_every_socket(self):
        with self.committing():
            assert self.program.delete("/api/token/").status_code == 204
        assert (f"person.{self.person.pk}", 4012) in self.published.closed
        assert self.status() == 401
        self.refused(self.anonymous.delete("/api/token/"), 404, "not_member")
        assert self.as_bob.get("/api/library/").status_code == 200
