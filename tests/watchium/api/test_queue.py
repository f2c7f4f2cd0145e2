from __future__ import annotations

from tests.watchium.api.callers import ApiCase

A, B = "https://example.org/a.mp4", "https://example.org/b.mp4"


class QueueOverHttp(ApiCase):
    def add(self, caller, *urls, **more):
        body = {"items": [{"media_url": url} for url in urls], "event_id": f"add-{len(urls)}", **more}
        return caller.post(self.url("queue/"), body)

    def entries(self) -> list[str]:
        return [entry["media"]["url"] for entry in self.as_bob.get(self.url("queue/")).json()["entries"]]

    def test_the_same_actions_as_over_the_socket(self):
        assert self.as_bob.get(self.url("queue/")).json()["revision"] == 0
        added = self.add(self.as_bob, A, B)
        assert (added.status_code, added.json()["revision"]) == (200, 1)
        assert self.add(self.as_bob, A, B).json() == added.json()
        first, second = self.as_bob.get(self.url("queue/")).json()["entries"][1:]
        moved = {"event_id": "m", "before": first["id"]}
        self.refused(self.as_bob.patch(self.url(f"queue/{second['id']}/"), moved), 403, "not_allowed")
        assert self.as_alice.patch(self.url(f"queue/{second['id']}/"), moved).json()["revision"] == 2
        assert self.entries()[1:] == [B, A]
        vote = self.as_bob.patch(self.url(f"queue/{first['id']}/"), {"event_id": "v", "vote": True})
        assert vote.json()["revision"] == 3
        played = self.as_alice.patch(self.url(f"queue/{first['id']}/"), {"event_id": "p", "play": True})
        assert played.status_code == 200
        state = self.as_bob.get(self.url("state/")).json()["timeline"]
        assert (state["media"]["url"], state["is_playing"]) == (A, True)
        assert self.as_bob.delete(self.url(f"queue/{second['id']}/?event_id=d")).json()["revision"] == 5
        assert self.as_bob.delete(self.url(f"queue/{second['id']}/")).json()["revision"] is None
        assert B not in self.entries()

    def test_all_other_commands_go_where_commands_go(self):
        self.add(self.as_bob, A, B)
        command = {"type": "set_queue", "event_id": "s", "payload": {"locked": True}}
        self.refused(self.as_bob.post(self.url("commands/"), command), 403, "not_allowed")
        assert self.as_alice.post(self.url("commands/"), command).json()["revision"] == 2
        locked = self.add(self.as_bob, B)
        self.refused(locked, 403, "not_allowed")
        assert "locked" in locked.json()["message"]

    def test_outsiders_get_nothing(self):
        self.update_room(visibility="public")
        for stranger in (self.as_carol, self.anonymous):
            self.refused(stranger.get(self.url("queue/")), 404, "not_member")
            self.refused(self.add(stranger, A), 404, "not_member")

    def test_bodies_are_checked(self):
        body: object
        for body in (
            {},
            {"items": [], "event_id": "e"},
            {"items": [{"media_url": A}]},
            {"items": [{}], "event_id": "e"},
        ):
            self.refused(self.as_bob.post(self.url("queue/"), body), 400, "bad_message")
        many = self.add(self.as_bob, *[A] * 101)
        self.refused(many, 400, "bad_message")
        for body in (
            {"event_id": "e"},
            {"event_id": "e", "play": False},
            {"event_id": "e", "play": True, "before": None},
        ):
            self.refused(self.as_alice.patch(self.url("queue/1/"), body), 400, "bad_message")
        self.refused(self.as_alice.delete(self.url(f"queue/{'x' * 30}/")), 400, "bad_message")
        self.refused(self.as_alice.delete(self.url("queue/1/?event_id=a%20b")), 400, "bad_message")

    def test_a_page_that_polls_gets_the_queue_once(self):
        self.add(self.as_bob, A)
        (welcome, *_) = self.as_bob.post(self.url("state/"), {}).json()["events"]
        assert [entry["media"]["url"] for entry in welcome["payload"]["queue"]["entries"]][1:] == [A]
        known = {"revision": welcome["payload"]["revision"], "epoch": welcome["payload"]["room"]["epoch"]}
        for has, gets in ((1, None), (0, 1), (None, None)):
            body = known if has is None else {**known, "queue_revision": has}
            (welcome, *_) = self.as_bob.post(self.url("state/"), body).json()["events"]
            assert welcome["payload"]["resumed"]
            queue = welcome["payload"]["queue"]
            assert (queue and queue["revision"], welcome["payload"]["queue_revision"]) == (gets, 1)
