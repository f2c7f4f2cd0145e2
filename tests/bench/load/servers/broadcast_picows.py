"""The minimum: a picows server that broadcasts every received frame to the room, and does nothing else."""

from __future__ import annotations

import sys
from collections import defaultdict
from urllib.parse import parse_qs

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

rooms: defaultdict[bytes, set[WSTransport]] = defaultdict(set)


class Publisher(WSListener):
    def __init__(self, room_id: bytes) -> None:
        self.members = rooms[room_id]

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            said = frame.get_payload_as_bytes()
            for member in self.members:
                member.send(WSMsgType.TEXT, said)


class Member(Publisher):
    def on_ws_connected(self, transport: WSTransport) -> None:
        self.members.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.members.discard(transport)


def listener(request: WSUpgradeRequest) -> WSListener:
    query = parse_qs(request.path.partition(b"?")[2])
    return (Publisher if b"publish" in query else Member)(query[b"room"][0])


async def main(port: int) -> None:
    server = await ws_create_server(listener, "127.0.0.1", port)
    await server.serve_forever()


uvloop.run(main(int(sys.argv[1])))
