from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

import pytest
import websockets
from django.conf import settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rooms.models import Room
from tests.servers import Server
from tests.watchium.api.callers import ApiCase
from tests.watchium.consumers.fixtures import rejection_of, scene_on

UNKNOWN = "zzzzzzzzzz"
JOINING = {"username": "Carol", "passphrase": "barley"}
CALLS = {
    "read": lambda caller, url: caller.get(url),
    "change": lambda caller, url: caller.patch(url, {"title": "mine"}),
    "close": lambda caller, url: caller.delete(url),
    "join without a word": lambda caller, url: caller.post(url + "join/", {"username": "Carol"}),
    "join with a wrong one": lambda caller, url: caller.post(url + "join/", JOINING),
    "state": lambda caller, url: caller.get(url + "state/"),
    "events": lambda caller, url: caller.get(url + "events/?since=0"),
    "control": lambda caller, url: caller.post(url + "sync/control/", {"action": "play", "event_id": "x"}),
    "comments": lambda caller, url: caller.get(url + "comments/"),
    "say": lambda caller, url: caller.post(url + "comments/", {"text": "hi", "event_id": "x"}),
    "take back": lambda caller, url: caller.delete(url + "comments/1/"),
    "code": lambda caller, url: caller.post(url + "code/", {}),
    "own knock": lambda caller, url: caller.get(url + "knock/"),
    "knocks": lambda caller, url: caller.get(url + "knocks/"),
    "companion": lambda caller, url: caller.post(url + "companion/", {}),
    "search": lambda caller, url: caller.get(url + "comments/search/?text=plans"),
    "image": lambda caller, url: caller.get(url + "comments/1/image/"),
    "broadcast": lambda caller, url: caller.post(url + "broadcast/", {"type": "x", "payload": {}}),
}


def work(call, *arguments):
    """A response, and the queries that it needed, without their values."""
    with CaptureQueriesContext(connection) as asked:
        answer = call(*arguments)
    return answer, [
        re.split(r" WHERE | VALUES |(?<=EXECUTE watchium_.{16})\(", query["sql"])[0] for query in asked
    ]


class TheSameAnswer(ApiCase):
    def rooms(self):
        """Rooms that a non-member may not distinguish."""
        private = Room.objects.create(title="secret plans", owner=self.alice.person, visibility="private")
        Room.objects.filter(pk=private.pk).update(passphrase=self.passphrase_hash("sesame"))
        closed = Room.objects.create(title="over", closed_at=timezone.now())
        return {"private": private.room_id, "closed": closed.room_id}

    def test_a_public_room_that_asks_before_a_person_joins_is_read_by_members_only(self):
        self.update_room(visibility="public", knock=True)
        for path in (
            "",
            "state/",
            "comments/",
            "comments/search/?text=hi",
            "comments/by-position/",
            "history/",
        ):
            assert self.as_carol.get(self.url(path)).status_code == 404, path
            assert self.as_bob.get(self.url(path)).status_code == 200, path

    def passphrase_hash(self, passphrase: str) -> str:
        from rooms.models import hash_passphrase

        return hash_passphrase(passphrase)

    def test_every_call_gives_non_members_the_same_response_for_the_same_work(self):
        for caller in (self.as_carol, self.anonymous):
            for what, call in CALLS.items():
                expected, expected_work = work(call, caller, f"/api/rooms/{UNKNOWN}/")
                assert 400 <= expected.status_code < 500, what
                for kind, room_id in self.rooms().items():
                    answer, done = work(call, caller, f"/api/rooms/{room_id}/")
                    assert (answer.status_code, answer.content) == (expected.status_code, expected.content), (
                        what,
                        kind,
                    )
                    assert done == expected_work, (what, kind)

    def test_an_unlisted_room_shows_only_its_title_and_only_on_its_page(self):
        for what, call in CALLS.items():
            if what.startswith("join"):
                continue
            answer = call(self.as_carol, self.url())
            assert answer.content == call(self.as_carol, f"/api/rooms/{UNKNOWN}/").content, what
        assert self.room.room_id not in Client().get("/").content.decode()
        assert self.room.room_id not in self.anonymous.get("/api/rooms/").content.decode()

    def test_the_page_of_a_missing_room_equals_that_of_a_private_one(self):
        for send in (
            lambda path: Client().get(path),
            lambda path: Client().post(path, {"username": "Carol"}),
            lambda path: Client().post(path, JOINING),
        ):
            expected, expected_work = work(send, f"/rooms/{UNKNOWN}/")
            for kind, room_id in self.rooms().items():
                answer, done = work(send, f"/rooms/{room_id}/")
                assert answer.status_code == expected.status_code, kind
                assert plain(answer, room_id) == plain(expected, UNKNOWN), kind
                assert done == expected_work, kind

    def test_the_address_of_a_private_room_equals_one_that_no_room_has(self):
        private = self.rooms()["private"]
        Room.objects.filter(room_id=private).update(slug="friday")
        for visitor in (Client(), self.browser_of(self.carol)):
            for send in (
                visitor.get,
                lambda path, visitor=visitor: visitor.post(path, {"username": "Carol"}),
                lambda path, visitor=visitor: visitor.post(path, JOINING),
            ):
                expected, expected_work = work(send, "/r/monday/")
                answer, done = work(send, "/r/friday/")
                assert answer.status_code == expected.status_code == 200
                assert plain(answer, "friday") == plain(expected, "monday")
                assert private not in answer.text
                assert done == expected_work

    def test_a_wrong_passphrase_costs_the_same_for_a_missing_room(self):
        hashed = []
        private = self.rooms()["private"]
        with self.settings(PASSWORD_HASHERS=["tests.security.disclosure.test_room_enumeration.Noting"]):
            Noting.noted = hashed
            Room.objects.filter(room_id=private).update(passphrase="noting$salt$hash")
            for room_id in (UNKNOWN, private):
                self.anonymous.post(f"/api/rooms/{room_id}/join/", JOINING)
        assert hashed == ["barley", "barley"]

    def test_a_private_rooms_title_is_hidden_from_non_members(self):
        private = self.rooms()["private"]
        api = f"/api/rooms/{private}/"
        for path in ("/", f"/rooms/{private}/", "/api/rooms/", api, f"{api}state/"):
            assert b"secret plans" not in self.as_carol.get(path).content


class Guessing(ApiCase):
    ELSEWHERE = {"REMOTE_ADDR": "198.51.100.7"}

    def test_requests_for_many_rooms_are_rate_limited(self):
        guesser = Client(**self.ELSEWHERE)
        free = settings.LIMITS["guess"][0]
        for number in range(4 * free):  # on a slow machine the bucket refills a little
            answer = guesser.get(f"/api/rooms/guess{number:05}/state/")
            if number < free:
                self.refused(answer, 404, "not_member")
            elif answer.status_code == 429:
                break
        problem = self.refused(answer, 429, "rate_limited")
        assert problem["retry_after_ms"] > 0
        page = guesser.get(f"/rooms/{UNKNOWN}/")
        assert page.context["errors"].keys() == {"form"}

    def test_a_member_with_the_same_address_is_not_affected(self):
        guesser = Client(REMOTE_ADDR="198.51.100.8")
        for number in range(settings.LIMITS["guess"][0] + 5):
            guesser.get(f"/api/rooms/guess{number:05}/state/")
        assert (
            self.as_bob.client.get(
                self.url("state/"), headers=self.as_bob.headers, REMOTE_ADDR="198.51.100.8"
            ).status_code
            == 200
        )


class Noting(MD5PasswordHasher):
    """Records the hashed passwords."""

    algorithm = "noting"
    noted: list[str] = []

    def encode(self, password: str, salt: str) -> str:
        self.noted.append(password)
        return super().encode(password, salt)


def plain(answer, room_id: str) -> str:
    """Return the page without the parts that differ between requests."""
    text = answer.content.decode().replace(room_id, "ROOM")
    token = answer.context["csrf_token"]
    name = answer.context["proposed_name"]
    nonce = str(answer.wsgi_request.csp_nonce)
    for own in (str(token), name, nonce):
        text = text.replace(own, "OWN")
    return text


@pytest.mark.parametrize("kind", ["private", "unlisted", "closed"])
async def test_sockets_to_rooms_of_others_are_rejected_with_one_response(server: Server, kind: str):
    passphrase = {"passphrase": "sesame"} if kind == "private" else {}
    scene = await scene_on(server, visibility="private" if kind == "private" else "unlisted", **passphrase)
    if kind == "closed":
        scene.alice.close_room(scene.room_id)
    for who in (scene.carol, None):
        assert (
            await rejection_of(scene, who) == await rejection_of(scene, who, UNKNOWN) == ("not_member", 4501)
        )


async def test_the_rejection_of_a_socket_is_identical_for_all_rooms(server: Server):
    scene = await scene_on(server)
    said = []
    for room_id in (scene.room_id, UNKNOWN):
        headers = {"Authorization": f"Bearer {scene.carol.token}"}
        async with websockets.connect(
            f"{server.ws_url}/ws/rooms/{room_id}/", additional_headers=headers
        ) as socket:
            error = json.loads(await socket.recv())
            said.append((error["payload"], error.keys()))
    assert said[0] == said[1]
    assert urlsplit(server.url).hostname not in json.dumps(said[0][0])
