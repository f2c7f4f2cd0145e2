from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.servers import Server, database_beside, free_port, watchium_server


@dataclass
class SyncplayServer:
    server: Server
    port: int


@pytest.fixture(scope="session")
def syncplay_server(template_database: str | None) -> Iterator[SyncplayServer]:
    port = free_port()
    database = {"DATABASE_URL": database_beside(template_database, copy=True)} if template_database else {}
    with watchium_server({**database, "WATCHIUM_SYNCPLAY": str(port)}) as server:
        yield SyncplayServer(server, port)
