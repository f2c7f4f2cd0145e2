from __future__ import annotations

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from rooms.models import JoinRequest, Member, Person, Room, hash_passphrase
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


class PrivateKnockPage(Cast):
    """Who asked for a private room knew its passphrase then, and reads no more than its title before they are in."""

    def setUp(self) -> None:
        super().setUp()
        self.visitor = Client()
        self.page = f"/rooms/{self.room.room_id}/"
        private = {"knock": True, "visibility": "private", "passphrase": hash_passphrase("sesame1")}
        Room.objects.filter(pk=self.room.pk).update(description="Every Friday", **private)
        Member.objects.filter(pk=self.alice.pk).update(present=True)

    def asks(self) -> Person:
        self.visitor.post(self.page, {"username": "Dora", "passphrase": "sesame1"})
        return JoinRequest.objects.get().person

    def answers(self, *, on: bool) -> None:
        dora = self.asks()
        dispatch(self.alice, Admit(event_id="a", payload=Admission(user_id=dora.user_id, on=on)))

    def reads(self) -> set[str]:
        text = self.visitor.get(self.page).text
        return {word for word in ("movie-night", "Every Friday", "Alice", 'type="password"') if word in text}

    def test_who_waits_reads_the_title(self):
        self.asks()
        assert self.reads() == {"movie-night"}

    def test_who_was_declined_or_not_answered_reads_nothing(self):
        self.answers(on=False)
        assert self.reads() == {'type="password"'}
        JoinRequest.objects.update(until=timezone.now() - timedelta(hours=1))
        assert self.reads() == {'type="password"'}
        JoinRequest.objects.update(answer="none")
        assert self.reads() == {'type="password"'}

    def test_who_was_admitted_reads_the_page(self):
        self.answers(on=True)
        assert self.reads() == {"movie-night", "Every Friday", "Alice"}
