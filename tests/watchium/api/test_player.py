from __future__ import annotations

from playback.models import DevicePlayer
from playback.room import actions
from tests.playback.player.fixtures import make_items
from tests.playback.room.fixtures import NOW_MS, load, seek
from tests.watchium.api.callers import ApiCase, Caller


class PlayerApi(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        self.items = [item.pk for item in make_items(3)]
        client = self.browser_of(self.carol)
        session = client.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()
        self.browser = Caller(client)

    def change(self, base_revision: int = 0, event_id: str = "e1", **fields):
        return self.browser.patch(
            "/api/player/", {"base_revision": base_revision, "event_id": event_id, **fields}
        )

    def test_a_player_can_be_read_and_changed(self):
        assert self.browser.get("/api/player/").json()["state"]["entries"] == []
        changed = self.change(item_ids=self.items, on=1, position=30, is_playing=True).json()
        state = changed["state"]
        assert [entry["item"] for entry in state["entries"]] == self.items
        assert (state["current"], state["position"], state["is_playing"]) == ("1.1", 30, True)
        assert {item["id"] for item in changed["items"]} == set(self.items)
        assert DevicePlayer.objects.get().device_id == "A1B2C3D4E5F60718"

    def test_a_change_based_on_an_old_revision_is_stale(self):
        self.change(item_ids=self.items)
        self.refused(self.change(0, "e2", rate=2), 409, "stale")
        assert self.change(1, "e3", rate=2).json()["state"]["rate"] == 2

    def test_a_repeated_change_is_made_once(self):
        first, again = (self.change(item_ids=self.items).json()["state"] for _ in range(2))
        assert first == again

    def test_invalid_changes_are_refused(self):
        self.refused(self.change(item_ids=self.items, on=3), 400, "bad_message")
        self.refused(self.change(item_ids=[10**9]), 400, "unknown_media")
        self.refused(self.change(volume=3), 400, "bad_message")
        assert self.browser.get("/api/player/").json()["state"]["revision"] == 0

    def test_commands_of_the_socket_are_accepted(self):
        body = {"type": "queue_add", "event_id": "e1", "payload": {"item_ids": self.items[:1]}}
        answers = [self.browser.post("/api/player/control/", body).json() for _ in range(2)]
        assert answers[0] == answers[1]
        assert answers[0]["revision"] == 1

    def test_some_commands_are_for_sockets_only(self):
        body = {"type": "ping", "event_id": "e1", "payload": {"t0": 1}}
        self.refused(self.browser.post("/api/player/control/", body), 400, "bad_message")

    def test_the_last_position_is_stored_when_the_page_closes(self):
        self.change(item_ids=self.items, on=0, is_playing=True)
        where = {"entry_id": "1.0", "position": 12.5, "tab": "t1"}
        assert self.browser.post("/api/player/position/", where).status_code == 204
        assert self.browser.get("/api/player/").json()["state"]["position"] == 12.5

    def test_anonymous_clients_and_unknown_browsers_have_no_player(self):
        self.refused(self.anonymous.get("/api/player/"), 404, "not_member")

    def test_another_origin_changes_nothing(self):
        client = self.browser_of(self.carol, enforce_csrf_checks=True)
        assert Caller(client).patch("/api/player/", {}).status_code == 403

    def test_a_token_opens_the_player_of_its_person(self):
        body = {"base_revision": 0, "event_id": "e1", "item_ids": self.items}
        assert self.as_bob.patch("/api/player/", body).status_code == 200
        assert self.as_carol.get("/api/player/").json()["state"]["entries"] == []


class MyHistory(PlayerApi):
    """carol plays in a browser, alone; bob and carol watched in a room."""

    URL = "/api/player/history/"

    def says(self, type: str, event_id: str, **payload):
        message = {"type": type, "event_id": event_id, "payload": payload}
        response = self.browser.post("/api/player/control/", message)
        assert response.status_code == 200, response.content

    def watched(self, caller: Caller | None = None) -> list[dict]:
        return (caller or self.browser).get(self.URL).json()["watched"]

    def test_what_is_paused_or_left_can_be_continued(self):
        first, second, _ = self.items
        self.says("play_track", "a", item_id=first, position=30)
        assert self.watched() == []
        self.says("pause", "b", entry_id=None, position=None)
        self.says("play_track", "c", item_id=second, position=4)
        self.says("play_track", "d", item_id=first, position=0)
        rows = self.watched()
        assert [row["media"]["item_id"] for row in rows] == [second, first]
        assert [round(row["position"]) for row in rows] == [4, 30]
        assert [row["continue_at"] is None for row in rows] == [True, False]
        assert (rows[1]["room_id"], rows[1]["media"]["source"]) == (None, "library")

    def test_it_names_the_room_to_its_members_only(self):
        actions.seek(self.alice, seek(41), now_ms=NOW_MS)
        actions.load(self.alice, load(), now_ms=NOW_MS)
        (row,) = self.watched(self.as_bob)
        assert (row["position"], row["room_title"]) == (41.0, self.room.title)
        assert self.as_bob.post(self.url("leave/"), {}).status_code == 204
        (row,) = self.watched(self.as_bob)
        assert (row["room_id"], row["room_title"]) == (None, None)
        assert self.watched() == [], "carol was not there"

    def test_it_is_switched_off_and_cleared(self):
        self.says("play_track", "a", item_id=self.items[0], position=30)
        self.says("pause", "b")
        assert self.browser.patch(self.URL, {"on": False}).json()["on"] is False
        self.says("play_track", "c", item_id=self.items[1], position=30)
        self.says("pause", "d")
        assert len(self.watched()) == 1
        assert self.browser.delete(self.URL).status_code == 204
        assert self.watched() == []
        assert self.browser.get(self.URL).json()["on"] is False
        assert self.browser.patch(self.URL, {"on": True}).json()["on"] is True

    def test_a_visitor_has_none_and_changes_none(self):
        assert self.anonymous.get(self.URL).json() == {
            "watched": [],
            "more": False,
            "on": True,
            "known": False,
        }
        self.refused(self.anonymous.patch(self.URL, {"on": False}), 404, "not_member")
        self.refused(self.anonymous.delete(self.URL), 404, "not_member")
        self.refused(self.browser.patch(self.URL, {"on": 1}), 400, "bad_message")
