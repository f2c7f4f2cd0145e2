from __future__ import annotations

from playback.room import actions
from rooms.models import Visibility
from tests.playback.room.fixtures import NOW_MS, load, seek
from tests.watchium.api.callers import ApiCase


class History(ApiCase):
    def played(self, count: int) -> None:
        """Let the room play and leave `count` films at 10, 11, 12 seconds ..."""
        for n in range(count + 1):
            at_ms = NOW_MS + 20_000 * n
            actions.load(self.alice, load(f"https://example.org/{n}.mp4", f"l{n}"), now_ms=at_ms)
            actions.seek(self.alice, seek(10.0 + n, f"s{n}"), now_ms=at_ms + 1)

    def pages(self, query: str = "") -> dict:
        response = self.as_bob.get(self.url(f"history/{query}"))
        assert response.status_code == 200, response.content
        return response.json()

    def test_members_read_what_played_by_whom_and_how_far(self):
        self.played(1)
        (row,) = self.pages()["played"]
        assert row["media"]["url"] == "https://example.org/0.mp4"
        assert (row["position"], row["continue_at"], row["duration"]) == (10.0, 10.0, None)
        assert (row["user_id"], row["username"]) == (self.alice.person.user_id, "Alice")
        assert (row["started_at"], row["left_at"]) == (NOW_MS, NOW_MS + 20_000)

    def test_pages_follow_each_other_without_a_gap(self):
        self.played(5)
        first = self.pages("?limit=2")
        rest = self.pages(f"?before={first['played'][-1]['id']}")
        assert (first["more"], rest["more"]) == (True, False)
        positions = [row["position"] for row in first["played"] + rest["played"]]
        assert positions == [14.0, 13.0, 12.0, 11.0, 10.0]

    def test_bad_pages_are_refused(self):
        for query in ("?limit=31", "?before=-1", "?before=x"):
            response = self.as_bob.get(self.url(f"history/{query}"))
            assert (response.status_code, response.json()["code"]) == (400, "bad_message")

    def test_outsiders_read_the_history_of_a_public_room_only(self):
        self.played(1)
        for visibility in (Visibility.UNLISTED, Visibility.PRIVATE):
            self.room.visibility = visibility
            self.room.save()
            refused = self.as_carol.get(self.url("history/"))
            unknown = self.as_carol.get("/api/rooms/nowhere/history/")
            assert (refused.status_code, refused.content) == (404, unknown.content)
        self.room.visibility = Visibility.PUBLIC
        self.room.save()
        assert len(self.anonymous.get(self.url("history/")).json()["played"]) == 1

    def test_reading_takes_one_query_more_than_finding_the_member(self):
        self.played(4)
        self.pages()
        with self.assertNumQueries(4):
            self.pages()
