from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import weakref
from pathlib import Path
from unittest.mock import MagicMock, patch

import pytest
import uvicorn
from uvicorn.server import ServerState

from playback.domain.drift import received
from tests.servers import ROOT
from watchium.background import gc_tuning
from watchium.protocol.commands import PlayerReport
from watchium.server.http_protocol import HttpProtocol
from watchium.server.websocket_protocol import WebSocketProtocol
from watchium.shared_state.token_bucket import Limit, consume

MINUTE_MS = 60_000.0


def collections(sockets: int, minutes: int) -> int:
    """The number of full collections in so many minutes with so many sockets."""
    with patch.object(gc, "collect") as collect:
        for minute in range(minutes):
            gc_tuning.collect_if_due(sockets, minute * MINUTE_MS)
        return collect.call_count


def test_a_process_with_few_sockets_collects_every_ten_minutes():
    assert collections(sockets=8, minutes=60) == 5


def test_a_process_with_many_sockets_collects_once_an_hour():
    assert collections(sockets=8000, minutes=60) == 0
    assert collections(sockets=8000, minutes=130) == 2


@pytest.mark.parametrize(("command", "loaded"), [("serve", []), ("runserver", ["twisted"])])
def test_large_packages_are_loaded_where_they_are_needed(command: str, loaded: list[str], tmp_path: Path):
    """Twisted for the development server alone, psycopg for PostgreSQL alone, and highlighting nowhere."""
    code = f"import sys; sys.argv = ['manage.py', '{command}']; import django; django.setup()"
    code += "; import watchium.asgi, watchium.urls"
    code += "; print(*{'twisted', 'psycopg', 'pygments'} & sys.modules.keys())"
    settings = {"DJANGO_SETTINGS_MODULE": "watchium.settings", "WATCHIUM_DATA_DIR": str(tmp_path)}
    settings["DATABASE_URL"] = ""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={**os.environ, **settings},
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.split() == loaded


def test_collections_of_young_objects_are_short():
    """A hundred thousand objects took eighty milliseconds."""
    with patch.object(gc, "set_threshold") as threshold, patch.object(gc, "freeze"):
        gc_tuning.freeze()
    objects, collections, _ = threshold.call_args.args
    assert objects * collections <= 10_000


def test_objects_replaced_by_each_heartbeat_are_not_tracked():
    report = PlayerReport(current_time=1, is_playing=True, is_synced=True, state="tracking")
    bucket, _ = consume(None, Limit(5, 1), 0)
    assert not gc.is_tracked(received(report, 0))
    assert not gc.is_tracked(bucket)


HANDSHAKE = (
    b"GET /ws/lobby/ HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def idle_app(scope, receive, send) -> None:
    await receive()


async def test_the_http_protocol_of_an_open_socket_is_freed():
    config = uvicorn.Config(idle_app, http=HttpProtocol, ws=WebSocketProtocol, lifespan="off")
    config.load()
    transport = MagicMock()
    transport.is_closing.return_value = False
    transport.get_extra_info.return_value = None
    protocol = HttpProtocol(config, ServerState(), {}, asyncio.get_running_loop())
    transport.get_protocol.return_value = None
    gone = weakref.ref(protocol)
    gc.disable()
    try:
        protocol.connection_made(transport)
        protocol.data_received(HANDSHAKE)
        assert transport.set_protocol.called
        transport.reset_mock()
        del protocol
        assert gone() is None
    finally:
        gc.enable()
    await asyncio.sleep(0)
