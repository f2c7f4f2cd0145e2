"""API clients for tests: programs with tokens and browsers with sessions, for each member of the cast."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.test import Client, override_settings

from rooms.models import Person, Room, Token, hash_passphrase
from tests.cases import Cast


class Caller:
    """Sends JSON requests."""

    def __init__(self, client: Client | None = None, **headers: str) -> None:
        self.client = client or Client()
        self.headers = headers

    def raw(self, method: str, url: str, body: bytes, **headers: str) -> Any:
        return self.client.generic(method, url, body, "application/json", headers={**self.headers, **headers})

    def get(self, url: str) -> Any:
        return self.client.get(url, headers=self.headers)

    def post(self, url: str, body: object) -> Any:
        return self.raw("POST", url, msgspec.json.encode(body))

    def patch(self, url: str, body: object) -> Any:
        return self.raw("PATCH", url, msgspec.json.encode(body))

    def delete(self, url: str) -> Any:
        return self.client.delete(url, headers=self.headers)


@override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])  # fast, for tests only
class ApiCase(Cast):
    def setUp(self) -> None:
        super().setUp()
        self.anonymous = Caller()
        self.as_alice, self.as_bob, self.as_carol = (
            self.program_of(person) for person in (self.alice.person, self.bob.person, self.carol)
        )

    def program_with(self, token: str) -> Caller:
        return Caller(Authorization=f"Bearer {token}")

    def program_of(self, person: Person) -> Caller:
        return self.program_with(Token.objects.issue(person))

    def browser_of(self, person: Person, **options: Any) -> Client:
        """A test client with the session of this guest."""
        client = Client(**options)
        session = client.session
        session["person_id"] = person.pk
        session.save()
        return client

    def account_named(self, name: str) -> Person:
        account = User.objects.create_user(name, password="correct horse")
        return Person.objects.create(user_id=f"u_{name}", username=name, account=account)

    def url(self, rest: str = "") -> str:
        return f"/api/rooms/{self.room.room_id}/{rest}"

    def update_room(self, *, passphrase: str = "", **facts: Any) -> None:
        """Set fields of the room."""
        if passphrase:
            self.room.passphrase = hash_passphrase(passphrase)
            facts["passphrase"] = self.room.passphrase
        Room.objects.filter(pk=self.room.pk).update(**facts)

    def refused(self, response: Any, status: int, code: str) -> dict[str, Any]:
        """Assert the status and code of an error response; return its Problem object."""
        assert response.status_code == status, response.content
        problem = response.json()
        assert set(problem) == {"code", "message", "event_id", "retry_after_ms", "detail"}, problem
        assert problem["code"] == code, problem
        return problem
