from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.servers import Server


@dataclass
class SyncplayServer:
    server: Server
    port: int


@pytest.fixture
def syncplay_server(server: Server) -> SyncplayServer:
    return SyncplayServer(server, int(server.env["WATCHIUM_SYNCPLAY"]))
