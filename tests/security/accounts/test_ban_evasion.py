from __future__ import annotations

import http.client
import json
from functools import partial

import pytest
import websockets
from django.test import Client

from rooms import actions
from rooms.actions.merge_guest import merge_guest
from rooms.auth.client_address import address_hash
from rooms.models import Ban, Member, ModerationAct
from tests.servers import Server, watchium_server
from tests.watchium.api.callers import ApiCase
from tests.watchium.consumers.fixtures import rejection_of, scene_on
from watchium.client import ProblemError
from watchium.protocol.errors import BadMessage, Banned, NotAllowed, NotFound

HOME = "2001:db8:7:7::1"
HOME_TOO = "2001:db8:7:7:abcd::9"  # the next address of the same IPv6 network
ELSEWHERE = "2001:db8:8:8::1"


class ComingBack(ApiCase):
    def setUp(self) -> None:
        super().setUp()
        actions.join(self.bob.person, self.room.room_id, address=HOME)
        self.ban = lambda: actions.ban(self.room, self.bob.person.user_id, actor=self.alice, minutes=60)

    def join(self, client: Client, address: str, **headers: str) -> int:
        answer = client.post(
            self.url("join/"),
            {"username": "Newcomer"},
            "application/json",
            REMOTE_ADDR=address,
            headers=headers,
        )
        return answer.status_code

    def test_a_banned_member_cannot_return_as_themselves(self):
        self.ban()
        self.refused(self.as_bob.post(self.url("join/"), {}), 403, "banned")

    def test_a_banned_member_cannot_return_as_a_new_guest_from_the_same_address(self):
        self.ban()
        for address in (HOME, HOME_TOO):
            assert self.join(Client(), address) == 403
        assert self.join(Client(), ELSEWHERE) == 200

    def test_a_banned_member_cannot_return_with_a_spoofed_forwarded_address(self):
        self.ban()
        assert self.join(Client(), HOME, **{"X-Forwarded-For": "203.0.113.5"}) == 403

    def test_a_banned_member_cannot_return_with_an_account(self):
        self.ban()
        dana = self.account_named("dana")
        merge_guest(self.bob.person, dana)
        self.refused(self.program_of(dana).post(self.url("join/"), {}), 403, "banned")

    def test_a_banned_member_cannot_return_with_a_new_name(self):
        self.ban()
        self.refused(self.as_bob.post(self.url("join/"), {"username": "Robert"}), 403, "banned")

    def test_a_member_who_leaves_before_the_ban_cannot_return(self):
        self.as_bob.post(self.url("leave/"), {})
        self.ban()
        self.refused(self.as_bob.post(self.url("join/"), {}), 403, "banned")

    def test_the_address_is_kept_as_a_hash_alone(self):
        self.ban()
        kept = " ".join(
            str(value) for row in (*Ban.objects.values(), *Member.objects.values()) for value in row.values()
        )
        assert "2001" not in kept

    def test_a_ban_covers_the_last_address_of_the_member(self):
        Member.objects.record_address(self.bob, address_hash(ELSEWHERE))
        self.ban()
        assert self.join(Client(), ELSEWHERE) == 403
        assert self.join(Client(), HOME) == 200

    def test_a_ban_of_a_range_covers_the_addresses_around(self):
        actions.join(self.bob.person, self.room.room_id, address="203.0.113.9")
        near, far = "203.0.113.77", "203.0.114.9"
        ban = partial(actions.ban, self.room, self.bob.person.user_id, actor=self.alice, minutes=60)
        ban(with_range=True)
        assert Ban.objects.get().is_range
        assert [self.join(Client(), address) for address in ("203.0.113.9", near, far)] == [403, 403, 200]
        with pytest.raises(BadMessage):
            ban(with_range=True, person_only=True)

    def test_a_ban_from_before_ranges_were_known_holds(self):
        network = address_hash(ELSEWHERE)[:40]  # all that was stored
        Member.objects.record_address(self.bob, network)
        self.ban()
        assert Ban.objects.get().address_hash == network
        assert self.join(Client(), ELSEWHERE) == 403

    def test_a_ban_covers_no_address_that_all_users_may_share(self):
        actions.join(self.bob.person, self.room.room_id, address="127.0.0.1")
        self.ban()
        assert self.join(Client(), "127.0.0.1") == 200

    def test_a_removed_guest_does_not_block_the_household(self):
        actions.remove(self.room, self.bob.person.user_id, actor=self.alice)
        assert self.join(Client(), HOME) == 200

    def test_present_members_of_the_household_stay(self):
        """A ban of one person of a household does not remove the others."""
        actions.join(self.carol, self.room.room_id, address=HOME_TOO)
        self.ban()
        assert self.as_carol.post(self.url("join/"), {}).status_code == 200


class BeingLetBack(ApiCase):
    def test_a_lifted_ban_readmits_member_and_address_and_both_actions_are_recorded(self):
        actions.join(self.bob.person, self.room.room_id, address=HOME)
        act = actions.ban(self.room, self.bob.person.user_id, actor=self.alice, minutes=60, reason="spoilers")
        ban = Ban.objects.get()
        lifted = actions.lift_ban(ban, actor=self.alice, reason="made up")
        assert lifted is not None
        act.refresh_from_db()
        assert act.undone_at is not None
        assert (lifted.kind, lifted.by, lifted.target) == ("lift_ban", self.alice.person, self.bob.person)
        assert actions.join(self.bob.person, self.room.room_id, address=HOME)
        assert actions.lift_ban(Ban.objects.get(), actor=self.alice) is None
        assert ModerationAct.objects.filter(kind="lift_ban").count() == 1

    def test_members_lift_no_bans_and_hosts_only_those_of_their_room(self):
        actions.join(self.carol, self.room.room_id)
        actions.ban(self.room, self.carol.user_id, actor=self.alice, minutes=60)
        with pytest.raises(NotAllowed):
            actions.lift_ban(Ban.objects.get(), actor=self.bob)
        elsewhere = actions.create_room(self.bob.person)
        with pytest.raises(NotFound):
            actions.lift_ban(Ban.objects.get(), actor=elsewhere)
        with pytest.raises(Banned):
            actions.join(self.carol, self.room.room_id)


async def test_a_banned_member_is_disconnected_in_every_tab_and_receives_no_more_events(server: Server):
    scene = await scene_on(server)
    async with scene.alice.enter(scene.room_id) as alice:
        async with scene.bob.enter(scene.room_id) as one, scene.bob.enter(scene.room_id) as two:
            await alice.say("ban_member", user_id=one.welcome.you.user_id, minutes=5)
            assert await one.closed() == await two.closed() == 4503
        await alice.say("comment", text="now that he is gone")
        assert await rejection_of(scene, scene.bob) == ("banned", 4503)
        with pytest.raises(ProblemError, match="removed"):
            scene.bob.join(scene.room_id, "Robert")
        with pytest.raises(ProblemError):
            scene.bob.state(scene.room_id)


async def test_a_ban_covers_the_current_address_and_not_the_one_of_the_join():
    with watchium_server({"WATCHIUM_BEHIND_PROXY": "1"}) as behind:
        scene = await scene_on(behind)
        async with scene.alice.enter(scene.room_id) as alice:
            headers = {"Authorization": f"Bearer {scene.bob.token}", "X-Forwarded-For": ELSEWHERE}
            address = f"{behind.ws_url}/ws/rooms/{scene.room_id}/"
            async with websockets.connect(address, additional_headers=headers) as bob:
                you = json.loads(await bob.recv())["payload"]["you"]["user_id"]
                await alice.say("ban_member", user_id=you, minutes=5)
                await bob.wait_closed()
        assert (join_from(behind, scene.room_id, ELSEWHERE), join_from(behind, scene.room_id, HOME)) == (
            403,
            200,
        )


def join_from(server: Server, room_id: str, address: str) -> int:
    headers = {"X-Forwarded-For": address, "Content-Type": "application/json"}
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("POST", f"/api/rooms/{room_id}/join/", "{}", headers)
    status = connection.getresponse().status
    connection.close()
    return status


async def test_a_member_who_left_receives_no_more_events(server: Server):
    scene = await scene_on(server)
    async with scene.bob.enter(scene.room_id) as bob:
        scene.bob.leave(scene.room_id)
        assert await bob.closed() == 4501
    assert await rejection_of(scene, scene.bob) == ("not_member", 4501)
