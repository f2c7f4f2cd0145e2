"""The floor: a picows server that hands every frame it hears to everybody, and does nothing else."""

from __future__ import annotations

import sys

import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, WSUpgradeRequest, ws_create_server

members: set[WSTransport] = set()


class Publisher(WSListener):
    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            said = frame.get_payload_as_bytes()
            for member in members:
                member.send(WSMsgType.TEXT, said)


class Member(Publisher):
    def on_ws_connected(self, transport: WSTransport) -> None:
        members.add(transport)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        members.discard(transport)


def listener(request: WSUpgradeRequest) -> WSListener:
    return Publisher() if b"publish" in request.path else Member()


async def main(port: int) -> None:
    server = await ws_create_server(listener, "127.0.0.1", port)
    await server.serve_forever()


uvloop.run(main(int(sys.argv[1])))
