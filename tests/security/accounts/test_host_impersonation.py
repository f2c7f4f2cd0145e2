from __future__ import annotations

import json

import pytest

from playback.models import PlaybackEvent
from rooms.models import Member, Role, Room
from tests.servers import Server
from tests.watchium.api.callers import ApiCase
from tests.watchium.consumers.fixtures import scene_on

# Looks like Alice.
CYRILLIC = "\u0410li\u0441\u0435"


class OverHttp(ApiCase):
    def test_only_the_role_in_the_database_counts(self):
        alice = self.alice.person.user_id
        play = {"action": "play", "event_id": "x"}
        claims = (
            (self.as_bob.post, "sync/control/", play, {}),
            (self.as_bob.post, "sync/control/", {**play, "user_id": alice}, {}),
            (self.as_bob.post, "sync/control/", {**play, "role": "host"}, {}),
            (self.as_bob.patch, "", {"title": "mine"}, {}),
            (self.as_bob.patch, "", {"owner": self.bob.person.user_id}, {}),
            (self.as_bob.patch, "", {"control_policy": "everyone"}, {}),
            (self.as_bob.post, "broadcast/", {"type": "x", "payload": {}}, {}),
        )
        for send, path, body, _ in claims:
            assert send(self.url(path), body).status_code in (400, 403), (path, body)
        assert self.as_bob.delete(self.url()).status_code == 403
        assert not PlaybackEvent.objects.exists()
        assert Room.objects.get(pk=self.room.pk).title == "movie-night"

    def test_headers_and_cookies_that_name_another_user_have_no_effect(self):
        for headers in (
            {"X-User-Id": self.alice.person.user_id},
            {"X-Forwarded-User": "Alice", "Remote-User": "Alice"},
            {"Cookie": f"person_id={self.alice.person_id}; user_id={self.alice.person.user_id}; sessionid=1"},
            {"Authorization": f"Bearer {self.alice.person.user_id}"},
        ):
            answer = self.client.post(
                self.url("sync/control/"),
                {"action": "play", "event_id": "x"},
                "application/json",
                headers=headers,
            )
            assert answer.status_code in (401, 404), headers

    def test_a_bearer_token_takes_precedence_over_a_cookie(self):
        browser = self.browser_of(self.alice.person)
        answer = browser.post(
            self.url("sync/control/"),
            {"action": "play", "event_id": "x"},
            "application/json",
            headers=self.as_bob.headers,
        )
        self.refused(answer, 403, "not_host")

    def test_taking_the_hosts_name_gives_no_authority(self):
        self.as_bob.post(self.url("join/"), {"username": "Alice"})
        bob = Member.objects.get(pk=self.bob.pk)
        assert (bob.username, bob.role) == ("Alice (2)", Role.MEMBER)
        self.as_bob.post(self.url("join/"), {"username": CYRILLIC})
        assert Member.objects.get(pk=self.bob.pk).username != CYRILLIC


# Commands that only the host may send, with the id of another member where there is one.
HOST_ONLY = {
    "play": {},
    "pause": {},
    "seek": {"current_time": 60},
    "set_rate": {"rate": 2},
    "load": {"media_url": "/media/samples/music.ogg"},
    "transfer_host": {"user_id": "BOB"},
    "claim_host": {},
    "remove_member": {"user_id": "ALICE"},
    "ban_member": {"user_id": "ALICE", "minutes": 60},
    "set_moderator": {"user_id": "BOB", "moderator": True},
    "continue_without": {},
    "set_right": {"role": "member", "right": "control", "allowed": True},
}
NOT_ALLOWED = (
    "remove_member",
    "ban_member",
    "set_right",
)  # the others are about the host's own role and playback


@pytest.mark.parametrize("command", HOST_ONLY)
async def test_a_member_who_sends_the_hosts_commands_changes_nothing(server: Server, command: str):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        ids = {"ALICE": alice.welcome.you.user_id, "BOB": bob.welcome.you.user_id}
        payload = {key: ids.get(str(value), value) for key, value in HOST_ONLY[command].items()}  # type: ignore[attr-defined]
        await bob.send_frame(json.dumps({"type": command, "event_id": "forged", "payload": payload}))
        error = await bob.hear("error")
        code = "not_allowed" if command in NOT_ALLOWED else "not_host"
        assert (error.payload.code, error.payload.event_id) == (code, "forged")
        for more in ({"user_id": ids["ALICE"]}, {"role": "host"}, {"is_host": True}):
            claim = {"type": "play", "event_id": "c", "payload": more}
            await bob.send_frame(json.dumps(claim))
            assert (await bob.hear("error")).payload.code == "bad_message"
            await bob.send_frame(json.dumps({"type": "play", "event_id": "c", "payload": {}, **more}))
            assert (await bob.hear("error")).payload.code == "bad_message"
        # The host's next change has the next revision: nothing happened in between.
        before = alice.welcome.revision
        accepted = await alice.say("play")
        assert accepted.revision <= before + 2  # her becoming host may have used one
        assert (await bob.hear("play")).payload.user_id == ids["ALICE"]
