from __future__ import annotations

import asyncio

from websockets.asyncio.client import connect

from tests.servers import Server
from tests.watchium.consumers.fixtures import scene_on


async def test_sockets_that_send_invalid_utf8_are_closed_without_effect_on_others(server: Server):
    scene = await scene_on(server)
    headers = {"Authorization": f"Bearer {scene.carol.token}"}
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await bob.hear("member_joined")

        async def break_one(number: int) -> int:
            async with connect(f"{server.ws_url}/ws/lobby/", additional_headers=headers) as socket:
                await socket.recv()
                await socket.send(b'{"type": "ping\xff%d"}' % number, text=True)
                await asyncio.wait_for(socket.wait_closed(), 10)
                return socket.close_code or 0

        codes = await asyncio.gather(*(break_one(number) for number in range(20)))
        assert 1011 not in codes
        assert all(codes)
        await alice.ping()
        said = await bob.say("comment", text="what was that?")
        heard = []
        while not heard or heard[-1].payload.text != "what was that?":
            heard.append(await alice.hear("new_comment"))
        assert said.event_id
        assert not [comment for comment in heard if "left" in comment.payload.text]
