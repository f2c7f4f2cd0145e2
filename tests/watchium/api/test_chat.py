from __future__ import annotations

from django.test import override_settings

from chat import editing
from chat.models import Comment
from rooms import actions
from rooms.models import Member, Role
from tests.watchium.api.callers import ApiCase
from watchium.config.rate_limits import DEFAULTS
from watchium.protocol.chat.commands import CommentEdit, EditComment

PAGES_OWN = (
    "state",
    "connection",
    "drift",
    "player",
    "lacks",
    "dropped",
    "broadcast",
    "queue_add",
    "position",
)


class Comments(ApiCase):
    def say(self, caller, text: str, event_id: str = "c1", **fields):
        return caller.post(self.url("comments/"), {"text": text, "event_id": event_id, **fields})

    def texts(self, caller, query: str = "") -> list[str]:
        comments = caller.get(self.url(f"comments/{query}")).json()["comments"]
        return [comment["text"] for comment in comments if not comment["is_system_message"]]

    def test_a_comment_is_published_and_stored(self):
        with self.committing():
            response = self.say(self.as_bob, "hello")
        assert response.json()["event_id"] == "c1"
        assert self.published.last("new_comment")["payload"]["text"] == "hello"
        assert self.texts(self.as_alice) == ["hello"]

    def test_a_repeated_event_id_posts_once(self):
        assert self.say(self.as_bob, "hello").content == self.say(self.as_bob, "hello").content
        assert self.texts(self.as_alice) == ["hello"]
        self.refused(self.say(self.as_bob, "other"), 409, "event_id_conflict")

    def test_outsiders_can_neither_post_nor_read(self):
        self.refused(self.say(self.as_carol, "hello"), 404, "not_member")
        self.refused(self.as_carol.get(self.url("comments/")), 404, "not_member")

    def test_comments_of_a_public_room_are_readable_without_membership(self):
        self.say(self.as_bob, "hello")
        self.update_room(visibility="public")
        assert self.texts(self.anonymous) == ["hello"]
        self.refused(self.say(self.as_carol, "hello"), 404, "not_member")

    def test_the_edit_of_a_quietly_muted_member_is_read_by_them_alone(self):
        self.say(self.as_bob, "helo")
        actions.mute(self.room, self.bob.person.user_id, actor=self.alice, minutes=10, quiet=True)
        change = CommentEdit(id=Comment.objects.get(text="helo").pk, text="hello")
        bob = Member.objects.select_related("room", "person").get(pk=self.bob.pk)
        editing.edit(bob, EditComment(event_id="edit", payload=change))
        for caller, text, found in ((self.as_bob, "hello", 1), (self.as_alice, "helo", 0)):
            assert self.texts(caller) == self.texts(caller, "by-position/") == [text]
            search = caller.get(self.url("comments/search/?text=hello")).json()["comments"]
            assert [each["text"] for each in search] == ["hello"] * found

    def test_members_search_the_comments_of_their_room(self):
        for number, text in enumerate(("the Ending was great", "100% true", "no end_ in sight")):
            self.say(self.as_bob, text, f"s{number}")
        search = self.url("comments/search/?text=")

        def found(query: str) -> list[str]:
            return [each["text"] for each in self.as_alice.get(search + query).json()["comments"]]

        assert found("END") == ["the Ending was great", "no end_ in sight"]
        assert (found("%25"), found("_"), found("bob%20great")) == (
            ["100% true"],
            ["no end_ in sight"],
            ["the Ending was great"],
        )
        self.refused(self.as_alice.get(search), 400, "bad_message")
        self.refused(self.as_alice.get(search + "x" * 501), 400, "too_long")
        self.refused(self.as_carol.get(search + "end"), 404, "not_member")

    def test_older_comments_come_in_pages(self):
        for number in range(5):
            self.say(self.as_bob, f"word {number}", f"c{number}")
        page = self.as_alice.get(self.url("comments/?limit=2")).json()
        assert ([comment["text"] for comment in page["comments"]], page["more"]) == (
            ["word 3", "word 4"],
            True,
        )
        before = page["comments"][0]["seq"]
        assert self.texts(self.as_alice, f"?limit=100&before={before}") == ["word 0", "word 1", "word 2"]
        self.refused(self.as_alice.get(self.url("comments/?limit=101")), 400, "bad_message")

    def test_comments_about_the_present_media_are_read_by_position(self):
        self.say(self.as_bob, "about earlier media", "c0")
        self.command(self.as_alice, "load", media_url="https://films.example/two.mp4", event_id="l")
        for number, position_s in enumerate([30, 10, 20, 10]):
            self.command(self.as_alice, "seek", current_time=position_s, event_id=f"s{number}")
            self.say(self.as_bob, f"word {number}", f"w{number}")
        url = self.url("comments/by-position/?limit=3")
        first = self.as_bob.get(url).json()
        texts = [each["text"] for each in first["comments"]]
        assert (texts, first["more"]) == (["Playing: two", "word 1", "word 3"], True)
        after = f"&after={first['comments'][-1]['seq']}&since={first['since']}"
        rest = self.as_bob.get(url + after).json()
        assert ([each["text"] for each in rest["comments"]], rest["more"]) == (["word 2", "word 0"], False)
        self.refused(self.as_carol.get(url), 404, "not_member")
        for wrong in ("?limit=101", "?after=-1", "?since=x"):
            self.refused(self.as_bob.get(self.url(f"comments/by-position/{wrong}")), 400, "bad_message")

    def test_reactions_come_with_the_first_page_in_a_room_that_keeps_its_evenings(self):
        self.update_room(keep_evenings=True)
        self.react("👏")
        self.command(self.as_alice, "load", media_url="https://films.example/two.mp4", event_id="l")
        for number, (position_s, emoji) in enumerate([(30, "🔥"), (10, "❤️")]):
            self.command(self.as_alice, "seek", current_time=position_s, event_id=f"s{number}")
            self.react(emoji)
        page = self.as_bob.get(self.url("comments/by-position/")).json()
        assert page["reactions"] == [
            {"emoji": "❤️", "current_time": 10.0},
            {"emoji": "🔥", "current_time": 30.0},
        ]
        rest = self.as_bob.get(self.url(f"comments/by-position/?since={page['since']}")).json()
        assert rest["reactions"] == []

    def test_visitors_of_a_public_room_read_no_reactions_of_its_evenings(self):
        self.update_room(keep_evenings=True, visibility="public")
        self.command(self.as_alice, "load", media_url="https://films.example/two.mp4", event_id="l")
        self.react("🔥")
        url = self.url("comments/by-position/")
        assert [each["emoji"] for each in self.as_bob.get(url).json()["reactions"]] == ["🔥"]
        for visitor in (self.as_carol, self.client):
            assert visitor.get(url).json()["reactions"] == []

    def react(self, emoji: str) -> None:
        reaction = {"type": "reaction", "payload": {"emoji": emoji}}
        assert self.as_bob.post(self.url("commands/"), reaction).status_code == 204

    @override_settings(PROXIES=1, LIMITS={**DEFAULTS, "comments_by_position": (2, 60)})
    def test_an_address_reads_few_pages_by_position_at_once(self):
        self.update_room(visibility="public")
        url = self.url("comments/by-position/?since=1")
        codes = [
            self.client.get(url, headers={"X-Forwarded-For": "203.0.113.9"}).status_code for _ in range(3)
        ]
        assert codes == [200, 200, 429]
        assert self.client.get(url, headers={"X-Forwarded-For": "198.51.100.7"}).status_code == 200

    def command(self, caller, kind: str, *, event_id: str, **payload) -> None:
        envelope = {"type": kind, "event_id": event_id, "payload": payload}
        assert caller.post(self.url("commands/"), envelope).status_code == 200

    def test_empty_and_long_texts_are_rejected(self):
        for number, (text, code) in enumerate(
            [("", "bad_message"), ("\u200b", "bad_message"), ("x" * 501, "too_long")]
        ):
            self.refused(self.say(self.as_bob, text, f"c{number}"), 400, code)

    def test_authors_delete_their_own_comments_and_the_host_all(self):
        self.say(self.as_bob, "oops")
        comment = Comment.objects.get(text="oops")
        self.refused(self.as_carol.delete(self.url(f"comments/{comment.pk}/")), 404, "not_member")
        self.say(self.as_alice, "mine", "c2")
        other = Comment.objects.get(text="mine")
        self.refused(self.as_bob.delete(self.url(f"comments/{other.pk}/")), 403, "not_allowed")
        for _ in range(2):
            assert self.as_alice.delete(self.url(f"comments/{comment.pk}/")).status_code == 204
        assert self.texts(self.as_bob) == ["mine"]
        self.refused(self.as_bob.delete(self.url("comments/999999/")), 404, "not_found")

    def test_the_host_sends_a_custom_event(self):
        with self.committing():
            response = self.as_alice.post(self.url("broadcast/"), {"type": "fireworks", "payload": {"n": 1}})
        event = self.published.last("fireworks")
        assert (event["payload"], event["revision"]) == ({"n": 1}, None)
        assert response.json() == {"timestamp": event["timestamp"]}

    def test_the_owner_may_send_custom_events_while_another_member_hosts(self):
        actions.transfer_host(self.alice, self.bob.person.user_id)
        for caller in (self.as_alice, self.as_bob):
            with self.committing():
                assert (
                    caller.post(self.url("broadcast/"), {"type": "fireworks", "payload": {}}).status_code
                    == 200
                )
            assert self.published.last("fireworks")["payload"] == {}
        self.enrol(self.carol, role=Role.MODERATOR)
        body = {"type": "fireworks", "payload": {}}
        self.refused(self.as_carol.post(self.url("broadcast/"), body), 403, "not_host")

    def test_custom_events_need_the_host_and_no_type_of_the_protocol(self):
        body = {"type": "fireworks", "payload": {}}
        self.refused(self.as_bob.post(self.url("broadcast/"), body), 403, "not_host")
        self.refused(self.as_carol.post(self.url("broadcast/"), body), 404, "not_member")
        for kind in ("pause", "welcome", "Fire", "x" * 41, "__proto__", "", *PAGES_OWN):
            response = self.as_alice.post(self.url("broadcast/"), {"type": kind, "payload": {}})
            self.refused(response, 400, "bad_message")
        big = self.as_alice.post(self.url("broadcast/"), {"type": "big", "payload": {"x": "y" * 4096}})
        self.refused(big, 400, "too_long")
        deep = b'{"type": "deep", "payload": {"x": ' + b"[" * 2000 + b"]" * 2000 + b"}}"
        self.refused(self.as_alice.raw("POST", self.url("broadcast/"), deep), 400, "bad_message")
