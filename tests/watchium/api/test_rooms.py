from __future__ import annotations

from django.test import Client

from rooms.models import Member, Person, Room, Token
from tests.watchium.api.callers import ApiCase


class CreateRoom(ApiCase):
    def test_an_anonymous_client_becomes_a_guest_with_a_token_and_no_cookie(self):
        response = self.anonymous.post("/api/rooms/", {"title": "Film night", "username": "Dana"})
        assert response.status_code == 201
        made = response.json()
        room = Room.objects.get(room_id=made["room_id"])
        assert (room.title, room.owner.user_id, Member.objects.host_of(room).username) == (
            "Film night",
            made["user_id"],
            "Dana",
        )
        assert made["url"].endswith(f"/rooms/{room.room_id}/")
        assert not response.cookies
        assert Token.objects.filter(person__user_id=made["user_id"]).count() == 1

    def test_the_token_authenticates_the_creator(self):
        made = self.anonymous.post("/api/rooms/", {"username": "Dana"}).json()
        program = self.program_with(made["token"])
        assert program.patch(f"/api/rooms/{made['room_id']}/", {"title": "Ours"}).json()["title"] == "Ours"
        again = program.post("/api/rooms/", {}).json()
        assert (again["user_id"], again["token"]) == (made["user_id"], None)

    def test_invalid_media_creates_no_room(self):
        made = self.anonymous.post("/api/rooms/", {"media_url": "https://example.org/film.webm"}).json()
        state = self.program_with(made["token"]).get(f"/api/rooms/{made['room_id']}/state/").json()
        assert (state["timeline"]["phase"], state["timeline"]["media"]["title"]) == ("paused", "film")
        people, rooms = Person.objects.count(), Room.objects.count()
        self.refused(
            self.anonymous.post("/api/rooms/", {"media_url": "javascript:alert(1)"}), 400, "unknown_media"
        )
        assert (Person.objects.count(), Room.objects.count()) == (people, rooms)

    def test_a_private_room_needs_a_passphrase(self):
        self.refused(self.anonymous.post("/api/rooms/", {"visibility": "private"}), 400, "bad_message")

    def test_errors_name_the_path_of_the_field(self):
        for body, path in [
            ({"title": 5}, "$.title"),
            ({"visibility": "secret"}, "$.visibility"),
            ({"titel": "x"}, "titel"),
            ([1], "object"),
        ]:
            problem = self.refused(self.anonymous.post("/api/rooms/", body), 400, "bad_message")
            assert path in problem["detail"], problem

    def test_no_body_causes_a_server_error(self):
        for raw in [
            b"", b"{", b"\xff\xfe", b"[" * 10_000, b'{"title":' * 1500, b'{"title": NaN}', b'{"title": 1e999}',
            b'{"title": "\\ud800"}', b'{"title": ' + b"9" * 5000 + b"}", b"null", b'"x"',
        ]:  # fmt: skip
            response = self.anonymous.raw("POST", "/api/rooms/", raw)
            assert response.status_code in (201, 400), (raw[:20], response.content)

    def test_more_than_16_kib_is_too_long(self):
        big = self.anonymous.post("/api/rooms/", {"title": "x" * 17_000})
        self.refused(big, 400, "too_long")

    def test_form_data_is_rejected(self):
        response = Client().post("/api/rooms/", {"title": "x"})
        self.refused(response, 400, "bad_message")


class ReadRooms(ApiCase):
    def test_only_public_rooms_are_listed(self):
        assert self.anonymous.get("/api/rooms/").json()["rooms"] == []
        self.update_room(visibility="public")
        listed = self.anonymous.get("/api/rooms/").json()["rooms"]
        assert [(room["room_id"], room["viewers"]) for room in listed] == [(self.room.room_id, 2)]

    def test_members_read_their_room_and_outsiders_only_public_ones(self):
        assert self.as_bob.get(self.url()).json()["title"] == "movie-night"
        self.refused(self.as_carol.get(self.url()), 404, "not_member")
        self.update_room(visibility="public")
        assert self.as_carol.get(self.url()).json()["host_id"] == self.alice.person.user_id

    def test_unknown_private_and_unlisted_rooms_give_the_same_response(self):
        answers = set()
        self.update_room(visibility="private")
        private = self.as_carol.get(self.url())
        self.update_room(visibility="unlisted")
        for response in (private, self.as_carol.get(self.url()), self.as_carol.get("/api/rooms/zzzzzzzzzz/")):
            answers.add((response.status_code, response.content))
        assert len(answers) == 1


class UpdateRoom(ApiCase):
    def test_the_host_may_update(self):
        with self.committing():
            response = self.as_alice.patch(self.url(), {"title": "Late show", "control_policy": "everyone"})
        assert (response.json()["title"], response.json()["control_policy"]) == ("Late show", "everyone")
        assert self.published.last("room_changed")["payload"]["room"]["title"] == "Late show"

    def test_members_and_outsiders_may_not_update(self):
        self.refused(self.as_bob.patch(self.url(), {"title": "Mine"}), 403, "not_allowed")
        self.refused(self.as_carol.patch(self.url(), {"title": "Mine"}), 404, "not_member")
        self.room.refresh_from_db()
        assert self.room.title == "movie-night"

    def test_an_empty_update_changes_nothing(self):
        before = Room.objects.get(pk=self.room.pk).revision
        assert self.as_alice.patch(self.url(), {}).status_code == 200
        assert Room.objects.get(pk=self.room.pk).revision == before

    def test_only_the_host_closes_the_room(self):
        self.refused(self.as_bob.delete(self.url()), 403, "not_allowed")
        self.refused(self.as_carol.delete(self.url()), 404, "not_member")
        with self.committing():
            assert self.as_alice.delete(self.url()).status_code == 204
        assert self.published.closed == [(f"room.{self.room.room_id}", 4504)]
        self.refused(self.as_bob.get(self.url()), 404, "room_closed")
        self.refused(self.as_alice.delete(self.url()), 404, "room_closed")


class JoinAndLeave(ApiCase):
    def test_joining_twice_is_harmless(self):
        for _ in range(2):
            joined = self.as_carol.post(self.url("join/"), {"username": "Caro"}).json()
            assert (joined["username"], joined["role"], joined["token"]) == ("Caro", "member", None)
        assert Member.objects.filter(room=self.room, person=self.carol).count() == 1

    def test_an_anonymous_client_joins_as_a_guest_with_a_token(self):
        joined = self.anonymous.post(self.url("join/"), {"username": "Dana"}).json()
        state = self.program_with(joined["token"]).get(self.url("state/")).json()
        assert joined["user_id"] in [member["user_id"] for member in state["members"]]

    def test_a_refused_join_creates_no_guest(self):
        people = Person.objects.count()
        self.refused(
            self.anonymous.post("/api/rooms/zzzzzzzzzz/join/", {"username": "Dana"}), 404, "not_member"
        )
        assert Person.objects.count() == people

    def test_a_private_room_needs_its_passphrase(self):
        self.update_room(visibility="private", passphrase="sesame")
        self.refused(self.as_carol.post(self.url("join/"), {}), 404, "not_member")
        wrong = self.as_carol.post(self.url("join/"), {"passphrase": "barley"})
        unknown = self.as_carol.post("/api/rooms/zzzzzzzzzz/join/", {"passphrase": "barley"})
        assert (wrong.status_code, wrong.content) == (unknown.status_code, unknown.content)
        assert self.refused(wrong, 403, "wrong_passphrase")
        assert self.as_carol.post(self.url("join/"), {"passphrase": "sesame"}).status_code == 200

    def test_an_address_has_ten_passphrase_attempts_a_minute(self):
        self.update_room(visibility="private", passphrase="sesame")
        for _ in range(10):
            self.as_carol.post("/api/rooms/zzzzzzzzzz/join/", {"passphrase": "x"})
        late = self.as_carol.post(self.url("join/"), {"passphrase": "sesame"})
        problem = self.refused(late, 429, "rate_limited")
        assert problem["retry_after_ms"] > 0
        assert late["Retry-After"]

    def test_host_and_moderators_see_and_kick_absent_members(self):
        away = self.anonymous.post(self.url("join/"), {"username": "Ghost"}).json()
        rows = self.as_alice.get(self.url("members/")).json()["members"]
        shown = {row["username"]: (row["role"], row["present"]) for row in rows}
        assert shown == {"Alice": ("host", True), "Bob": ("member", True), "Ghost": ("member", False)}
        self.refused(self.as_bob.get(self.url("members/")), 403, "not_allowed")
        self.refused(self.as_carol.get(self.url("members/")), 404, "not_member")
        command = {"type": "remove_member", "event_id": "out", "payload": {"user_id": away["user_id"]}}
        assert self.as_alice.post(self.url("commands/"), command).status_code == 200
        assert "Ghost" not in str(self.as_alice.get(self.url("members/")).json())

    def test_leaving_twice_is_harmless(self):
        for _ in range(2):
            assert self.as_bob.post(self.url("leave/"), {}).status_code == 204
        self.refused(self.as_bob.get(self.url("state/")), 404, "not_member")
        self.refused(self.anonymous.post(self.url("leave/"), {}), 404, "not_member")

    def test_the_name_of_an_account_is_taken(self):
        self.account_named("Zoe")
        self.refused(self.anonymous.post(self.url("join/"), {"username": "zoe"}), 409, "name_taken")
        self.refused(self.anonymous.post("/api/rooms/", {"username": "ZOE"}), 409, "name_taken")
