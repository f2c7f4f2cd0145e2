from __future__ import annotations

from django.test import Client

from rooms.models import JoinRequest, Person, Room
from tests.cases import Cast
from watchium.protocol.people.commands import Admission, Admit
from watchium.services.room_commands import dispatch


class KnockPage(Cast):
    def setUp(self) -> None:
        super().setUp()
        Room.objects.filter(pk=self.room.pk).update(knock=True)
        self.visitor = Client()
        self.page = f"/rooms/{self.room.room_id}/"
        self.answer = f"/api/rooms/{self.room.room_id}/knock/"

    def asks(self) -> Person:
        assert "Ask to join" in self.visitor.get(self.page).text
        shown = self.visitor.post(self.page, {"username": "Dora"}, follow=True)
        assert 'data-knock="none"' in shown.text
        return JoinRequest.objects.get().person

    def test_a_visitor_waits_and_is_let_in(self):
        dora = self.asks()
        assert self.visitor.get(self.answer).json() == {"answer": "none"}
        dispatch(self.alice, Admit(event_id="a", payload=Admission(user_id=dora.user_id, on=True)))
        assert self.visitor.get(self.answer).json() == {"answer": "admitted"}
        self.visitor.post(self.page, {"username": "Dora"}, follow=True)
        assert self.room.members.current().filter(person=dora).exists()

    def test_a_visitor_sees_that_they_were_declined(self):
        dora = self.asks()
        dispatch(self.alice, Admit(event_id="a", payload=Admission(user_id=dora.user_id, on=False)))
        assert "did not let you in" in self.visitor.get(self.page).text
        again = self.visitor.post(self.page, {"username": "Dora"})
        assert again.status_code == 400 or "did not let you in" in again.text

    def test_others_learn_nothing(self):
        self.asks()
        assert Client().get(self.answer).status_code == 404

    def test_a_program_gets_a_token_to_ask_again_with(self):
        api = f"/api/rooms/{self.room.room_id}/"
        asked = Client().post(api + "join/", {"username": "Bot"}, content_type="application/json")
        assert (asked.status_code, asked.json()["code"]) == (202, "waiting")
        headers = {"Authorization": f"Bearer {asked.json()['token']}"}
        assert Client().get(self.answer, headers=headers).json() == {"answer": "none"}
        again = Client().post(
            api + "join/", {"username": "Bot"}, content_type="application/json", headers=headers
        )
        assert (again.status_code, again.json()["code"]) == (202, "waiting")
