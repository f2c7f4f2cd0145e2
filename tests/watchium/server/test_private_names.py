"""Names of uvicorn, websockets and whitenoise that are no public interface, and that Watchium overrides or uses.

A failure means that a new version changed one of them: read the module named beside it before raising the bound in
pyproject.toml.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from unittest.mock import MagicMock

import pytest
import uvicorn
import websockets.frames
import websockets.http11
import whitenoise.responders
from uvicorn.protocols.http import httptools_impl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState
from websockets.server import ServerProtocol
from whitenoise.middleware import WhiteNoiseMiddleware

from watchium.server.http_protocol import HttpProtocol
from watchium.server.uvicorn_server import Server
from watchium.server.websocket_protocol import WebSocketProtocol

# Overridden methods and their parameters.
SERVER = {  # watchium/server/uvicorn_server.py
    "handle_exit": "sig frame",
    "startup": "sockets",
    "shutdown": "sockets",
}
HTTP = {  # watchium/server/http_protocol.py
    "connection_made": "transport",
    "connection_lost": "exc",
    "data_received": "data",
    "handle_websocket_upgrade": "",
    "on_headers_complete": "",
    "on_message_complete": "",
    "on_response_complete": "",
    "pause_writing": "",
    "resume_writing": "",
}
WEBSOCKET = {  # watchium/server/websocket_protocol.py
    "connection_made": "transport",
    "connection_lost": "exc",
    "data_received": "data",
    "run_asgi": "",
    "send": "message",
    "send_receive_event_to_app": "",
    "schedule_ping": "",
    "send_keepalive_ping": "",
    "handle_ping": "",
    "handle_pong": "event",
    "keepalive_timeout": "",
    "pause_writing": "",
    "resume_writing": "",
}
OVERRIDDEN = [
    (uvicorn.Server, Server, SERVER),
    (HttpToolsProtocol, HttpProtocol, HTTP),
    (WebSocketsSansIOProtocol, WebSocketProtocol, WEBSOCKET),
]

# Methods that are called, with their parameters.
CALLED = [
    (HttpToolsProtocol, "_unset_keepalive_if_required", ""),
    (HttpToolsProtocol, "_should_upgrade", ""),
    (WebSocketsSansIOProtocol, "handle_parser_exception", ""),
    (ServerProtocol, "data_to_send", ""),
    (ServerProtocol, "fail", "code reason"),
    (WhiteNoiseMiddleware, "find_file", "url"),
    (WhiteNoiseMiddleware, "get_static_file", "path url stat_cache"),
    (WhiteNoiseMiddleware, "add_file_to_dictionary", "url path stat_cache"),
    (whitenoise.responders.StaticFile, "get_response", "method request_headers"),
]


def parameters_of(method) -> str:
    return " ".join(list(inspect.signature(method).parameters)[1:])


def overrides_of(ours: type, theirs: type) -> set[str]:
    """Names defined in `ours` that `theirs` has as well, apart from `__init__` and the like."""
    return {
        name for name, value in vars(ours).items() if inspect.isfunction(value) and hasattr(theirs, name)
    } - {"__init__"}


@pytest.mark.parametrize(
    ("theirs", "ours", "methods"), OVERRIDDEN, ids=lambda value: getattr(value, "__name__", "")
)
def test_overridden_methods_have_the_expected_parameters(theirs: type, ours: type, methods: dict[str, str]):
    found = {name: parameters_of(getattr(theirs, name)) for name in methods}
    assert found == methods
    assert overrides_of(ours, theirs) == set(methods)  # the list is complete
    for name in methods:
        theirs_async, ours_async = (
            inspect.iscoroutinefunction(getattr(kind, name)) for kind in (theirs, ours)
        )
        assert theirs_async == ours_async, name


@pytest.mark.parametrize(("owner", "name", "parameters"), CALLED, ids=[name for _, name, _ in CALLED])
def test_called_methods_have_the_expected_parameters(owner: type, name: str, parameters: str):
    assert parameters_of(getattr(owner, name)) == parameters


def test_modules_have_the_names_that_are_imported_or_set():
    assert callable(websockets.frames.apply_mask)  # type: ignore[attr-defined]  # frame_parser.py
    for name in ("MAX_LINE_LENGTH", "MAX_NUM_HEADERS"):  # http_protocol.py raises both
        assert isinstance(getattr(websockets.http11, name), int)
        assert name in inspect.getsource(websockets.http11.parse_line) + inspect.getsource(
            websockets.http11.parse_headers
        )
    assert httptools_impl.STATUS_LINE[431].startswith(b"HTTP/1.1 431 ")


# ---------------------------------------------------------------- attributes


@pytest.fixture
def config() -> uvicorn.Config:
    config = uvicorn.Config(lambda scope, receive, send: None, log_config=None, lifespan="off")
    config.load()
    return config


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()


def missing(instance: object, names: str) -> list[str]:
    return [name for name in names.split() if not hasattr(instance, name)]


def test_the_server_has_its_attributes(config: uvicorn.Config):
    server = uvicorn.Server(config)
    assert missing(server, "_captured_signals started should_exit server_state") == []
    assert isinstance(server._captured_signals, list)
    assert missing(server.server_state, "connections tasks") == []
    assert "self.servers" in inspect.getsource(uvicorn.Server.startup)
    assert "self.lifespan" in inspect.getsource(uvicorn.Server._serve)


def test_the_http_protocol_has_its_attributes(config: uvicorn.Config, loop: asyncio.AbstractEventLoop):
    protocol = HttpToolsProtocol(config, ServerState(), {}, loop)
    protocol.connection_made(MagicMock())
    names = "client connections cycle loop parser pipeline transport"
    assert missing(protocol, names) == []
    for name in ("headers", "url"):
        assert f"self.{name} = " in inspect.getsource(HttpToolsProtocol.on_message_begin)
    cycle = inspect.getsource(RequestResponseCycle.__init__)
    for name in ("disconnected", "keep_alive", "message_event", "response_complete"):
        assert f"self.{name} = " in cycle


def test_the_websocket_protocol_has_its_attributes(config: uvicorn.Config, loop: asyncio.AbstractEventLoop):
    protocol = WebSocketsSansIOProtocol(config, ServerState(), {}, loop)
    protocol.connection_made(MagicMock())
    names = (
        "close_sent close_timer conn curr_msg_data_type disconnected frames handshake_initiated loop ping_interval "
        "ping_timeout queue read_paused tasks transport writable"
    )
    assert missing(protocol, names) == []
    assert isinstance(protocol.conn, ServerProtocol)
    assert inspect.isgenerator(protocol.conn.parser)
    connect = inspect.getsource(WebSocketsSansIOProtocol.handle_connect)
    for name in ("request", "response", "scope"):
        assert f"self.{name}" in connect


def test_whitenoise_has_its_attributes():
    middleware = WhiteNoiseMiddleware()
    assert missing(middleware, "autorefresh files") == []
    assert parameters_of(whitenoise.responders.Response.__init__) == "status headers file"
