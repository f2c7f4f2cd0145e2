from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

import playback.room.actions
import playback.sources.addresses
from chat.models import Comment
from playback.models import Playback
from rooms.models import Member, Person, Room
from tests.watchium.api.callers import ApiCase
from watchium.protocol.errors import UnknownMedia

# Each would run if it reached a page unescaped: in text, in an attribute, in a script, in a URL.
HOSTILE = (
    "<script>pwned()</script>",
    '"><img src=x onerror=pwned()>',
    "' onfocus='pwned()' autofocus='",
    "</script><script>pwned()//",
    "<!--<svg/onload=pwned()>",
    "{{ 7|add:7 }}{% debug %}",
)
RAW = ("<script>pwned", "<img src=x", "' onfocus='", "</script><script>pwned", "<svg/onload", "14")


def policy_of(page) -> dict[str, list[str]]:
    words = (part.split() for part in page["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in words}


class InPages(ApiCase):
    def say_everywhere(self, words: str) -> None:
        Room.objects.filter(pk=self.room.pk).update(title=words, visibility="public")
        Member.objects.filter(pk=self.alice.pk).update(username=words[:48])
        Person.objects.filter(pk=self.bob.person_id).update(username=words[:40])
        Comment.objects.filter(room=self.room).delete()
        Comment.objects.create(
            room=self.room,
            seq=1,
            person=self.bob.person,
            username=words[:48],
            text=words,
            position=0,
            at_ms=0,
        )
        media = playback.sources.addresses.find("https://example.org/film.webm", words)
        Playback.objects.filter(room=self.room).update(
            media={"url": media.url, "kind": "video", "title": words}
        )

    def pages(self, staff: Client):
        bob = self.browser_of(self.bob.person)
        room = f"/rooms/{self.room.room_id}/"
        yield from (bob.get("/"), bob.get(room), Client().get(room), bob.post("/", {"title": "x" * 81}))
        yield Client().post(room, {"username": '"><img src=x onerror=pwned()>' * 3})
        for model in (Room, Member, Person, Comment, Playback):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
            yield staff.get(reverse(f"{name}_changelist"))
            yield staff.get(reverse(f"{name}_change", args=[model.objects.first().pk]))

    def test_user_input_is_never_markup(self):
        staff = Client()
        staff.force_login(User.objects.create_superuser("root"))
        for words, raw in zip(HOSTILE, RAW, strict=True):
            self.say_everywhere(words)
            for page in self.pages(staff):
                assert page.status_code in (200, 400)
                if raw != "14":
                    assert raw not in page.content.decode(), page.request["PATH_INFO"]

    def test_a_room_page_embeds_its_state_as_data(self):
        self.say_everywhere(HOSTILE[3])
        page = self.browser_of(self.bob.person).get(f"/rooms/{self.room.room_id}/").content.decode()
        (boot,) = re.findall(r'<script id="boot" type="application/json">(.*?)</script>', page)
        assert "<" not in boot
        assert HOSTILE[3] not in page

    def test_names_with_markup_are_sent_unchanged_as_json(self):
        self.say_everywhere(HOSTILE[0])
        state = self.as_bob.get(self.url("state/"))
        assert state.json()["room"]["title"] == HOSTILE[0]
        assert state["Content-Type"] == "application/json"
        assert state["X-Content-Type-Options"] == "nosniff"


class ThePolicy(ApiCase):
    def test_all_pages_including_admin_and_api_docs_run_own_scripts_only(self):
        self.client.force_login(User.objects.create_superuser("root"))
        room = f"/rooms/{self.room.room_id}/"
        for path in (
            "/",
            room,
            "/accounts/login/",
            "/admin/",
            "/admin/auth/user/",
            "/api/docs/",
            "/nowhere/",
        ):
            policy = policy_of(self.client.get(path))
            assert policy["default-src"] == ["'self'"], path
            assert set(policy["script-src"]) - {"'self'"} == {
                word for word in policy["script-src"] if word.startswith("'nonce-")
            }, path
            assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]
            assert policy["form-action"] == ["'self'"]
            assert "wss:" not in policy["connect-src"]
            assert "https:" not in policy["connect-src"], path
            assert "frame-src" not in policy, path

    def test_only_the_page_of_a_room_fetches_from_other_hosts_and_only_for_its_members(self):
        page = self.browser_of(self.alice.person).get(f"/rooms/{self.room.room_id}/")
        assert policy_of(page)["connect-src"][-2:] == ["https:", "http:"]
        assert policy_of(page)["frame-src"] == ["https://www.youtube-nocookie.com"]

    def test_no_page_has_a_script_or_a_handler_inside_it_without_the_pages_nonce(self):
        self.client.force_login(User.objects.create_superuser("root"))
        for path in (
            "/",
            f"/rooms/{self.room.room_id}/",
            "/accounts/signup/",
            "/admin/rooms/room/",
            "/api/docs/",
        ):
            page = self.client.get(path)
            text = page.content.decode()
            for attributes, body in re.findall(r"<script([^>]*)>(.*?)</script>", text, re.DOTALL):
                nonce = re.search(r'nonce="([^"]+)"', attributes)
                inert = 'type="application/json"' in attributes or ("src=" in attributes and not body.strip())
                assert inert or (nonce and f"'nonce-{nonce[1]}'" in page["Content-Security-Policy"]), path
            assert not re.search(r"<[^>]+\son\w+\s*=", text), path
            assert "javascript:" not in text, path

    def test_no_two_pages_have_the_same_nonce(self):
        nonces = {
            re.search(r"nonce-[^']+", Client().get("/")["Content-Security-Policy"])[0] for _ in range(3)
        }
        assert len(nonces) == 3


@pytest.mark.parametrize(
    "address",
    ["javascript:pwned()", " JaVaScRiPt:pwned()", "java\tscript:pwned()", "data:text/html,<script>pwned()</script>",
     "file:///etc/passwd", "vbscript:x", "blob:https://example.org/x", "https://a@example.org/", "//example.org/x"],
)  # fmt: skip
def test_a_script_url_is_no_media_url(address: str):
    with pytest.raises(UnknownMedia):
        playback.sources.addresses.find(address)
